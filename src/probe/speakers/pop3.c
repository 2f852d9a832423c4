#include <netinet/in.h>

#include "probe/greeting.h"
#include "probe/speaker.h"

static const char *const schemes[] = { "pop3", "pop", NULL };
static const uint16_t ports[] = { 110, 0 };

static const char *const serving[] = { "+OK", NULL };
static const char *const refusing[] = { "-ERR", NULL };

static const struct greeting greeting = {
	.name = "POP3",
	.serving = serving,
	.refusing = refusing,
	.bye = "QUIT\r\n",
};

static int speak(struct talk *t)
{
	return greeting_hear(t, &greeting);
}

const struct speaker speaker_pop3 = {
	.id = "pop3",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speaks_first = true,
	.speak = speak,
};
