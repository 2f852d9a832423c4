#pragma once

struct chain;
struct rule;

/*
 * Who wrote a rule, and so who will write it again: told by the names of
 * chains and tables, by comments, by interfaces, and by the file it stands in.
 * A change that its owner does not know of is lost at its next reload.
 */
struct owner {
	const char *id;    /* "docker"; never translated */
	const char *title; /* its name */
	const char *kept;  /* N_(): where its rules come from */
};

/* NULL: nothing tells, so somebody wrote it by hand. */
const struct owner *owner_of_rule(const struct rule *r);

/* Of the chain itself; NULL also for the kernel's own, which anybody fills. */
const struct owner *owner_of_chain(const struct chain *c);
