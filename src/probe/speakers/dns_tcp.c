#include <netinet/in.h>

#include "probe/dns_ask.h"
#include "probe/speaker.h"

static const char *const schemes[] = { "dns+tcp", NULL };
static const uint16_t ports[] = { 53, 0 };

static int speak(struct talk *t)
{
	return dns_ask_speak(t, true);
}

const struct speaker speaker_dns_tcp = {
	.id = "dns-tcp",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speak = speak,
};
