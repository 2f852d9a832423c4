#include <netinet/in.h>
#include <string.h>

#include "base/cursor.h"
#include "base/i18n.h"
#include "probe/speaker.h"
#include "probe/talk_facts.h"

/* NTP (RFC 5905 7.3): one request of a client, one answer of a server. */
enum {
	LENGTH = 48,
	CLIENT = 0x23, /* version 4, mode 3 */
	MODE = 7,
	SERVER = 4,
	STRATUM_MOST = 16,
};

static const char *const schemes[] = { "ntp", NULL };
static const uint16_t ports[] = { 123, 0 };

static int speak(struct talk *t)
{
	const unsigned char request[LENGTH] = { CLIENT };
	struct cursor c;
	uint8_t first, stratum;
	int n = talk_ask(t, request, sizeof(request));

	if (n <= 0)
		return n;

	c = talk_cursor(t, 0);
	first = cursor_u8(&c);
	stratum = cursor_u8(&c);
	cursor_skip(&c, LENGTH - 2);
	if (!cursor_ok(&c) || (first & MODE) != SERVER)
		talk_tell_other(t, "NTP");
	else if (stratum == 0 || stratum >= STRATUM_MOST)
		talk_tell_well(t, _("a time server, which knows no time"));
	else
		talk_tell_well(t, _("a time server of stratum %u"), stratum);

	return 0;
}

const struct speaker speaker_ntp = {
	.id = "ntp",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_UDP,
	.speak = speak,
};
