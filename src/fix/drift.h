#pragma once

#include "fix/repair.h"
#include "ruleset/boot.h"

struct room;

/*
 * What the next boot would load, compared by meaning with what is in force, or
 * with what would be in force with a candidate: files in their units' order,
 * loaded by the tools themselves into a room where there is one (drift_load()),
 * else read by boot_read().
 */
struct drift {
	struct boot boot; /* row by row, what would be loaded */
	struct comparison comparison;
	enum equality equal;
	bool is_loaded;  /* by the tools, in a room; else only read */
	bool is_partial; /* programs build rules when they start: not looked */
	/* What becomes of the connection after a boot; decision as the walk's. */
	struct walk_verdict verdict;
	bool has_verdict;
	const char *const *text; /* sentences, translated */
	size_t text_count;
};

/* root: "/" or the folder that stands for it. 0; -ENODATA: nothing was to be
 * asked, or nothing is there; or -errno. What it points to lives until
 * image_forget(). */
int drift_read(struct fix_planning *p, const char *root, struct drift *ret);

/* What drift_read() and drift_load() have in common: fills verdict, comparison,
 * equal and text. */
int drift_compare(struct fix_planning *p, const struct ruleset *in_force,
		  const struct ruleset *booted, struct drift *ret);

/* Whether something builds rules that no file shows, or a file was not shown. */
bool drift_is_partial(const struct boot *b);

/* Whether rules are changed now, and not by a program's command alone. */
bool drift_changes_rules(const struct fix_candidate *c);

/* What has to be run to load what that boot loads, in the plan's arena; how many
 * there are. ret NULL: no memory. */
struct room_command;
size_t drift_commands(struct fix_planning *p, const struct boot *b,
		      struct room_command **ret);

/* The same by loading. room: one that holds nothing yet. */
int drift_load(struct fix_planning *p, const char *root, struct room *room,
	       struct drift *ret);

/* Fills c->lasts and lasts_text: what the boot gives once c is done and its
 * lasting changes, too. 0 or -errno. */
int drift_candidate(struct fix_planning *p, const char *root,
		    struct fix_candidate *c);

/* The same by loading what the boot would load then; room: one that holds nothing
 * yet. What the tools refuse, or take otherwise than was read, turns lasts to no. 0,
 * also where there is nothing to be loaded; or -errno. */
int drift_prove(struct fix_planning *p, const char *root, struct room *room,
		struct fix_candidate *c);
