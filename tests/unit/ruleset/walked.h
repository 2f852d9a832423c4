#pragma once

/* A ruleset in a string, a packet in words, and what became of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/problem.h"
#include "base/text.h"
#include "ruleset/nft.h"
#include "ruleset/packet_words.h"
#include "ruleset/read.h"
#include "ruleset/walk.h"

struct walked {
	struct problems *problems;
	struct ruleset *ruleset;
	struct arena *arena;
	struct walk_result result;
};

/* iptables-save's text, then nft's. */
static inline void walked_read(struct walked *w, const char *rules)
{
	const char *nft = strstr(rules, "table ");
	size_t save = nft ? (size_t)(nft - rules) : strlen(rules);

	w->problems = problems_new();
	w->ruleset = ruleset_new(w->problems);
	w->arena = arena_new();
	assert_non_null(w->ruleset);
	if (save)
		assert_int_equal(ruleset_read(w->ruleset, "rules", rules, save),
				 0);
	if (nft)
		assert_int_equal(
			nft_text_read(w->ruleset, "nft", nft, strlen(nft)), 0);
	assert_int_equal(ruleset_link(w->ruleset), 0);
	if (problems_count(w->problems))
		fail_msg("%s", problems_at(w->problems, 0)->text);
}

static inline void walked_done(struct walked *w)
{
	arena_free(w->arena);
	ruleset_free(w->ruleset);
	problems_free(w->problems);
}

static inline struct point walked_point(struct walked *w, const char *words)
{
	struct packet_words p;

	assert_int_equal(packet_words_parse(&p, w->arena, "words", words,
					    strlen(words), w->problems),
			 0);
	packet_words_assume(&p);
	return p.point;
}

static inline void walked_ask(struct walked *w, const char *words,
			      const struct walk_host *host)
{
	struct walk_question q = { .packet = walked_point(w, words),
				   .host = host };

	assert_int_equal(walk_packet(w->ruleset, &q, w->arena, &w->result), 0);
}

/* "drop INPUT 3", "accept OUTPUT policy", "reject INPUT 5 tcp-reset",
 * "accept" where no chain was met. */
static inline void walked_verdict(struct text *out,
				  const struct walk_verdict *v)
{
	text_str(out, walk_decision_names[v->decision]);
	if (v->chain) {
		text_char(out, ' ');
		text_str(out, v->chain->name);
		text_char(out, ' ');
		if (v->rule)
			text_u64(out, v->rule->number);
		else
			text_str(out, "policy");
	}
	if (walk_reject_name(v)) {
		text_char(out, ' ');
		text_str(out, walk_reject_name(v));
	}
}

static inline void walked_expect(const struct walk_verdict *v,
				 const char *expected)
{
	struct text t = TEXT_NULL;

	walked_verdict(&t, v);
	assert_string_equal(text_string(&t), expected);
	text_done(&t);
}

/* One ruleset, one packet, one verdict; the cheap way agrees wherever all is
 * known. */
static inline void walked_is(const char *rules, const char *words,
			     const char *expected)
{
	struct walked w;
	struct walk_plan *plan;
	struct walk_verdict fast;
	struct point p;

	walked_read(&w, rules);
	walked_ask(&w, words, NULL);
	walked_expect(&w.result.way.verdict, expected);

	plan = walk_plan_new(w.ruleset);
	assert_non_null(plan);
	p = walked_point(&w, words);
	fast = walk_fast(plan, NULL, &p, NULL);
	if (fast.decision != WALK_UNKNOWN)
		walked_expect(&fast, expected);
	walk_plan_free(plan);
	walked_done(&w);
}
