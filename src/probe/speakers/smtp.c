#include <netinet/in.h>

#include "probe/greeting.h"
#include "probe/speaker.h"

static const char *const schemes[] = { "smtp", "submission", NULL };
static const uint16_t ports[] = { 25, 587, 2525, 0 };

static const char *const serving[] = { "220 ", "220-", NULL };
static const char *const refusing[] = { "421", "554", "530", "550",
					"450", "451", NULL };

static const struct greeting greeting = {
	.name = "SMTP",
	.serving = serving,
	.refusing = refusing,
	.unlike = "FTP",
	.bye = "QUIT\r\n",
};

static int speak(struct talk *t)
{
	return greeting_hear(t, &greeting);
}

const struct speaker speaker_smtp = {
	.id = "smtp",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speaks_first = true,
	.speak = speak,
};
