#include <netinet/in.h>

#include "probe/greeting.h"
#include "probe/speaker.h"

static const char *const schemes[] = { "vnc", NULL };
static const uint16_t ports[] = { 5900, 5901, 0 };

static const char *const serving[] = { "RFB 0", NULL };
static const char *const refusing[] = { "Too many", NULL };

static const struct greeting greeting = {
	.name = "VNC",
	.serving = serving,
	.refusing = refusing,
	.bye = "",
};

static int speak(struct talk *t)
{
	return greeting_hear(t, &greeting);
}

const struct speaker speaker_vnc = {
	.id = "vnc",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speaks_first = true,
	.speak = speak,
};
