#include <netinet/in.h>

#include "probe/greeting.h"
#include "probe/speaker.h"

static const char *const schemes[] = { "ftp", NULL };
static const uint16_t ports[] = { 21, 0 };

static const char *const serving[] = { "220 ", "220-", "120 ", NULL };
static const char *const refusing[] = { "421", "530", "500 OOPS", NULL };

static const struct greeting greeting = {
	.name = "FTP",
	.serving = serving,
	.refusing = refusing,
	.unlike = "SMTP",
	.bye = "QUIT\r\n",
};

static int speak(struct talk *t)
{
	return greeting_hear(t, &greeting);
}

const struct speaker speaker_ftp = {
	.id = "ftp",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speaks_first = true,
	.speak = speak,
};
