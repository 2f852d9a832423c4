#pragma once

#include "fix/plan.h"
#include "host/links.h"

/*
 * Repairs: what can be done about a culprit. Each is one file in fix/repairs.
 * A repair proposes; it changes nothing, asks the host only through host/reader,
 * and never proposes more than was asked for: no "stop the firewall", no policy
 * turned to ACCEPT, no sysctl that opens more than this needs without saying it.
 */
struct fix_planning {
	struct fix_plan *plan;
	const struct case_record *record;
	/* In force now, linked; NULL: not read. And the bytes that
	 * live_read_gathered() (rules_is_gathered) or ruleset_read() takes, so that
	 * it can be read again and changed. */
	const struct ruleset *ruleset;
	const struct fix_rules_source *source;
	const struct walk_host *host;
	struct point packet; /* the client's first, as server_rules walks it */
	bool has_packet;
	const struct links *links; /* NULL: not known */
	const struct fix_admin *admins;
	size_t admin_count;
	bool may_read;     /* files and tables of the host can be asked */
	bool is_suspected; /* the first fault is only the likeliest one */
	/* Of the host's files; NULL: "/". And what was read of them, which
	 * image_forget() frees (fix/image.h). */
	const char *root;
	struct image *images;
	/* Changes of rules that the candidate at hand brings besides the one that
	 * its manager is asked to say (manager_express()). */
	const struct fix_change *beside;
	size_t beside_count;
	/* The edits that stand for the manager's command (stand_in_effect()). */
	const struct rules_change *stood_in;
};

/* Where rules can be read again from, any number of times. */
struct fix_rules_source {
	const void *gathered; /* live_gather()'s; NULL: */
	size_t gathered_len;
	const char *const *names, *const *texts; /* files */
	size_t count;
};

/* A new, linked ruleset that the caller frees. 0 or -errno. */
int fix_rules_read(const struct fix_rules_source *source,
		   struct problems *problems, struct ruleset **ret);

enum { REPAIR_KINDS = 6, REPAIR_CAUSES = 24 };

struct repair {
	const char *id; /* "sysctl"; never translated */
	/* What it knows how to mend: culprits of these kinds (0: any), and only of
	 * these causes, where there are some. */
	enum culprit_kind culprits[REPAIR_KINDS];
	const char *causes[REPAIR_CAUSES];
	/* Proposes with fix_propose() and fix_send_elsewhere(). 0; -ENOENT: this
	 * one it cannot mend (a remark says why); or -errno. */
	int (*propose)(struct fix_planning *p, const struct fix_fault *f);
};

/* Whether it is a rule that the packet or its answer meets and that refuses it:
 * `rules' mends all of these at once. */
bool fix_is_of_rules(const struct fix_fault *f);

extern const struct repair *const repair_list[];
extern const size_t repair_count;

/* A new candidate of the fault at hand, empty, in the plan's arena; NULL: no
 * memory. It is ranked when all have been proposed. */
struct fix_candidate *fix_propose(struct fix_planning *p, const char *id);

/* Adds a change to now[] or lasting[]; NULL: no memory. */
struct fix_change *fix_change_now(struct fix_planning *p,
				  struct fix_candidate *c,
				  enum change_kind kind);
struct fix_change *fix_change_lasting(struct fix_planning *p,
				      struct fix_candidate *c,
				      enum change_kind kind);

/* A string in the plan's arena. "" without memory, which the plan remembers. */
__attribute__((format(printf, 2, 3))) const char *
fix_words(struct fix_planning *p, const char *format, ...);

/* An argv in the plan's arena: words up to NULL, which ends the arguments. */
// NOLINTNEXTLINE(readability-identifier-naming): read as the function it is
#define fix_argv(p, ...) fix_argv_of((p), (const char *const[]){ __VA_ARGS__ })
const char *const *fix_argv_of(struct fix_planning *p,
			       const char *const *words);

/* One that is done by somebody else. */
void fix_send_elsewhere(struct fix_planning *p, const char *who,
			const char *what, const char *message);

/* Why nothing is proposed, once for each text. */
__attribute__((format(printf, 2, 3))) void fix_remark(struct fix_planning *p,
						      const char *format, ...);

/* A field of the culprit as text; NULL. And as a number, or otherwise. */
const char *fix_culprit_text(const struct culprit *c, const char *name);
int64_t fix_culprit_number(const struct culprit *c, const char *name,
			   int64_t otherwise);

/*
 * The whole: every fault to the repairs that know it, candidates put together
 * so that each mends all faults, effects computed, ranked: what lets it through
 * before what may, what is exact before what is wider, what an owner keeps before
 * what he overwrites, low risk, low cost. plan->faults and ask are filled. 0 or
 * -errno.
 */
int fix_plan_make(struct fix_planning *p);
