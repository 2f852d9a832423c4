#pragma once

/* Sets of facts for tests: named ones, and any number of unlikely ones.
 * Included after cmocka.h. */
#include <stdbool.h>

#include "diag/diag.h"

/* The facts of a list that ends with FACT_NONE. */
static inline struct fact_set facts_of(const enum fact_kind *list)
{
	struct fact_set set = { { 0 } };

	while (*list)
		fact_add(&set, *list++);

	return set;
}

#define FACTS(...) facts_of((const enum fact_kind[]){ __VA_ARGS__, FACT_NONE })

/* xorshift (Marsaglia 2003): the same numbers at every run. */
static inline uint64_t facts_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Each fact with a chance of one in so many; but for what a host's rules do,
 * which is one thing or none. */
static inline struct fact_set facts_any(uint64_t *seed, unsigned one_in)
{
	struct fact_set set = { { 0 } };

	for (int k = FACT_NONE + 1; k < FACT_RULES_ORDER; k++)
		if (facts_random(seed) % one_in == 0)
			fact_add(&set, (enum fact_kind)k);

	return set;
}

static inline bool facts_name(const enum fact_kind *list, enum fact_kind kind)
{
	for (int i = 0; i < CAUSE_FACTS && list[i]; i++)
		if (list[i] == kind)
			return true;

	return false;
}

static inline bool facts_meet(const struct fact_set *set,
			      const enum fact_kind *list)
{
	for (int i = 0; i < CAUSE_FACTS && list[i]; i++)
		if (fact_has(set, list[i]))
			return true;

	return false;
}

static inline bool is_fault(enum symptom s)
{
	return symptom_status(s) == STATUS_FAILING ||
	       symptom_status(s) == STATUS_DEGRADED;
}

static inline int with_diag(void **state)
{
	*state = diag_new();
	return *state ? 0 : -1;
}

static inline int without_diag(void **state)
{
	diag_free(*state);
	return 0;
}

/* Where the cause stands among those that are left, from 0; -1: it is out. */
static inline int place_in(const struct verdict *v, const struct cause *c)
{
	if (v->cause == c)
		return 0;
	for (size_t i = 0; i < v->alternative_count; i++)
		if (v->alternatives[i] == c)
			return (int)i + 1;

	return -1;
}

/* A symptom and facts at random that do not change it. */
static inline struct fact_set some_fault(uint64_t *seed)
{
	static const enum fact_kind kinds[][3] = {
		{ FACT_SYN_SEEN, FACT_SYN_SILENCE },
		{ FACT_SYN_SEEN, FACT_RST_FOR_SYN },
		{ FACT_SYN_SEEN, FACT_ICMP_ERROR },
		{ FACT_HANDSHAKE_DONE, FACT_SERVER_CLOSED_FIRST },
		{ FACT_HANDSHAKE_DONE, FACT_CLIENT_DATA_LOST },
		{ FACT_UDP_REQUEST, FACT_ICMP_ERROR },
		{ FACT_ARP_SILENCE },
		{ FACT_HANDSHAKE_DONE, FACT_TLS_ALERT_CLIENT },
	};
	const struct fact_set core = facts_of(kinds[facts_random(seed) % 8]);
	struct fact_set facts;

	do {
		facts = facts_any(seed, 8 + (unsigned)*seed % 40);
		for (int i = 0; i < 3; i++)
			facts.words[i] |= core.words[i];
	} while (!is_fault(diag_symptom(&facts)));

	return facts;
}

/* Rounds with facts at random; a diag that lives as long as the test. */
enum { ROUNDS = 3000 };

#define WITH_DIAG(claim)                                                       \
	cmocka_unit_test_setup_teardown(claim, with_diag, without_diag)
