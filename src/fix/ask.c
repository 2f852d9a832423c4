/* Who and what was asked for, in words. */
#include <netinet/in.h>

#include "base/i18n.h"
#include "base/text.h"
#include "fix/plan.h"

static void put_client(struct text *out, const struct fix_ask *ask)
{
	unsigned bits = address_is_v4(&ask->client) ? 32 : 128;

	address_text(out, &ask->client);
	if (ask->client_prefix < bits) {
		text_char(out, '/');
		text_u64(out, ask->client_prefix);
	}
}

void fix_ask_text(struct text *out, const struct fix_ask *ask)
{
	const char *protocol = ask->protocol == IPPROTO_UDP ? "udp" : "tcp";
	struct text client = TEXT_NULL;

	if (ask->has_client)
		put_client(&client, ask);
	if (ask->has_client)
		text_format(out, _("%s/%u from %s"), protocol, ask->port,
			    text_string(&client));
	else
		text_format(out, _("%s/%u from everywhere"), protocol,
			    ask->port);
	text_done(&client);
}
