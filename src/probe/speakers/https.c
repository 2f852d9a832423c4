#include <netinet/in.h>

#include "probe/speaker.h"
#include "probe/web.h"

static const char *const schemes[] = { "https", NULL };
static const uint16_t ports[] = { 443, 4443, 8443, 9443, 0 };

static int speak(struct talk *t)
{
	struct secure s;
	int n = secure_start(&s, t, "HTTPS");

	if (n > 0)
		n = web_speak(t, &s);
	secure_done(&s);

	return n < 0 ? n : 0;
}

const struct speaker speaker_https = {
	.id = "https",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speak = speak,
};
