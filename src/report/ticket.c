#include "report/ticket.h"

#include <netinet/in.h>
#include <string.h>

#include "base/i18n.h"

static void add_also(struct ticket *t)
{
	const struct case_verdict *v = t->verdict;
	size_t count = 0;

	for (size_t i = 0; i < t->record->attempt_count; i++) {
		const struct case_part *p = &v->parts[i];

		if (&t->record->attempts[i] == v->attempt ||
		    count == TICKET_ALSO || !p->verdict->cause ||
		    p->verdict->cause == v->verdict.cause)
			continue;
		t->also[count++] = (struct report_also){ p->verdict->cause,
							 p->verdict->certainty,
							 p->culprit };
	}
	for (size_t i = 0; i < v->verdict.also_count && count < TICKET_ALSO;
	     i++)
		t->also[count++] = (struct report_also){
			.cause = v->verdict.also[i],
			.certainty = CERTAINTY_INFERRED,
			.culprit = case_culprit(v->verdict.also[i], v->facts),
		};
	t->flow.also = t->also;
	t->flow.also_count = count;
}

/* Whom the commands of the next steps are about: the name server where it was
 * the name. */
static const char *asked_server(const struct case_record *record,
				const struct case_verdict *v)
{
	static const char line[] = "nameserver ";
	const struct culprit *k = v->culprit;

	if (v->verdict.symptom != SYMPTOM_NAME_NOT_RESOLVED)
		return record->target.host;

	for (size_t i = 0; k && i < k->count; i++)
		if (!strcmp(k->fields[i].name, "server") && k->fields[i].text)
			return k->fields[i].text;
	if (k && k->text && !strncmp(k->text, line, sizeof(line) - 1))
		return k->text + sizeof(line) - 1;

	return "NAMESERVER";
}

void ticket_init(struct ticket *t, const struct case_record *record,
		 const struct case_verdict *verdict)
{
	const struct attempt *a = verdict->attempt;
	struct report_flow *f = &t->flow;

	t->record = record;
	t->verdict = verdict;
	*f = (struct report_flow){
		.transport =
			record->target.protocol == IPPROTO_UDP ? "udp" : "tcp",
		.server_port = record->target.port,
		.has_ports = true,
		.vantage = record->vantage,
		.first_ns = record->at_ns,
		.verdict = &verdict->verdict,
		.facts = &verdict->facts->set,
		.found = verdict->facts,
		.culprit = verdict->culprit,
		.record = record,
		.name = record->target.host,
		.client_name =
			a && (a->has_local || a->has_peer) ? NULL : "CLIENT",
	};

	if (a) {
		f->server = a->address;
		f->client = a->has_peer ? a->peer : a->local;
		f->client_port = a->peer_port;
		f->icmp_sender = a->icmp_sender;
		f->icmp_after_ns = a->answered_after_ns;
		memcpy(f->lines, a->lines, sizeof(f->lines));
	} else {
		f->server_name = record->vantage == VANTAGE_SERVER
					 ? _("this host")
					 : asked_server(record, verdict);
	}
	add_also(t);
}
