/*
 * The ACCEPT that is asked for and no more, just above what refuses: in the words
 * of the rules around it.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "fix/repairs/rules_parts.h"
#include "fix/rules_edit.h"
#include "ruleset/packet_words.h"

enum { PRIORITY_NAT = -100, FAMILY_V6 = 10 };

/* What the neighbours have in their words. */
struct style {
	const char *new_words;         /* "-m state --state NEW", or NULL */
	const char *established_words; /* of an answer */
	bool has_device, has_server, has_counter;
};

/* What the rule has to say. */
struct said {
	struct rules_mend *m;
	const struct chain *chain;
	bool of_reply, is_v6, is_forwarded;
	bool is_sent; /* this host is the client, who asks for one server */
	const struct point *packet; /* as it comes there */
	struct style style;
};

static bool is_decision(const struct rule *rule, enum action_kind kind)
{
	for (size_t i = 0; i < rule->term_count; i++)
		if (rule->terms[i].is_action &&
		    rule->terms[i].action->kind == kind)
			return true;

	return false;
}

/* It only logs or counts. */
static bool decides_nothing(const struct rule *rule)
{
	for (size_t i = 0; i < rule->term_count; i++)
		if (rule->terms[i].is_action &&
		    rule->terms[i].action->kind != ACTION_NONE)
			return false;

	return true;
}

static void look_at(struct style *s, const struct rule *rule)
{
	const char *words = rules_edit_words(rule);

	if (strstr(words, "-m conntrack --ctstate NEW"))
		s->new_words = "-m conntrack --ctstate NEW";
	else if (strstr(words, "-m state --state NEW"))
		s->new_words = "-m state --state NEW";
	else if (strstr(words, "ct state new"))
		s->new_words = "ct state new";
	else
		s->new_words = NULL;
	s->has_device = rules_cond(rule, FIELD_IIF) != NULL;
	s->has_server = rules_cond(rule, FIELD_DADDR) != NULL;
	s->has_counter = strstr(words, "counter ") != NULL;
}

/* The last ACCEPT of a port above the place, or the first below it; and how the
 * chain's table asks for a state at all. */
static void read_style(struct said *s, unsigned number)
{
	const struct table *t = s->chain->table;

	for (const struct rule *r = s->chain->first; r; r = r->next)
		if (is_decision(r, ACTION_ACCEPT) &&
		    rules_cond(r, FIELD_DPORT) &&
		    (r->number < number || !s->style.new_words))
			look_at(&s->style, r);

	s->style.established_words = t->engine == ENGINE_NFT
					     ? "ct state established"
					     : "-m conntrack --ctstate "
					       "ESTABLISHED";
	for (const struct chain *c = t->first; c; c = c->next)
		for (const struct rule *r = c->first; r; r = r->next)
			if (r->words && strstr(r->words, "-m state "))
				s->style.established_words =
					"-m state --state ESTABLISHED";
}

static bool is_forwarded(const struct walk_way *way)
{
	for (size_t i = 0; i < way->step_count; i++)
		if (way->steps[i].hook == HOOK_FORWARD)
			return true;

	return false;
}

static bool is_sent_here(const struct point *first)
{
	return point_has(first, FIELD_OIF) && first->value[FIELD_OIF] &&
	       !first->value[FIELD_IIF];
}

/* Whether the chain sees the packet with its addresses translated. */
static bool is_behind_nat(const struct chain *c, enum hook hook)
{
	if (hook == HOOK_INGRESS)
		return false;
	if (hook == HOOK_PREROUTING)
		return c->hook == HOOK_PREROUTING && c->priority > PRIORITY_NAT;

	return true;
}

/* A rule for new connections only is no good where what follows is refused. */
static bool follow_up_passes(struct rules_mend *m)
{
	struct walk_result *first, *next;

	return !effect_walk(m->planning, m->rules, &first, &next) &&
	       effect_gets_through(next);
}

static struct said what_to_say(struct rules_mend *m, const struct chain *c,
			       const struct walk_blocker *b, unsigned number)
{
	const struct walk_result *w = m->walked;
	const struct walk_way *way = b->of_reply ? &w->reply : &w->way;
	struct said s = { .m = m,
			  .chain = c,
			  .of_reply = b->of_reply,
			  .is_forwarded = is_forwarded(way),
			  .is_sent = is_sent_here(&w->way.packet),
			  .packet = &way->packet };

	if (!b->of_reply && is_behind_nat(c, b->hook))
		s.packet = &way->last;
	s.is_v6 = way->packet.value[FIELD_FAMILY] == FAMILY_V6;
	read_style(&s, number);
	if (s.style.new_words && !follow_up_passes(m))
		s.style.new_words = NULL;
	return s;
}

static void put_address(struct text *out, u128 value)
{
	struct address a = field_to_address(value);

	address_text(out, &a);
}

/* The server's side is named where packets are sent on, and where the rules
 * around do. */
static bool names_server(const struct said *s)
{
	enum field f = s->of_reply ? FIELD_SADDR : FIELD_DADDR;

	return point_has(s->packet, f) &&
	       (s->is_forwarded || s->is_sent ||
		(s->style.has_server && !s->of_reply));
}

static bool names_device(const struct said *s)
{
	/* There it is a port of the bridge that nobody knows. */
	return s->style.has_device && !s->of_reply &&
	       s->chain->table->family != TABLE_BRIDGE &&
	       point_has(s->packet, FIELD_IIF) && s->packet->value[FIELD_IIF];
}

static void put_save_address(struct text *out, const struct said *s,
			     bool is_source)
{
	const struct fix_ask *ask = &s->m->planning->plan->ask;
	bool is_client = is_source != s->of_reply;

	if (is_client ? !ask->has_client : !names_server(s))
		return;

	text_str(out, is_source ? "-s " : "-d ");
	if (is_client)
		rules_client_text(out, ask);
	else
		put_address(out, s->packet->value[is_source ? FIELD_SADDR
							    : FIELD_DADDR]);
	text_char(out, ' ');
}

static void put_port(struct text *out, const struct said *s)
{
	enum field f = s->of_reply ? FIELD_SPORT : FIELD_DPORT;

	if (point_has(s->packet, f))
		text_u64(out, (uint64_t)s->packet->value[f]);
	else
		text_u64(out, s->m->planning->plan->ask.port);
}

static const char *protocol(const struct said *s)
{
	return s->m->planning->plan->ask.protocol == 17 ? "udp" : "tcp";
}

static bool has_connection(const struct said *s)
{
	return point_has(s->packet, FIELD_CT_STATE) &&
	       s->packet->value[FIELD_CT_STATE] == CT_ESTABLISHED;
}

static const char *state(const struct said *s)
{
	/* Before connections are tracked there is no state. */
	if (s->chain->hook != HOOK_NONE && s->chain->priority < -200)
		return NULL;
	if (s->of_reply)
		return has_connection(s) ? s->style.established_words : NULL;

	return s->packet->value[FIELD_CT_STATE] == CT_NEW ? s->style.new_words
							  : NULL;
}

static void put_save(struct text *out, const struct said *s)
{
	put_save_address(out, s, true);
	put_save_address(out, s, false);
	if (names_device(s)) {
		text_str(out, "-i ");
		field_name_text(out, s->packet->value[FIELD_IIF]);
		text_char(out, ' ');
	}
	text_format(out, "-p %s ", protocol(s));
	if (state(s)) {
		text_str(out, state(s));
		text_char(out, ' ');
	}
	text_format(out, "-m %s %s ", protocol(s),
		    s->of_reply ? "--sport" : "--dport");
	put_port(out, s);
	text_str(out, " -j ACCEPT");
}

static void put_nft_address(struct text *out, const struct said *s,
			    bool is_source)
{
	const struct fix_ask *ask = &s->m->planning->plan->ask;
	bool is_client = is_source != s->of_reply;

	if (is_client ? !ask->has_client : !names_server(s))
		return;

	text_format(out, "%s %s ", s->is_v6 ? "ip6" : "ip",
		    is_source ? "saddr" : "daddr");
	if (is_client)
		rules_client_text(out, ask);
	else
		put_address(out, s->packet->value[is_source ? FIELD_SADDR
							    : FIELD_DADDR]);
	text_char(out, ' ');
}

static void put_nft(struct text *out, const struct said *s)
{
	const struct fix_ask *ask = &s->m->planning->plan->ask;
	enum table_family family = s->chain->table->family;

	if (names_device(s)) {
		text_str(out, "iifname \"");
		field_name_text(out, s->packet->value[FIELD_IIF]);
		text_str(out, "\" ");
	}
	/* Of two families only the one that is asked for. */
	if (!ask->has_client && !names_server(s) && family == TABLE_INET)
		text_format(out, "meta nfproto %s ",
			    s->is_v6 ? "ipv6" : "ipv4");
	put_nft_address(out, s, true);
	put_nft_address(out, s, false);
	text_format(out, "%s %s ", protocol(s),
		    s->of_reply ? "sport" : "dport");
	put_port(out, s);
	text_char(out, ' ');
	if (state(s)) {
		text_str(out, state(s));
		text_char(out, ' ');
	}
	if (s->style.has_counter)
		text_str(out, "counter ");
	text_str(out, "accept");
}

static const char *words_of(const struct said *s)
{
	struct text t = TEXT_NULL;
	const char *words;

	if (s->chain->table->engine == ENGINE_NFT)
		put_nft(&t, s);
	else
		put_save(&t, s);
	words = fix_words(s->m->planning, "%s", text_string(&t));
	text_done(&t);
	return words;
}

/* Who refuses it, and that nobody accepts it before. */
static const char *why(const struct rules_mend *m, const struct walk_blocker *b)
{
	struct fix_planning *p = m->planning;
	const struct rule *rule = b->verdict.rule;
	const char *name = b->verdict.chain->name;

	if (m->candidate.why)
		return m->candidate.why;
	if (rule)
		return fix_words(p,
				 _("Rule %u of %s refuses it, and no rule "
				   "before it accepts it: %s"),
				 rule->number, name, rules_edit_words(rule));

	return fix_words(p,
			 _("No rule of %s accepts it, and what none accepts is "
			   "refused there."),
			 name);
}

/* Above what refuses, and above what only logs that it will. */
static const struct rule *place_above(const struct chain *c,
				      const struct rule *refusal)
{
	const struct rule *place = NULL;

	for (const struct rule *r = c->first; r && r != refusal; r = r->next) {
		if (!decides_nothing(r))
			place = NULL;
		else if (!place)
			place = r;
	}

	return place ? place : refusal;
}

static int insert(struct rules_mend *m, const struct chain *c,
		  const struct rule *above, const struct walk_blocker *b)
{
	struct fix_planning *p = m->planning;
	unsigned number = above ? above->number : c->rule_count + 1;
	const struct said s = what_to_say(m, c, b, number);
	const char *words = words_of(&s);
	const struct rule_edit e = { .kind = EDIT_INSERT,
				     .number = number,
				     .handle = above ? above->handle : 0,
				     .words = words };
	const char *summary, *text;

	if (above) {
		summary = fix_words(p, _("accept it above rule %u of %s: %s"),
				    number, c->name, words);
		text = fix_words(p, _("Inserts a rule above rule %u of %s: %s"),
				 number, c->name, words);
	} else {
		summary = fix_words(p, _("accept it at the end of %s: %s"),
				    c->name, words);
		text = fix_words(p, _("Adds a rule at the end of %s: %s"),
				 c->name, words);
	}
	rules_summary(m, 2, summary);
	return rules_edit_now(
		m, c, &e, text,
		fix_words(p, _("Deletes that rule of %s again."), c->name));
}

/* Behind the rules of the user's own, before what ends their chain for all. */
static const struct rule *end_of(const struct chain *c)
{
	for (const struct rule *r = c->first; r; r = r->next) {
		bool has_cond = false;

		for (size_t i = 0; i < r->term_count; i++)
			has_cond |= !r->terms[i].is_action;
		if (!has_cond && !decides_nothing(r))
			return r;
	}

	return NULL;
}

/* Where a manager has a place for the user's rules, there. */
static int insert_at(struct rules_mend *m, const struct chain *c,
		     const struct rule *above, const struct walk_blocker *b)
{
	const struct manager *manager =
		manager_of(m->planning, b->verdict.chain, b->verdict.rule);
	const char *place = manager && manager->place
				    ? manager->place(m->planning, b)
				    : NULL;
	const struct chain *own =
		place ? ruleset_find_chain(c->table, place) : NULL;

	m->candidate.why = why(m, b);
	rules_owner(m, b->verdict.chain, b->verdict.rule);
	if (place && !own)
		return -ENOENT;
	if (own && own != c)
		return insert(m, own, end_of(own), b);

	return insert(m, c, above, b);
}

/* The rule by which the packet left the base chain before its end: only above
 * it there is a way past the policy. NULL: it came to the end. */
static const struct rule *left_by(const struct rules_mend *m,
				  const struct walk_blocker *b)
{
	const struct walk_way *way =
		b->of_reply ? &m->walked->reply : &m->walked->way;
	const struct rule *rule = NULL;

	for (size_t i = 0; i < way->step_count; i++) {
		const struct walk_step *s = &way->steps[i];

		if (s->chain == b->verdict.chain && s->rule &&
		    s->match == ANSWER_YES &&
		    (is_decision(s->rule, ACTION_RETURN) ||
		     is_decision(s->rule, ACTION_GOTO)))
			rule = s->rule;
	}

	return rule;
}

int rules_insert_here(struct rules_mend *m, const struct walk_blocker *b)
{
	const struct chain *c = b->verdict.chain;
	const struct rule *above = b->verdict.rule;

	if (!above)
		above = left_by(m, b);
	return insert_at(m, c, place_above(c, above), b);
}

int rules_insert_base(struct rules_mend *m, const struct walk_blocker *b)
{
	const struct rule *by;

	if (b->verdict.chain->hook != HOOK_NONE)
		return -ENOENT;

	by = rules_calling(m, b);
	return by ? insert_at(m, by->chain, place_above(by->chain, by), b)
		  : -ENOENT;
}
