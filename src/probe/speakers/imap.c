#include <netinet/in.h>

#include "probe/greeting.h"
#include "probe/speaker.h"

static const char *const schemes[] = { "imap", NULL };
static const uint16_t ports[] = { 143, 0 };

static const char *const serving[] = { "* OK", "* PREAUTH", NULL };
static const char *const refusing[] = { "* BYE", NULL };

static const struct greeting greeting = {
	.name = "IMAP",
	.serving = serving,
	.refusing = refusing,
	.bye = "a LOGOUT\r\n",
};

static int speak(struct talk *t)
{
	return greeting_hear(t, &greeting);
}

const struct speaker speaker_imap = {
	.id = "imap",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speaks_first = true,
	.speak = speak,
};
