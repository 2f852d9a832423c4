#pragma once

#include "fix/repair.h"

/*
 * Whether a candidate's rules would shut an administrator out: his open session, in
 * both directions, also with its conntrack entry gone, and a new one from the same
 * place, as the engine computes it (the rehearsal tries it). What is refused
 * already without the candidate does not count.
 */

/* 1: nobody is; 0: somebody is, and why says who and by which rule; -errno. */
int lockout_check(struct fix_planning *p, const struct fix_candidate *c,
		  struct text *why);

/* Whether the rules in force would cut the administrator's open session already, once
 * its conntrack entry is gone: no change is to blame for that. 1, 0 or -errno. */
int lockout_is_tied(const struct fix_planning *p,
		    const struct fix_admin *admin);
