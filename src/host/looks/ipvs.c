#include "host/ipvs.h"

#include <netinet/in.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/look.h"

/*
 * IPVS: whether the service is one that the kernel hands on to others, and there
 * are none.
 */
static void tell_empty(struct looking *l)
{
	const struct look_question *q = l->question;
	const char *flag = q->protocol == IPPROTO_TCP ? "-t" : "-u";
	struct arena *arena = l->facts->arena;
	struct text address = TEXT_NULL;
	struct culprit *k;

	address_text(&address, &q->server);
	k = culprit_new(arena, CULPRIT_CONFIG_LINE, VANTAGE_SERVER,
			address_is_v4(&q->server) ? "-A %s %s:%u"
						  : "-A %s [%s]:%u",
			flag, text_string(&address), q->port);
	culprit_text(k, arena, "address", text_string(&address));
	culprit_number(k, "port", q->port);
	look_tell(l, FACT_IPVS_EMPTY, k, NULL);
	look_step(l, STEP_FAIL, "%s",
		  _("the virtual service of IPVS has no destination"));
	text_done(&address);
}

static int client(struct looking *l)
{
	const struct ipvs_question q = { .address = l->question->server,
					 .port = l->question->port,
					 .protocol = l->question->protocol };
	enum ipvs_found found;
	int error;

	if (!l->question->has_server)
		return 0;

	error = ipvs_read(&q, &found);
	if (error)
		return error;

	if (found == IPVS_EMPTY)
		tell_empty(l);
	if (found != IPVS_MAYBE)
		look_tell(l, FACT_IPVS_READ, NULL, NULL);
	return 0;
}

const struct look look_ipvs = {
	.id = "ipvs",
	.title = N_("virtual services of IPVS"),
	.needs = "CAP_DAC_READ_SEARCH",
	.client = client,
};
