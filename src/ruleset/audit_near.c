/* ACCEPTs that miss what they were most likely written for by one word. */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/audit_named.h"
#include "ruleset/audit_parts.h"
#include "ruleset/box.h"

enum { PROTO_TCP = 6, PROTO_UDP = 17, LAST_SERVICE = 1023 };

/* Ports whose services speak one transport only. */
static const struct transport {
	uint16_t port;
	uint8_t protocol;
} transports[] = {
	{ 21, PROTO_TCP },   { 22, PROTO_TCP },   { 23, PROTO_TCP },
	{ 25, PROTO_TCP },   { 80, PROTO_TCP },   { 110, PROTO_TCP },
	{ 143, PROTO_TCP },  { 445, PROTO_TCP },  { 465, PROTO_TCP },
	{ 587, PROTO_TCP },  { 993, PROTO_TCP },  { 995, PROTO_TCP },
	{ 3306, PROTO_TCP }, { 5432, PROTO_TCP }, { 5900, PROTO_TCP },
	{ 6379, PROTO_TCP }, { 8080, PROTO_TCP }, { 67, PROTO_UDP },
	{ 69, PROTO_UDP },   { 123, PROTO_UDP },  { 161, PROTO_UDP },
	{ 500, PROTO_UDP },  { 1194, PROTO_UDP }, { 4500, PROTO_UDP },
	{ 51820, PROTO_UDP }
};

struct near {
	struct audit_state *s;
	struct program *p;
	uint32_t entry;
	const struct box *box;
	struct spot *spot; /* a usual packet of the box, to be changed */
	const struct named *named;
};

/* The only value along the dimension: true if there is just one. */
static bool one_value(const struct near *n, enum field f, u128 *ret)
{
	const struct ranges *set = box_along(n->p->space, n->box, f);

	*ret = set->count ? set->range[0].first : 0;
	return set->count == 1 && set->range[0].first == set->range[0].last;
}

/* Whether the changed packet is dropped or rejected, and by which entry. */
static int is_closed(const struct near *n, const struct rule *without,
		     uint32_t *ret)
{
	int err = witness_fate(n->p, n->spot, 0, without, ret);
	enum action_kind kind;

	if (err)
		return err;

	kind = program_outcome(n->p, *ret);
	return kind == ACTION_DROP || kind == ACTION_REJECT;
}

static const char *closer(struct text *out, const struct near *n, uint32_t at)
{
	if (n->p->entries[at].rule)
		audit_words_rule(out, n->p->entries[at].rule);
	else
		text_str(out, _("the policy"));

	return text_string(out);
}

static int tell(const struct near *n, struct text *words, uint32_t at,
		bool is_guess)
{
	struct finding *f = audit_new(n->s, FINDING_NEAR_MISS,
				      n->p->entries[n->entry].rule);
	int err =
		f ? audit_add_cause(n->s, f, n->p->entries[at].rule) : -ENOMEM;

	if (!err) {
		f->text = text_ok(words) ? arena_string(n->s->arena,
							text_string(words))
					 : NULL;
		f->is_unsure = is_guess;
		if (audit_set_witness(n->s, f, n->p->space, n->spot))
			f->text = NULL;
		err = f->text ? audit_tell(n->s, f) : -ENOMEM;
	}
	text_done(words);
	return err;
}

static const char *name_of(uint8_t protocol)
{
	return protocol == PROTO_TCP ? "tcp" : "udp";
}

/* The right port, but the other transport. */
static int check_transport(const struct near *n, u128 port, u128 protocol)
{
	struct text words = TEXT_NULL, rule = TEXT_NULL, by = TEXT_NULL;
	uint8_t wanted = 0;
	uint32_t at;
	int status;

	for (size_t i = 0; i < sizeof(transports) / sizeof(*transports); i++)
		if (transports[i].port == port)
			wanted = transports[i].protocol;
	if (!wanted || wanted == protocol ||
	    (protocol != PROTO_TCP && protocol != PROTO_UDP))
		return 0;

	n->spot->value[FIELD_PROTO] = wanted;
	n->spot->value[FIELD_TCP_FLAGS] = 0x02;
	status = is_closed(n, NULL, &at);
	if (status <= 0)
		return status;

	audit_words_rule(&rule, n->p->entries[n->entry].rule);
	text_format(
		&words,
		_("%1$s lets %2$s to port %3$u through, but the service there speaks %4$s, and that meets %5$s."),
		text_string(&rule), name_of((uint8_t)protocol), (unsigned)port,
		name_of(wanted), closer(&by, n, at));
	text_done(&rule);
	text_done(&by);
	return tell(n, &words, at, false);
}

/* A service's port as the source: answers are let in by state already. */
static int check_source(const struct near *n, u128 port)
{
	struct text words = TEXT_NULL, rule = TEXT_NULL, by = TEXT_NULL;
	const struct rule *without = n->p->entries[n->entry].rule;
	uint32_t at;
	int status;

	n->spot->value[FIELD_CT_STATE] = CT_ESTABLISHED;
	status = is_closed(n, without, &at);
	if (status)
		return status < 0 ? status : 0;

	n->spot->value[FIELD_CT_STATE] = CT_NEW;
	n->spot->value[FIELD_SPORT] = 40000;
	n->spot->value[FIELD_DPORT] = port;
	status = is_closed(n, NULL, &at);
	if (status <= 0)
		return status;

	audit_words_rule(&rule, without);
	text_format(
		&words,
		_("%1$s asks for source port %2$u; packets that go to port %2$u meet %3$s."),
		text_string(&rule), (unsigned)port, closer(&by, n, at));
	text_done(&rule);
	text_done(&by);
	return tell(n, &words, at, false);
}

/* A service's port, but no new connection may come to it. */
static int check_state(const struct near *n, u128 port)
{
	struct text words = TEXT_NULL, rule = TEXT_NULL, by = TEXT_NULL;
	uint32_t at;
	int status;

	n->spot->value[FIELD_CT_STATE] = CT_NEW;
	n->spot->value[FIELD_TCP_FLAGS] = 0x02;
	status = is_closed(n, NULL, &at);
	if (status <= 0)
		return status;

	audit_words_rule(&rule, n->p->entries[n->entry].rule);
	text_format(
		&words,
		_("%1$s lets only packets of known connections to port %2$u through; a new connection meets %3$s."),
		text_string(&rule), (unsigned)port, closer(&by, n, at));
	text_done(&rule);
	text_done(&by);
	return tell(n, &words, at, false);
}

static void network_text(struct text *out, const struct range *r)
{
	value_print(out,
		    &(struct value_form){ .type = VALUE_ADDRESS,
					  .dialect = VALUE_NFT },
		    r, ~(u128)0);
}

/* The sentence takes the rule, what it asks for, what others ask for, and who
 * closes. Both texts end here. */
static int tell_guess(const struct near *n, const char *sentence,
		      struct text *asked, struct text *meant)
{
	struct text words = TEXT_NULL, rule = TEXT_NULL, by = TEXT_NULL;
	uint32_t at;
	int status = is_closed(n, NULL, &at);

	if (status > 0) {
		audit_words_rule(&rule, n->p->entries[n->entry].rule);
		text_format(&words, _(sentence), text_string(&rule),
			    text_string(asked), text_string(meant),
			    closer(&by, n, at));
		status = tell(n, &words, at, true);
	}
	text_done(&rule);
	text_done(&by);
	text_done(asked);
	text_done(meant);
	return status;
}

/* Of rules that are in force on this host now. */
static bool is_missing_here(const struct rule *rule, const char *interface)
{
	static const char live[] = "live (";

	return rule->place.file &&
	       strncmp(rule->place.file, live, sizeof(live) - 1) == 0 &&
	       !if_nametoindex(interface);
}

static int tell_missing(const struct near *n, struct text *asked)
{
	const struct rule *rule = n->p->entries[n->entry].rule;
	struct finding *f = audit_new(n->s, FINDING_NEAR_MISS, rule);
	struct text words = TEXT_NULL, name = TEXT_NULL;
	int err = -ENOMEM;

	audit_words_rule(&name, rule);
	text_format(
		&words,
		_("Nearly right, at a guess: %1$s asks for the interface %2$s, and this host has none of that name now."),
		text_string(&name), text_string(asked));
	if (f && text_ok(&words)) {
		f->text = arena_string(n->s->arena, text_string(&words));
		f->is_unsure = true;
		err = f->text ? audit_tell(n->s, f) : -ENOMEM;
	}
	text_done(&words);
	text_done(&name);
	text_done(asked);
	return err;
}

/* An interface that no other rule names, or that is not there. */
static int guess_interface(const struct near *n)
{
	const struct rule *rule = n->p->entries[n->entry].rule;
	struct text asked = TEXT_NULL, meant = TEXT_NULL;
	u128 name, other;

	if (!one_value(n, FIELD_IIF, &name))
		return 0;

	field_name_text(&asked, name);
	if (is_missing_here(rule, text_string(&asked)))
		return tell_missing(n, &asked);
	if (!audit_named_interface(n->named, rule,
				   n->p->space->family == TABLE_IP6, name,
				   &other)) {
		text_done(&asked);
		return 0;
	}

	field_name_text(&meant, other);
	n->spot->value[FIELD_IIF] = other;
	return tell_guess(
		n,
		N_("Nearly right, at a guess: only %1$s names the interface %2$s; other rules name %3$s, and the same packet from there meets %4$s."),
		&asked, &meant);
}

/* A source that no other rule names. */
static int guess_source(const struct near *n)
{
	const struct rule *rule = n->p->entries[n->entry].rule;
	struct text asked = TEXT_NULL, meant = TEXT_NULL;
	struct range network, other;
	enum nearness near;

	if (!audit_named_source(rule, &network))
		return 0;

	near = audit_named_network(n->named, rule, &network, &other);
	if (!near)
		return 0;

	network_text(&asked, &network);
	network_text(&meant, &other);
	n->spot->value[FIELD_SADDR] =
		near == NEAR_LENGTH || other.first == other.last
			? other.last - (other.first != other.last)
			: other.first + 1;
	return tell_guess(
		n,
		near == NEAR_LENGTH
			? N_("Nearly right, at a guess: only %1$s names the network %2$s; other rules name %3$s, with another prefix length, and the same packet from the rest of that meets %4$s.")
			: N_("Nearly right, at a guess: only %1$s names the network %2$s; other rules name %3$s, which differs in one part, and the same packet from there meets %4$s."),
		&asked, &meant);
}

/* A service is let in, but perhaps not for those for whom it was meant. */
static int guess(const struct near *n)
{
	u128 value = n->spot->value[FIELD_IIF];
	int err = guess_interface(n);

	n->spot->value[FIELD_IIF] = value;
	if (!err && !audit_rule_of(n->s, n->p->entries[n->entry].rule)->is_told)
		err = guess_source(n);
	return err;
}

static int check(const struct near *n)
{
	const struct ranges *states =
		box_along(n->p->space, n->box, FIELD_CT_STATE);
	u128 sport, dport, protocol;
	bool has_sport = one_value(n, FIELD_SPORT, &sport);
	bool has_dport = one_value(n, FIELD_DPORT, &dport);
	bool has_new = ranges_has(states, CT_NEW);

	if (!one_value(n, FIELD_PROTO, &protocol))
		return 0;
	if (has_dport && !has_sport && has_new)
		return check_transport(n, dport, protocol);
	if (has_dport && dport <= LAST_SERVICE && !has_new &&
	    ranges_has(states, CT_ESTABLISHED))
		return check_state(n, dport);
	if (has_sport && !has_dport && has_new && sport <= LAST_SERVICE)
		return check_source(n, sport);

	return 0;
}

static bool is_candidate(const struct audit_state *s, const struct entry *e)
{
	const struct audit_rule *r;

	if (e->kind != ENTRY_ENDS || e->is_uncertain || !e->rule ||
	    !e->action || e->action->kind != ACTION_ACCEPT)
		return false;

	r = audit_rule_of(s, e->rule);
	return r->is_live && !r->is_told && !r->why_contradicted;
}

static bool is_service(const struct near *n)
{
	return !ranges_is_all(box_along(n->p->space, n->box, FIELD_DPORT),
			      field_last(FIELD_DPORT)) &&
	       ranges_has(box_along(n->p->space, n->box, FIELD_CT_STATE),
			  CT_NEW);
}

static int look_at(struct near *n, struct arena *a)
{
	const struct rule *rule = n->p->entries[n->entry].rule;
	bool is_asked, is_guessed = is_service(n) && !n->named->is_cut;
	u128 value;
	int err = 0;

	is_asked = one_value(n, FIELD_SPORT, &value) ||
		   one_value(n, FIELD_DPORT, &value);
	if (!is_asked && !is_guessed)
		return 0;

	arena_clear(a);
	n->spot = box_pick(a, n->p->space, n->box, NULL);
	if (!n->spot)
		return -ENOMEM;

	if (is_asked)
		err = check(n);
	if (err || !is_guessed || audit_rule_of(n->s, rule)->is_told)
		return err;

	n->spot = box_pick(a, n->p->space, n->box, NULL);
	return n->spot ? guess(n) : -ENOMEM;
}

int audit_near_program(struct audit_state *s, struct program *p)
{
	struct named named;
	struct arena *a;
	int err;

	if ((p->space->hook != HOOK_INPUT && p->space->hook != HOOK_FORWARD) ||
	    p->is_cut)
		return 0;

	a = arena_new();
	err = audit_named_read(s->ruleset, &named);
	for (uint32_t i = 0; a && i < p->count && !err; i++) {
		struct near n = { s, p, i, p->entries[i].box, NULL, &named };

		if (is_candidate(s, &p->entries[i]))
			err = look_at(&n, a);
	}

	audit_named_done(&named);
	arena_free(a);
	return a ? err : -ENOMEM;
}
