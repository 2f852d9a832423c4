#include "trial.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "claim.h"
#include "frame.h"
#include "ruleset/packet_words.h"

/* A shot is drawn so often before it is given up. */
enum { TRIES = 12, LAST_NAME = 15 };

static struct frame frame;

static void packet_tell(const char *label, const struct point *p)
{
	struct text t = TEXT_NULL;

	packet_words_text(&t, p, p->known);
	printf("  %s: %s\n", label, text_string(&t));
	text_done(&t);
}

/* Routes what was drawn, and settles it: the first shot. */
static bool place_one(struct trial *t, struct expected *e)
{
	const u128 *local;
	unsigned n = draw_local(t->draw, &local), out = draw_out(t->draw);
	struct shot *s = t->shot;

	*t->is_open = true;
	if ((n != t->lab->local_count || out != t->lab->out ||
	     memcmp(local, t->lab->local, n * sizeof(*local)) != 0) &&
	    lab_route(t->lab, local, n, out))
		return false;
	predict_route(t->predictor);
	if (!predict_settle(t->lab, s))
		return false;
	frame_write(&frame, &s->packet, s->quoted.known ? &s->quoted : NULL);
	predict_shot(t->predictor, s, NULL, e);
	*t->is_open = e->open;
	return true;
}

static void tell_claim(struct trial *t, const struct finding *f,
		       const struct point *witness)
{
	t->false_claims++;
	printf("the kernel does not do what is claimed (%s): %s\n",
	       finding_names[f->kind], f->text);
	packet_tell("witness", witness);
	packet_tell("packet", &t->shot->packet);
}

static void try_finding(struct trial *t, const struct finding *f,
			const struct point *witness)
{
	const struct chain *bases[CLAIM_BASES];
	unsigned count = claim_bases(t->model, f, bases);
	enum field field = FIELD_COUNT;
	bool can_be_sent = false;

	for (unsigned i = 0; count && i < TRIES; i++) {
		const struct chain *base = bases[i % count];
		struct expected e;
		enum claim claim;

		draw_begin(t->draw, draw_out(t->draw));
		draw_given(t->draw, witness, base->hook, t->shot);
		if (!place_one(t, &e) || e.open)
			continue;
		can_be_sent = true;
		claim = claim_check(t->predictor, f, witness, base, t->shot,
				    t->said, &field);
		if (claim == CLAIM_AWAY)
			continue;
		t->fire(t->context);
		t->claims++;
		if (claim == CLAIM_FALSE)
			tell_claim(t, f, witness);
		return;
	}
	t->away++;
	if (t->is_verbose) {
		printf("away by %s (%s): %s\n",
		       field < FIELD_COUNT ? field_info[field].id : "-",
		       finding_names[f->kind], f->text);
		packet_tell("witness", witness);
	}
	if (can_be_sent && !*t->is_open)
		t->fire(t->context);
}

/* The finding's witness goes its way, if it can be made to. */
void trial_finding(struct trial *t, const struct finding *f)
{
	struct point witness;

	audit_witness(f, &witness);
	try_finding(t, f, &witness);
}

/* Rules with this comment only make packets as the words want them. */
#define BEFORE "kiriwake-before"

static const struct rule *first_rule(const struct ruleset *r)
{
	for (const struct table *x = r->first; x; x = x->next)
		for (const struct chain *c = x->first; c; c = c->next)
			if (c->hook != HOOK_NONE && c->first &&
			    !(c->first->text && strstr(c->first->text, BEFORE)))
				return c->first;
	return NULL;
}

/* What was not said follows from what was, where it can. */
static void fit_words(struct packet_words *w, uint64_t said)
{
	static const enum field same[][2] = {
		{ FIELD_CT_SADDR, FIELD_SADDR },
		{ FIELD_CT_DADDR, FIELD_DADDR },
		{ FIELD_CT_SPORT, FIELD_SPORT },
		{ FIELD_CT_DPORT, FIELD_DPORT },
	};
	struct point *p = &w->point;
	uint64_t free = FIELD_BIT(FIELD_TCP_FLAGS) | FIELD_BIT(FIELD_ICMP_TYPE);

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
		if (said & FIELD_BIT(same[i][0]) &&
		    !(said & FIELD_BIT(same[i][1])))
			point_set(p, same[i][1], p->value[same[i][0]]);
	if (p->value[FIELD_CT_STATE] != CT_NEW)
		p->known &= ~(free & ~said);
	/* An address of its kind is the judge's to find. */
	if (said & FIELD_BIT(FIELD_DADDR_TYPE) &&
	    p->value[FIELD_DADDR_TYPE] == 1)
		point_set(p, FIELD_OIF, field_from_name("eth0", 4));
}

/* "tcp dport=22 -> yes": whether the first rule takes such a packet. */
bool trial_words(struct trial *t, const char *line)
{
	const char *arrow = strstr(line, " -> ");
	const struct rule *rule = first_rule(t->model);
	struct arena *a = arena_new();
	struct packet_words w = { 0 };
	struct finding f = { .rule = rule,
			     .chain = rule ? rule->chain : NULL,
			     .by_policy = true,
			     .text = line };
	bool good = arrow && rule && a &&
		    !packet_words_parse(&w, a, "packet", line,
					(size_t)(arrow - line), t->problems);

	if (good) {
		uint64_t said = w.said;

		packet_words_assume(&w);
		fit_words(&w, said);
		f.kind = strcmp(arrow, " -> yes") == 0 ? FINDING_REDUNDANT
						       : FINDING_SHADOWED;
		t->said = said | FIELD_BIT(FIELD_FAMILY);
		try_finding(t, &f, &w.point);
	}
	if (a)
		arena_free(a);
	return good;
}

/* The device that the words come by, if it is none of them yet. */
unsigned trial_device(const char *words, char names[][16], unsigned count)
{
	const char *in =
		strncmp(words, "in=", 3) ? strstr(words, " in=") : words;
	size_t len;

	if (!in || count == LAB_DEVICES)
		return 0;
	in += *in == ' ';
	len = strcspn(in + 3, " ");
	for (unsigned i = 0; i < count; i++)
		if (strncmp(names[i], in + 3, len) == 0 && !names[i][len])
			return 0;
	if (len > LAST_NAME || strncmp(in, "in=lo ", 6) == 0)
		return 0;
	memcpy(names[count], in + 3, len);
	names[count][len] = 0;
	return 1;
}

void trial_dead(struct trial *t, const struct finding *f,
		const struct tally *counted)
{
	bool is_dead = f->kind == FINDING_SHADOWED ||
		       f->kind == FINDING_SHADOWED_BY_UNION ||
		       (f->kind == FINDING_CONTRADICTED && !f->is_partial);

	if (!is_dead || f->is_unsure)
		return;
	t->dead++;
	if (!counted->packets)
		return;
	t->false_claims++;
	printf("%llu packets came to what is claimed to be dead (%s): %s\n",
	       (unsigned long long)counted->packets, finding_names[f->kind],
	       f->text);
}
