#include <errno.h>
#include <netinet/in.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "probe/secure.h"
#include "probe/speaker.h"
#include "probe/talk_facts.h"

/* TLS of which nothing more is known: the handshake says it all. */

/* TLS 1.3 refuses a client without certificate after the handshake only. */
#define REFUSAL_NS (INT64_C(1000) * CLOCK_MILLISECOND)

static const char *const schemes[] = { "tls", "ssl", NULL };
static const uint16_t ports[] = { 636, 853, 990, 992, 993, 994, 995, 5061, 0 };

static int speak(struct talk *t)
{
	struct secure s;
	int n = secure_start(&s, t, "TLS");

	if (n > 0 && s.is_certificate_asked) {
		int got = talk_read(t, talk_until(REFUSAL_NS));

		if (got == 0 && secure_late_alert(t))
			n = 0;
	}
	if (n > 0)
		secure_well(t, &s, "");
	secure_done(&s);

	return n < 0 ? n : 0;
}

const struct speaker speaker_tls = {
	.id = "tls",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speak = speak,
};
