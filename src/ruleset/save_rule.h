#pragma once

#include "ruleset/options.h"

/*
 * One rule of iptables from its words: "-s 10.0.0.0/8 -p tcp -m tcp --dport 22
 * -j ACCEPT". Readers of save files and listings both come here.
 */
struct save_rule {
	struct ruleset *ruleset;
	struct tokens
		*words;   /* in the ruleset's scratch arena, or outlive it */
	size_t from;      /* the first word of the rule's */
	const char *line; /* the columns of words count in it */
	/* What problems quote instead, where the words were made of it. */
	const char *excerpt;
	bool is_v6;
	bool hides_interfaces; /* the rule may ask for some */
};

/* Fills the rule, whose place is set. 0; -ENOMEM; -EINVAL: a problem was
 * added, and the rule is not to be kept; 1: it is for the other family. */
int save_rule_read(const struct save_rule *s, struct rule *rule);
