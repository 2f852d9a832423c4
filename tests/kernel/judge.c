/*
 * The kernel as the judge: a ruleset is loaded into a throwaway namespace,
 * packets are sent through it, and the kernel's counters and answers are
 * compared with what the walker foretold.
 *
 *   judge [-n PACKETS] [-s SEED] [-b BATCH] [-g] [-v] [-x] KIND:FILE...
 *
 * KIND is ipset, legacy4, legacy6, nft4, nft6 (iptables-nft) or nft. The model
 * is made of the kernel's own dump, with -g of the files that were given. With
 * -x packets leave, translated, and are answered (exchange.h).
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
#include "exchange.h"
#include "frame.h"
#include "kernel.h"
#include "predict.h"
#include "ruleset/packet_words.h"
#include "track.h"

enum { FILES = 16, TOLD = 5, MOST = 60, OPEN_TEXTS = 64, SKIP = 77 };

struct given {
	enum kernel_kind kind;
	const char *path;
	char *text;
};

struct judge {
	struct lab lab;
	struct given given[FILES];
	unsigned given_count;
	bool kinds[KERNEL_KINDS];
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
	bool is_verbose, is_given_model;
	/* Totals */
	uint64_t judged, answers, excused, unknown, differences, unstable;
	char *open_text[OPEN_TEXTS];
	unsigned open_count;
	const void *told[TOLD]; /* what differed first, each once */
	unsigned told_count;
};

static uint8_t received[FRAME_MAX];
static struct frame frame;

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "re");
	struct text t = TEXT_NULL;
	char buffer[65536];
	size_t n;

	if (!f)
		return NULL;
	while ((n = fread(buffer, 1, sizeof(buffer), f)))
		text_bytes(&t, buffer, n);
	fclose(f);
	return text_steal(&t);
}

static bool parse_given(struct judge *j, const char *arg)
{
	const char *colon = strchr(arg, ':');
	struct given *g = &j->given[j->given_count];

	for (int i = 0; colon && i < KERNEL_KINDS; i++)
		if (strncmp(kernel_names[i], arg, (size_t)(colon - arg)) == 0 &&
		    strlen(kernel_names[i]) == (size_t)(colon - arg)) {
			g->kind = (enum kernel_kind)i;
			g->path = colon + 1;
			g->text = slurp(g->path);
			j->given_count++;
			return g->text;
		}
	return false;
}

/* The model of what was given, in the order in which it is loaded: that decides
 * who comes first where priorities are equal. */
static struct ruleset *read_given(struct judge *j)
{
	struct ruleset *r = ruleset_new(j->problems);
	int failed = r ? 0 : -ENOMEM;

	for (int kind = 0; kind < KERNEL_KINDS; kind++)
		for (unsigned i = 0; i < j->given_count && !failed; i++)
			if ((int)j->given[i].kind == kind)
				failed = kernel_read(r, j->given[i].kind,
						     j->given[i].path,
						     j->given[i].text);
	if (!failed)
		failed = ruleset_link(r);
	if (!failed)
		return r;
	ruleset_free(r);
	return NULL;
}

static bool load(struct judge *j)
{
	for (int kind = 0; kind < KERNEL_KINDS; kind++)
		for (unsigned i = 0; i < j->given_count; i++) {
			if ((int)j->given[i].kind != kind)
				continue;
			if (!kernel_load(j->given[i].kind, j->given[i].text,
					 false))
				return false;
			j->kinds[kind] = true;
		}
	return true;
}

/* The kernel's counters in the order of our model. */
static bool snapshot(struct judge *j, struct book *ret, uint64_t ends[2])
{
	struct ruleset *r = kernel_dump(j->kinds, j->problems);

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

static bool fire(struct judge *j, const struct shot *s, bool tell)
{
	struct expected e;
	struct shot copy = *s;

	if (j->is_exchange && !exchange_is_rejected(&j->predictor, s))
		return exchange_fire(&j->exchange, &j->predictor, s,
				     &j->expected, tell);
	predict_shot(&j->predictor, s, &j->expected, &e);
	frame_write(&frame, &copy.packet, s->quoted.known ? &s->quoted : NULL);
	if (s->has_entry && track_add(&j->track, &s->packet))
		j->untracked++;
	if (s->is_local)
		lab_send(&j->lab, s->user, s->device, &frame);
	else
		lab_inject(&j->lab, s->device, &frame);
	if (s->has_entry)
		track_delete(&j->track, &s->packet);
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

static void tell_difference(struct judge *j, size_t at)
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
	tell_packet("packet", &j->shots[at].packet);
	if (judge_span(j, at, at + 1, true))
		printf("  (not the second time)\n");
	j->answers = answers;
}

/* Finds the packets that make the difference in a span that was just judged.
 * How many were found. */
static unsigned narrow(struct judge *j, size_t from, size_t to)
{
	size_t middle = from + (to - from) / 2;
	unsigned found = 0;

	if (j->differences >= MOST)
		return 1;
	if (to - from == 1) {
		tell_difference(j, from);
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

static unsigned other_device(const struct judge *j, struct dice *dice,
			     unsigned than)
{
	return (than + 1 + (unsigned)dice_below(dice, j->lab.count - 1)) %
	       j->lab.count;
}

/* Makes the shots of a batch. */
static bool prepare(struct judge *j, struct dice *dice, size_t count)
{
	const u128 *local;
	unsigned local_count;
	unsigned out = (unsigned)dice_below(dice, j->lab.count);

	draw_begin(j->draw, out);
	for (size_t i = 0; i < count; i++)
		draw_shot(j->draw, &j->shots[i]);
	local_count = draw_local(j->draw, &local);
	if (lab_route(&j->lab, local, local_count, out))
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
		if (j->is_exchange ? !exchange_settle(&j->exchange, s)
				   : !predict_settle(&j->lab, s))
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

static bool set_up(struct judge *j, uint64_t seed)
{
	char names[LAB_DEVICES][16];
	uint32_t users[LAB_USERS];
	struct dice dice = dice_new(seed);
	struct ruleset *given = read_given(j);
	unsigned count;
	int failed;

	if (!given)
		return false;
	count = draw_devices(given, &dice, names);
	draw_users(given, &dice, users);
	failed = lab_open(&j->lab, (const char(*)[16])names, count, users);
	if (failed) {
		fprintf(stderr, "judge: no lab: %s\n", strerror(-failed));
		exit(failed == -EPERM || failed == -ENOENT ? SKIP : 2);
	}
	if (track_open(&j->track) ||
	    (j->is_exchange &&
	     exchange_open(&j->exchange, &j->lab, &j->track)) ||
	    !load(j))
		return false;
	j->model =
		j->is_given_model ? given : kernel_dump(j->kinds, j->problems);
	if (!j->model)
		return false;
	if (!j->is_given_model)
		ruleset_free(given);
	j->draw = draw_new(j->model, &j->lab, dice_u64(&dice));
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
	if (!j->shots || !j->is_open || !snapshot(j, &j->before, j->swallowed))
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &from);
	while (packets && j->differences < MOST) {
		size_t count = packets < batch ? (size_t)packets : batch;

		if (!prepare(j, &dice, count))
			return 2;
		if (!judge_span(j, 0, count, false)) {
			struct exchange_counts counts = j->exchange.counts;

			if (!narrow(j, 0, count)) {
				printf("unstable: seen once, or only "
				       "together\n");
				j->unstable++;
			}
			j->exchange.counts = counts;
		}
		packets -= count;
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	seconds = (double)(to.tv_sec - from.tv_sec) +
		  (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	printf("judged=%llu answers=%llu excused=%llu unknown=%llu "
	       "differences=%llu unstable=%llu untracked=%llu rules=%llu "
	       "translated=%llu chosen=%llu evaded=%llu replies=%llu "
	       "open-replies=%llu "
	       "seconds=%.1f\n",
	       (unsigned long long)j->judged, (unsigned long long)j->answers,
	       (unsigned long long)j->excused, (unsigned long long)j->unknown,
	       (unsigned long long)j->differences,
	       (unsigned long long)j->unstable,
	       (unsigned long long)j->untracked,
	       (unsigned long long)j->model->rule_count,
	       (unsigned long long)j->exchange.counts.translated,
	       (unsigned long long)j->exchange.counts.chosen,
	       (unsigned long long)j->exchange.counts.evaded,
	       (unsigned long long)j->exchange.counts.replies,
	       (unsigned long long)j->exchange.counts.open_replies, seconds);
	return j->differences || j->unknown ? 1 : 0;
}

static void done(struct judge *j)
{
	for (unsigned i = 0; i < j->open_count; i++)
		free(j->open_text[i]);
	for (unsigned i = 0; i < j->given_count; i++)
		free(j->given[i].text);
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
	while ((option = getopt(argc, argv, "n:s:b:gvx")) != -1) {
		if (option == 'n')
			packets = strtoull(optarg, NULL, 10);
		else if (option == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (option == 'b')
			batch = strtoull(optarg, NULL, 10);
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
		if (!parse_given(&j, argv[optind])) {
			fprintf(stderr, "judge: %s: cannot read\n",
				argv[optind]);
			return 2;
		}
	status = run(&j, packets, seed, batch ? batch : 1);
	done(&j);
	return status;
}
