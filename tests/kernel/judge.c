/*
 * The kernel as the judge: a ruleset is loaded into a throwaway namespace,
 * packets are sent through it, and the kernel's counters and answers are
 * compared with what the walker foretold.
 *
 *   judge [-n PACKETS] [-s SEED] [-b BATCH]
 *         [-c | -w | -x | -p "WORDS -> yes"...] [-g] [-v] KIND:FILE...
 *
 * KIND is ipset, legacy4, legacy6, nft4, nft6 (iptables-nft) or nft. The model
 * is made of the kernel's own dump, with -g of the files that were given.
 * Packets are drawn; with -c those of conversations, their states the kernel's
 * own; with -w the audit's witnesses; with -p in words, for the first rule.
 * With -x packets leave, translated, and are answered (exchange.h).
 *
 * Exit status: 0 no difference, 1 some, 2 the ruleset cannot be loaded, 77 no
 * namespaces here.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/text.h"
#include "conversation.h"
#include "exchange.h"
#include "frame.h"
#include "given.h"
#include "kernel.h"
#include "predict.h"
#include "ruleset/packet_words.h"
#include "seed.h"
#include "track.h"
#include "trial.h"

enum { WORDS = 16, TOLD = 5, MOST = 60, OPEN_TEXTS = 64, SKIP = 77 };

struct judge {
	struct lab lab;
	struct givens givens;
	const char *words[WORDS];
	unsigned word_count;
	struct trial trial;
	struct problems *problems;
	struct ruleset *model;
	struct draw *draw;
	struct predictor predictor;
	struct track track;
	struct exchange exchange;
	bool is_exchange;
	uint64_t untracked; /* entries that the kernel would not have */
	struct book expected, before, after;
	uint64_t swallowed[2], let_through[2];
	struct shot *shots;
	bool *is_open;
	size_t shot_count;
	bool is_verbose, is_given_model, is_talking, is_claiming;
	/* Totals */
	uint64_t talks, judged, answers, excused, unknown, differences,
		unstable;
	char *open_text[OPEN_TEXTS];
	unsigned open_count;
	const void *told[TOLD]; /* what differed first, each once */
	unsigned told_count;
};

static uint8_t received[FRAME_MAX];
static struct frame frame;

/* The kernel's counters in the order of our model. */
static bool snapshot(struct judge *j, struct book *ret, uint64_t ends[2])
{
	struct ruleset *r = kernel_dump(j->givens.kinds, j->problems);

	if (!r)
		return false;
	book_clear(ret);
	for (const struct table *t = r->first; t; t = t->next) {
		const struct table *mine = ruleset_find_table(
			j->model, t->engine, t->family, t->name);

		for (const struct chain *c = t->first; mine && c; c = c->next) {
			const struct chain *own =
				ruleset_find_chain(mine, c->name);

			if (!own || own->rule_count != c->rule_count)
				continue;
			book_row(ret, own, 0)->packets = c->counters.packets;
			book_row(ret, own, 0)->bytes = c->counters.bytes;
			for (const struct rule *l = c->first; l; l = l->next) {
				struct tally *row =
					book_row(ret, own, l->number);

				row->packets = l->counters.packets;
				row->bytes = l->counters.bytes;
			}
		}
	}
	ruleset_free(r);
	return !lab_swallowed(&ends[0], &ends[1]);
}

static bool is_same_answer(const struct point *want, const struct point *got)
{
	static const enum field fields[] = {
		FIELD_FAMILY,    FIELD_SADDR,  FIELD_DADDR,     FIELD_PROTO,
		FIELD_SPORT,     FIELD_DPORT,  FIELD_TCP_FLAGS, FIELD_ICMP_TYPE,
		FIELD_ICMP_CODE, FIELD_LENGTH, FIELD_TTL,       FIELD_TOS,
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (point_has(want, fields[i]) &&
		    want->value[fields[i]] != got->value[fields[i]])
			return false;
	return true;
}

static void tell_packet(const char *label, const struct point *p)
{
	struct text t = TEXT_NULL;

	packet_words_text(&t, p, p->known);
	printf("  %s: %s\n", label, text_string(&t));
	text_done(&t);
}

/* What came out of the devices: whether it is the answer, and nothing else. */
static bool check_answer(struct judge *j, const struct expected *e, bool tell)
{
	bool seen = false, good = true;
	struct point got, quoted;
	size_t n;

	while ((n = lab_receive(&j->lab, e->device, received,
				sizeof(received)))) {
		if (!frame_read(received, n, &got, &quoted))
			continue;
		if (e->has_answer && !seen &&
		    is_same_answer(&e->answer, &got)) {
			seen = true;
			continue;
		}
		good = false;
		if (tell)
			tell_packet("answered", &got);
	}
	if (e->has_answer && !seen)
		good = false;
	if (!good && tell && e->has_answer)
		tell_packet("expected answer", &e->answer);
	if (!good && tell && !e->has_answer)
		printf("  no answer was expected\n");
	j->answers += seen;
	return good;
}

static void drain(struct judge *j)
{
	for (unsigned k = 0; k < j->lab.count; k++)
		while (lab_receive(&j->lab, k, received, sizeof(received)))
			continue;
}

static bool is_loud(const struct judge *j)
{
	return j->is_verbose && j->shot_count > 0;
}

/* Both sides may have begun one. */
static void forget_talk(struct judge *j, const struct shot *s)
{
	u128 protocol = s->packet.value[FIELD_PROTO];

	if ((protocol != FRAME_TCP && protocol != FRAME_UDP) || s->has_turned) {
		track_flush(&j->track);
		return;
	}
	for (int reply = 0; reply < 2; reply++) {
		struct point tuple;

		conversation_tuple(s, reply, &tuple);
		track_delete(&j->track, &tuple);
	}
}

static bool fire(struct judge *j, const struct shot *s, bool tell)
{
	struct expected e;
	struct shot copy = *s;

	if (j->is_exchange && !exchange_is_rejected(&j->predictor, s))
		return exchange_fire(&j->exchange, &j->predictor, s,
				     &j->expected, tell);
	predict_shot(&j->predictor, s, &j->expected, &e);
	frame_write(&frame, &copy.packet, s->quoted.known ? &s->quoted : NULL);
	if (s->seq)
		frame_number(&frame, s->seq, s->ack);
	if (s->has_entry && !s->is_talk && track_add(&j->track, &s->packet))
		j->untracked++;
	if (s->is_local)
		lab_send(&j->lab, s->user, s->device, &frame);
	else
		lab_inject(&j->lab, s->device, &frame);
	if (s->has_entry && !s->is_talk)
		track_delete(&j->track, &s->packet);
	if (s->is_last)
		forget_talk(j, s);
	if (e.verdict.decision == WALK_ACCEPT)
		j->let_through[e.last.value[FIELD_OIF] != 0]++;
	if (tell)
		printf("  expected %s\n",
		       walk_decision_names[e.verdict.decision]);
	if (e.has_answer || tell)
		return check_answer(j, &e, tell);
	return true;
}

static void tell_row(const struct judge *j, const struct chain *c,
		     const struct rule *rule, unsigned number)
{
	const struct tally *want = book_row(&j->expected, c, number);
	const struct tally *old = book_row(&j->before, c, number);
	const struct tally *new = book_row(&j->after, c, number);

	printf("  %s %s %s %s %s%u: %s\n    expected %llu packets, %llu bytes; "
	       "counted %llu, %llu\n",
	       engine_names[c->table->engine],
	       table_family_names[c->table->family], c->table->name, c->name,
	       number ? "rule " : "policy ", number,
	       rule && rule->text ? rule->text : "",
	       (unsigned long long)want->packets,
	       (unsigned long long)want->bytes,
	       (unsigned long long)(new->packets - old->packets),
	       (unsigned long long)(new->bytes - old->bytes));
}

/* Policies of user chains and native nft's have no counters. */
static bool is_counted(const struct chain *c, unsigned number)
{
	return number ||
	       (c->hook != HOOK_NONE && c->table->engine != ENGINE_NFT);
}

static bool compare_row(const struct judge *j, const struct chain *c,
			const struct rule *rule, unsigned number, bool tell)
{
	const struct tally *want = book_row(&j->expected, c, number);
	const struct tally *old = book_row(&j->before, c, number);
	const struct tally *new = book_row(&j->after, c, number);

	if (!is_counted(c, number) ||
	    (new->packets - old->packets ==
	     want->packets &&new->bytes - old->bytes == want->bytes))
		return true;
	if (tell)
		tell_row(j, c, rule, number);
	return false;
}

static bool compare(const struct judge *j, bool tell)
{
	bool same = true;

	for (const struct table *t = j->model->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next) {
			same &= compare_row(j, c, NULL, 0, tell);
			for (const struct rule *l = c->first; l; l = l->next)
				same &= compare_row(j, c, l, l->number, tell);
		}
	return same;
}

/* Fires these shots and compares. The counters before are those after the last
 * time. */
static bool judge_span(struct judge *j, size_t from, size_t to, bool tell)
{
	static const char *const ends[2] = { "for this host", "sent on" };
	uint64_t now[2];
	bool same = true;

	book_clear(&j->expected);
	j->let_through[0] = j->let_through[1] = 0;
	drain(j);
	for (size_t i = from; i < to; i++)
		if (!j->is_open[i])
			same &= fire(j, &j->shots[i], tell);
	/* What nobody expected. */
	tell |= is_loud(j);
	for (unsigned k = 0; k < j->lab.count; k++)
		same &= check_answer(j, &(struct expected){ .device = k },
				     tell);
	if (!snapshot(j, &j->after, now))
		exit(2);
	same &= compare(j, tell);
	for (int i = 0; i < 2; i++) {
		uint64_t counted = now[i] - j->swallowed[i];

		if (counted != j->let_through[i] && !j->is_exchange) {
			same = false;
			if (tell)
				printf("  %s: expected %llu, counted %llu\n",
				       ends[i],
				       (unsigned long long)j->let_through[i],
				       (unsigned long long)counted);
		}
		j->swallowed[i] = now[i];
	}
	memcpy(j->before.row, j->after.row,
	       j->after.count * sizeof(*j->after.row));
	return same;
}

/* The first rule or chain that was counted otherwise; our own address where it
 * is the answer only. */
static const void *what_differs(const struct judge *j)
{
	for (const struct table *t = j->model->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next) {
			if (!compare_row(j, c, NULL, 0, false))
				return c;
			for (const struct rule *l = c->first; l; l = l->next)
				if (!compare_row(j, c, l, l->number, false))
					return l;
		}
	return j;
}

static void tell_difference(struct judge *j, size_t at, size_t end)
{
	const void *what = what_differs(j);
	uint64_t answers = j->answers;

	j->differences++;
	for (unsigned i = 0; i < j->told_count; i++)
		if (j->told[i] == what)
			return;
	if (j->told_count == TOLD)
		return;
	j->told[j->told_count++] = what;
	printf("difference:\n");
	for (size_t i = at; i < end; i++)
		tell_packet("packet", &j->shots[i].packet);
	if (judge_span(j, at, end, true))
		printf("  (not the second time)\n");
	j->answers = answers;
}

/* Where a span can be parted, not within a conversation; its end: nowhere. */
static size_t halve(const struct judge *j, size_t from, size_t to)
{
	size_t middle = from + (to - from) / 2, at = middle;

	while (at > from && j->shots[at - 1].is_talk &&
	       !j->shots[at - 1].is_last)
		at--;
	if (at > from)
		return at;
	while (middle < to && middle > 0 && j->shots[middle - 1].is_talk &&
	       !j->shots[middle - 1].is_last)
		middle++;
	return middle;
}

/* Finds the packets that make the difference in a span that was just judged.
 * How many were found. */
static unsigned narrow(struct judge *j, size_t from, size_t to)
{
	size_t middle = halve(j, from, to);
	unsigned found = 0;

	if (j->differences >= MOST)
		return 1;
	if (to - from == 1 || middle == to) {
		tell_difference(j, from, to);
		return 1;
	}
	if (!judge_span(j, from, middle, false))
		found += narrow(j, from, middle);
	if (!judge_span(j, middle, to, false))
		found += narrow(j, middle, to);
	return found;
}

static void tell_open(struct judge *j, const struct shot *s,
		      const struct expected *e)
{
	if (e->is_excused) {
		j->excused++;
		return;
	}
	j->unknown++;
	for (unsigned i = 0; i < j->open_count; i++)
		if (strcmp(j->open_text[i], e->open) == 0)
			return;
	if (j->open_count == OPEN_TEXTS)
		return;
	j->open_text[j->open_count++] = strdup(e->open);
	printf("unknown: %s\n", e->open);
	if (e->verdict.rule)
		printf("  rule %s %u: %s\n", e->verdict.chain->name,
		       e->verdict.rule->number,
		       e->verdict.rule->text ? e->verdict.rule->text : "");
	tell_packet("packet", &s->packet);
}

static void note_talk_open(struct judge *j, const struct shot *seed,
			   const char *open)
{
	if (open)
		tell_open(
			j, seed,
			&(struct expected){ .open = open, .is_excused = true });
}

/* Makes the shots of a batch of conversations, no more than count. */
static bool prepare_talks(struct judge *j, struct dice *dice, size_t count)
{
	size_t seeds = count / CONVERSATION_MOST + 1;
	struct shot *seed = calloc(seeds, sizeof(*seed));
	unsigned out = (unsigned)dice_below(dice, j->lab.count);

	if (!seed || !seed_draw(j->draw, &j->lab, out, seed, seeds)) {
		free(seed);
		return false;
	}
	predict_route(&j->predictor);
	j->shot_count = 0;
	for (size_t i = 0;
	     i < seeds && j->shot_count + CONVERSATION_MOST <= count; i++) {
		const char *open = NULL;
		unsigned n;

		if (!seed_settle(&j->lab, &seed[i]))
			continue;
		n = conversation_make(&j->predictor, dice, &seed[i],
				      &j->shots[j->shot_count], &open);
		note_talk_open(j, &seed[i], open);
		memset(&j->is_open[j->shot_count], 0, n);
		for (unsigned k = 0; k < n; k++)
			j->exchange.counts.translated +=
				j->shots[j->shot_count + k].is_translated;
		j->shot_count += n;
		j->judged += n;
		j->talks += n != 0;
	}
	free(seed);
	return true;
}

static unsigned other_device(const struct judge *j, struct dice *dice,
			     unsigned than)
{
	return (than + 1 + (unsigned)dice_below(dice, j->lab.count - 1)) %
	       j->lab.count;
}

/* Where it goes. False: it cannot be fired. */
static bool place_shot(struct judge *j, struct dice *dice, struct shot *s)
{
	if (j->is_exchange)
		return exchange_settle(&j->exchange, s);
	return (dice_one_in(dice, 4) && predict_loop(&j->lab, dice, s)) ||
	       predict_settle(&j->lab, s);
}

/* Makes the shots of a batch. */
static bool prepare(struct judge *j, struct dice *dice, size_t count)
{
	const u128 *local;
	unsigned out = (unsigned)dice_below(dice, j->lab.count), n;

	draw_begin(j->draw, out);
	for (size_t i = 0; i < count; i++)
		draw_shot(j->draw, &j->shots[i]);
	n = draw_local(j->draw, &local);
	if (lab_route(&j->lab, local, n, out))
		return false;
	if (j->is_exchange &&
	    exchange_route(&j->exchange, other_device(j, dice, out)))
		return false;
	predict_route(&j->predictor);
	j->shot_count = count;
	for (size_t i = 0; i < count; i++) {
		struct shot *s = &j->shots[i];
		struct expected e;

		j->is_open[i] = true;
		if (!place_shot(j, dice, s))
			continue;
		frame_write(&frame, &s->packet,
			    s->quoted.known ? &s->quoted : NULL);
		if (j->is_exchange)
			exchange_predict(&j->predictor, s, &e);
		else
			predict_shot(&j->predictor, s, NULL, &e);
		if (e.open) {
			tell_open(j, s, &e);
			continue;
		}
		j->is_open[i] = false;
		j->judged++;
	}
	return true;
}

static void judge_one(void *context)
{
	struct judge *j = context;

	j->shot_count = 1;
	j->judged++;
	/* The kernel says things by itself: a difference is one that lasts. */
	for (int tries = 0; tries < 2; tries++)
		if (judge_span(j, 0, 1, false))
			return;
	tell_difference(j, 0, 1);
}

static bool judge_findings(struct judge *j)
{
	struct arena *a = arena_new();
	struct audit audit = { 0 };
	bool good = a && !audit_ruleset(j->model, a, &audit);

	for (const struct finding *f = audit.first; good && f; f = f->next)
		if (j->is_claiming && f->witness && j->differences < MOST)
			trial_finding(&j->trial, f);
	for (const struct finding *f = audit.first; good && f; f = f->next)
		if (f->rule)
			trial_dead(
				&j->trial, f,
				book_row(&j->after, f->chain, f->rule->number));
	if (a)
		arena_free(a);
	return good;
}

static bool set_up(struct judge *j, uint64_t seed)
{
	char names[LAB_DEVICES][16];
	uint32_t users[LAB_USERS];
	struct dice dice = dice_new(seed);
	struct ruleset *given = given_read(&j->givens, j->problems);
	unsigned count;
	int failed;

	j->model = given;
	if (!given)
		return false;
	count = draw_devices(given, &dice, names);
	for (unsigned i = 0; i < j->word_count; i++)
		count += trial_device(j->words[i], names, count);
	draw_users(given, &dice, users);
	failed = lab_open(&j->lab, (const char(*)[16])names, count, users);
	if (failed) {
		fprintf(stderr, "judge: no lab: %s\n", strerror(-failed));
		exit(failed == -EPERM || failed == -ENOENT ? SKIP : 2);
	}
	j->lab.is_late = j->is_talking;
	if (j->is_talking && lab_swallow(&j->lab, true))
		return false;
	if (track_open(&j->track) ||
	    (j->is_exchange &&
	     exchange_open(&j->exchange, &j->lab, &j->track)) ||
	    !given_load(&j->givens))
		return false;
	if (!j->is_given_model) {
		j->model = kernel_dump(j->givens.kinds, j->problems);
		ruleset_free(given);
	}
	if (!j->model)
		return false;
	j->draw = draw_new(j->model, &j->lab, dice_u64(&dice));
	j->trial = (struct trial){ .model = j->model,
				   .lab = &j->lab,
				   .draw = j->draw,
				   .predictor = &j->predictor,
				   .problems = j->problems,
				   .fire = judge_one,
				   .context = j,
				   .is_verbose = j->is_verbose,
				   .said = ~UINT64_C(0) };
	return j->draw &&
	       !predict_init(&j->predictor, j->model, &j->lab,
			     draw_has_tracking(j->draw)) &&
	       !book_init(&j->expected, j->model) &&
	       !book_init(&j->before, j->model) &&
	       !book_init(&j->after, j->model);
}

static void tell_problems(const struct judge *j)
{
	const struct problem *p;

	for (size_t i = 0; j->is_verbose && (p = problems_at(j->problems, i));
	     i++)
		printf("%s:%llu: %s\n", p->file ? p->file : "?",
		       (unsigned long long)p->line, p->text);
}

static void tell_sum(const struct judge *j, double seconds)
{
	const struct exchange_counts *x = &j->exchange.counts;

	const struct {
		const char *name;
		uint64_t value;
	} sums[] = {
		{ "talks", j->talks },
		{ "claims", j->trial.claims },
		{ "away", j->trial.away },
		{ "dead", j->trial.dead },
		{ "judged", j->judged },
		{ "answers", j->answers },
		{ "excused", j->excused },
		{ "unknown", j->unknown },
		{ "differences", j->differences },
		{ "unstable", j->unstable },
		{ "untracked", j->untracked },
		{ "rules", j->model->rule_count },
		{ "translated", x->translated },
		{ "chosen", x->chosen },
		{ "evaded", x->evaded },
		{ "replies", x->replies },
		{ "open-replies", x->open_replies },
	};

	for (size_t i = 0; i < sizeof(sums) / sizeof(*sums); i++)
		printf("%s=%llu ", sums[i].name,
		       (unsigned long long)sums[i].value);
	printf("seconds=%.1f\n", seconds);
}

static int run(struct judge *j, uint64_t packets, uint64_t seed, size_t batch)
{
	struct dice dice = dice_new(seed);
	struct timespec from, to;
	double seconds;

	if (!set_up(j, seed))
		return 2;
	tell_problems(j);
	j->shots = calloc(batch, sizeof(*j->shots));
	j->is_open = calloc(batch, sizeof(*j->is_open));
	j->trial.shot = j->shots;
	j->trial.is_open = j->is_open;
	if (!j->shots || !j->is_open || !snapshot(j, &j->before, j->swallowed))
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &from);
	while (!j->is_claiming && !j->word_count && packets &&
	       j->differences < MOST) {
		size_t count = packets < batch ? (size_t)packets : batch;

		if (!(j->is_talking ? prepare_talks : prepare)(j, &dice, count))
			return 2;
		if (!judge_span(j, 0, j->shot_count, false)) {
			struct exchange_counts counts = j->exchange.counts;

			if (!narrow(j, 0, j->shot_count)) {
				printf("unstable: seen once, or only "
				       "together\n");
				j->unstable++;
			}
			j->exchange.counts = counts;
		}
		packets -= count;
	}
	for (unsigned i = 0; i < j->word_count; i++)
		if (!trial_words(&j->trial, j->words[i]))
			return 2;
	if (!j->word_count && !judge_findings(j))
		return 2;
	j->differences += j->trial.false_claims;
	clock_gettime(CLOCK_MONOTONIC, &to);
	seconds = (double)(to.tv_sec - from.tv_sec) +
		  (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	tell_sum(j, seconds);
	return j->differences || j->unknown ? 1 : 0;
}

static void done(struct judge *j)
{
	for (unsigned i = 0; i < j->open_count; i++)
		free(j->open_text[i]);
	given_done(&j->givens);
	predict_done(&j->predictor);
	draw_free(j->draw);
	book_done(&j->expected);
	book_done(&j->before);
	book_done(&j->after);
	ruleset_free(j->model);
	problems_free(j->problems);
	free(j->shots);
	free(j->is_open);
}

int main(int argc, char **argv)
{
	static struct judge j;
	uint64_t packets = 10000, seed = 1, batch = 2000;
	int option, status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	j.problems = problems_new();
	while ((option = getopt(argc, argv, "n:s:b:cgp:vwx")) != -1) {
		if (option == 'n')
			packets = strtoull(optarg, NULL, 10);
		else if (option == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (option == 'b')
			batch = strtoull(optarg, NULL, 10);
		else if (option == 'c')
			j.is_talking = true;
		else if (option == 'w')
			j.is_claiming = true;
		else if (option == 'p' && j.word_count < WORDS)
			j.words[j.word_count++] = optarg;
		else if (option == 'g')
			j.is_given_model = true;
		else if (option == 'v')
			j.is_verbose = true;
		else if (option == 'x')
			j.is_exchange = true;
		else
			return 2;
	}
	for (; optind < argc; optind++)
		if (!given_parse(&j.givens, argv[optind])) {
			fprintf(stderr, "judge: %s: cannot read\n",
				argv[optind]);
			return 2;
		}
	status = run(&j, packets, seed, batch ? batch : 1);
	done(&j);
	return status;
}
