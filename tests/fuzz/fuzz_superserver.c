/* inetd.conf and xinetd.conf: the same text is read as each. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/inetd_conf.h"
#include "net/xinetd_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void judge(const struct xinetd_service *s, const char *client)
{
	struct xinetd_ask ask = { .has_name = true,
				  .name = "pc.example.org",
				  .minute = 600 };
	struct xinetd_decision d;

	if (!address_parse(&ask.client, client, strlen(client)))
		abort();
	xinetd_conf_decide(&d, s, &ask);
	if ((d.answer == XINETD_ALLOWED) != !d.attribute)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct problems *p = problems_new();
	struct arena *a = arena_new();
	const struct inetd_service *i = NULL;
	struct xinetd_conf *c;

	if (a && p && !inetd_conf_read(&i, a, "inetd.conf", text, len, p))
		for (; i; i = i->next)
			if (!i->name || !i->program || !i->server ||
			    !i->daemon || !i->address)
				abort();

	c = a && p ? xinetd_conf_new(a, p, NULL, NULL) : NULL;
	if (c && !xinetd_conf_read(c, "xinetd.conf", text, len)) {
		const struct xinetd_service *s = xinetd_conf_end(c);

		for (; s; s = s->next) {
			judge(s, "10.1.0.7");
			judge(s, "2001:db8::7");
		}
	}
	arena_free(a);
	problems_free(p);
	return 0;
}
