#pragma once

#include "fix/repair.h"

/*
 * Managers: programs and files that keep rules (ruleset/owner.h tells which).
 * Each is one file in fix/managers. A change is said in the manager's language
 * and put where it keeps it; where it writes its rules again, a raw rule is never
 * proposed.
 */
struct manager {
	const char *id; /* as struct owner's */
	/* What a fix of rules becomes with this manager; called by
	 * manager_express(). In: c, whose now[] holds the raw CHANGE_RULES that
	 * would do, computed for its own chains: one edit, or, for who keeps rules
	 * in files, all of its edits. Out: now[] and lasting[] in its language,
	 * lasts, risk; or the same raw change with a lasting one in its file. 0;
	 * -ENOENT: nothing can be said in it (a remark says why), the candidate is
	 * dropped; or -errno. */
	int (*express)(struct fix_planning *p, struct fix_candidate *c);
	/* Where a rule of the user's own has its place (DOCKER-USER,
	 * ufw-user-input, …), for a blocker in that chain: engine, family and table
	 * are the blocker's. NULL: anywhere. */
	const char *(*place)(const struct fix_planning *p,
			     const struct walk_blocker *b);
	bool is_file; /* it keeps rules in files that boot loads as they are */
};

extern const struct manager *const manager_list[];
extern const size_t manager_count;

const struct manager *manager_find(const char *id);

/* Who keeps what stands in that chain on this host: by the rules' fingerprints, by
 * units that are enabled and files that would be loaded (boot.h). NULL: nobody,
 * the rules are hand-made and would be gone after a boot. */
const struct manager *manager_of(struct fix_planning *p, const struct chain *c,
				 const struct rule *rule);

/*
 * Has the candidate's rules said by who keeps them, edit by edit, and sets owner,
 * lasts and lasts_text. m: who keeps what stops the packet, where it is known.
 * What nobody keeps stays raw, and is gone after a boot. 0; -ENOENT: it is to be dropped, as
 * nothing can be said, or was proposed already; or -errno.
 */
int manager_express(struct fix_planning *p, const struct manager *m,
		    struct fix_candidate *c);

/*
 * For managers.
 */

/* The chain in force that the candidate's first edit of rules is about, and the
 * rule that the edit names; NULL: none. */
const struct chain *manager_edited(const struct fix_planning *p,
				   const struct fix_candidate *c,
				   const struct rule_edit **ret_edit,
				   const struct rule **ret_rule);

/* Takes all of now[] away: the manager has other words for it. */
void manager_forget_now(struct fix_candidate *c);

/* A CHANGE_RUN that is added to now[] or lasting[]; NULL: no memory. */
struct fix_change *manager_run(struct fix_planning *p, struct fix_candidate *c,
			       bool is_lasting, const char *const *argv,
			       const char *const *undo);

/* The client that is asked for, as text. */
const char *manager_client(struct fix_planning *p);

/* The rule that stops the packet first; NULL: a policy, or nothing. */
const struct rule *manager_blocker(struct fix_planning *p);
