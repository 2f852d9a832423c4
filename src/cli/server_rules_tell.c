/*
 * What the rules do to a client's packet, as facts and as a step.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/rule_told.h"
#include "cli/rule_why.h"
#include "cli/server_rules_parts.h"
#include "ruleset/model.h"

void server_rules_tell_asked(struct text *out, const struct look_question *q)
{
	struct text client = TEXT_NULL;
	const char *protocol = q->protocol == IPPROTO_TCP ? "tcp" : "udp";

	address_text(&client, &q->client);
	if (q->has_client)
		text_format(out, _("%1$s/%2$u from %3$s"), protocol, q->port,
			    text_string(&client));
	else
		text_format(out, _("%1$s/%2$u from anywhere"), protocol,
			    q->port);
	text_done(&client);
}

void server_rules_tell_place(struct text *out, const struct walk_verdict *v)
{
	const struct chain *c = v->rule ? v->rule->chain : v->chain;

	if (v->rule)
		text_format(out, _("%1$s rule %2$u: %3$s"), c->name,
			    v->rule->number, v->rule->text);
	else
		text_format(out, _("the policy of %s"), c->name);
}

/* "3 tables of iptables-legacy, 1 of nft". */
static void put_tables(struct text *out, const struct ruleset *r)
{
	unsigned count[ENGINE_COUNT] = { 0 };
	bool has_any = false;

	for (const struct table *t = r->first; t; t = t->next)
		count[t->engine]++;
	for (int e = 0; e < ENGINE_COUNT; e++) {
		if (!count[e])
			continue;
		if (has_any)
			text_str(out, ", ");
		text_format(
			out,
			ngettext("%u table of %s", "%u tables of %s", count[e]),
			count[e], engine_names[e]);
		has_any = true;
	}
	if (!has_any)
		text_str(out, _("no tables"));
}

static void put_verdict(struct text *out, const struct server_rules *s)
{
	const struct server_way *w = &s->way;
	struct text asked = TEXT_NULL, place = TEXT_NULL;

	server_rules_tell_asked(&asked, &w->question);
	if (w->kind < FACT_RULES_ACCEPT)
		server_rules_tell_place(&place, &w->blocker.verdict);
	else if (w->result.way.doubt_count && w->result.way.doubts->rule)
		server_rules_tell_place(
			&place, &(struct walk_verdict){
					.rule = w->result.way.doubts->rule });

	if (w->kind == FACT_RULES_ACCEPT)
		text_format(out,
			    _("the rules let %s pass, and the answers to it"),
			    text_string(&asked));
	else if (w->kind == FACT_RULES_REPLY)
		text_format(out, _("the answers to %1$s are refused by %2$s"),
			    text_string(&asked), text_string(&place));
	else if (w->kind < FACT_RULES_ACCEPT)
		text_format(out, _("%1$s is refused by %2$s"),
			    text_string(&asked), text_string(&place));
	else if (place.len)
		text_format(
			out,
			_("what becomes of %1$s cannot be foretold: it depends on %2$s"),
			text_string(&asked), text_string(&place));
	else
		text_format(out, _("what becomes of %s cannot be foretold"),
			    text_string(&asked));
	text_done(&asked);
	text_done(&place);
}

void server_rules_tell_step(struct server_rules *s)
{
	struct text words = TEXT_NULL;
	bool is_partial = live_is_partial(&s->live);
	enum step_status status = s->way.kind == FACT_RULES_UNSURE || is_partial
					  ? STEP_BLOCKED
					  : STEP_PASS;

	if (s->way.kind < FACT_RULES_ACCEPT)
		status = STEP_FAIL;
	if (s->has_step)
		return;

	s->has_step = true;
	put_tables(&words, s->ruleset);
	text_str(&words, ": ");
	if (is_partial && status == STEP_BLOCKED)
		text_str(&words, _("not all rules of this host could be read"));
	else
		put_verdict(&words, s);
	case_step(s->record, server_rules_source, status, s->took_ns,
		  text_string(&words));
	text_done(&words);
}

void server_rules_tell_kind(struct server_rules *s, enum fact_kind kind,
			    const struct walk_blocker *b, struct facts *facts)
{
	const struct culprit *k =
		rule_told_culprit(b, s->record->arena, VANTAGE_SERVER);
	struct text place = TEXT_NULL;

	server_rules_tell_place(&place, &b->verdict);
	if (kind == FACT_RULES_REPLY)
		fact_tell(facts, kind, server_rules_source, k,
			  _("The rules of the server refuse its answers: %s."),
			  text_string(&place));
	else
		fact_tell(facts, kind, server_rules_source, k,
			  _("The rules of the server refuse the packets: %s."),
			  text_string(&place));
	text_done(&place);
	if (kind == FACT_RULES_REPLY)
		return;
	fact_tell(facts,
		  rule_why_is_silent(&s->way.result, &b->verdict)
			  ? FACT_RULES_SILENT
		  : b->verdict.reject == REJECT_TCP_RESET ? FACT_RULES_RST
							  : FACT_RULES_ICMP,
		  server_rules_source, NULL, NULL);
}

static bool has_synproxy(const struct ruleset *r)
{
	for (const struct table *t = r->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next)
			for (const struct rule *x = c->first; x; x = x->next)
				if (x->text && (strstr(x->text, "SYNPROXY") ||
						strstr(x->text, "synproxy")))
					return true;

	return false;
}

void server_rules_tell_forget(struct facts *facts)
{
	for (int k = FACT_RULES_ORDER; k <= FACT_RULES_UNSURE; k++)
		facts_forget(facts, (enum fact_kind)k);
	facts_forget(facts, FACT_RULES_SILENT);
	facts_forget(facts, FACT_RULES_ICMP);
	facts_forget(facts, FACT_RULES_RST);
}

int server_rules_tell(struct server_rules *s, struct facts *facts)
{
	enum fact_kind kind = s->way.kind;
	bool is_partial = live_is_partial(&s->live);

	/* What holds of anybody does not of this client. */
	if (facts != &s->record->general) {
		server_rules_tell_forget(&s->record->general);
		facts_forget(&s->record->general, FACT_NO_DNAT);
	}
	if (kind == FACT_RULES_ACCEPT && is_partial)
		kind = FACT_RULES_UNSURE;
	if (kind < FACT_RULES_ACCEPT)
		server_rules_tell_kind(s, kind, &s->way.blocker, facts);
	else
		fact_tell(facts, kind, server_rules_source, NULL, NULL);
	if (kind != FACT_RULES_UNSURE && !is_partial &&
	    s->way.question.has_client)
		fact_tell(facts, FACT_RULES_READ, server_rules_source, NULL,
			  NULL);
	if (!is_partial && !has_synproxy(s->ruleset))
		fact_tell(facts, FACT_NO_SYNPROXY, server_rules_source, NULL,
			  NULL);
	server_rules_dnat(s, facts);
	server_rules_bridge(s, facts);
	server_rules_tell_step(s);
	return facts->failed ? -ENOMEM : 0;
}
