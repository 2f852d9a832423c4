#include <netinet/in.h>

#include "probe/dns_ask.h"
#include "probe/speaker.h"

static const char *const schemes[] = { "dns", NULL };
static const uint16_t ports[] = { 53, 0 };

static int speak(struct talk *t)
{
	return dns_ask_speak(t, false);
}

const struct speaker speaker_dns = {
	.id = "dns",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_UDP,
	.speak = speak,
};
