#include <netinet/in.h>

#include "probe/speaker.h"
#include "probe/web.h"

static const char *const schemes[] = { "http", NULL };
static const uint16_t ports[] = { 80,   81,   591,  3000, 3128, 8000,
				  8008, 8080, 8081, 8888, 0 };

static int speak(struct talk *t)
{
	return web_speak(t, NULL);
}

const struct speaker speaker_http = {
	.id = "http",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speak = speak,
};
