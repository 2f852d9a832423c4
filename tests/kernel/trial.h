#pragma once

#include "predict.h"
#include "ruleset/audit.h"

/*
 * Single packets that are given and not drawn: the witnesses of the audit, and
 * packets in words with the answer that one rule should have for them. Each is
 * made what the wire can carry, routed, and handed to the judge.
 */
struct trial {
	const struct ruleset *model;
	struct lab *lab;
	struct draw *draw;
	struct predictor *predictor;
	struct problems *problems;
	struct shot *shot; /* what is fired, unless it is open */
	bool *is_open;
	void (*fire)(void *context);
	void *context;
	bool is_verbose;
	uint64_t said; /* FIELD_BIT()s that a witness has to have */
	/* Witnesses that came to their chain; that did not; rules that are
	 * claimed to be dead; claims that the kernel contradicts. */
	uint64_t claims, away, dead, false_claims;
};

/* The finding's witness goes its way, if it can be made to. */
void trial_finding(struct trial *t, const struct finding *f);

/* What no packet is said to come to was counted so often, by all packets. */
void trial_dead(struct trial *t, const struct finding *f,
		const struct tally *counted);

/* "tcp dport=22 -> yes": whether the first rule takes such a packet. False: it
 * cannot be read. */
bool trial_words(struct trial *t, const char *line);

/* The device that the words come by, if it is none of them yet: 1 or 0 is
 * added to the names. */
unsigned trial_device(const char *words, char names[][16], unsigned count);
