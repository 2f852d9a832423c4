#pragma once

#include "cli/check_local.h"

/*
 * The own firewall's part of check_local: the rules of this host, read now, and
 * the attempt's first packet walked through OUTPUT, and the answer to it through
 * INPUT. The step "firewall".
 *
 * A rule is told as the culprit only where what was seen is what it does, or
 * where the kernel, asked to trace one more attempt, names it: that is asked for
 * only where the rules do not say what they do and the failure may be theirs.
 */
/* 0 or -errno. */
int check_own_rules(struct case_record *c, struct attempt *a,
		    const struct probe_options *o, struct check_local *state);

/* The attempt's first packet, as OUTPUT meets it. */
struct packet_words;
void check_own_rules_packet(const struct attempt *a,
			    const struct check_local *s,
			    struct packet_words *w);
