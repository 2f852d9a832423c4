#pragma once

#include <stddef.h>

#include "cli/cli.h"

struct arena;
struct json;
struct problems;
struct ruleset;
struct table;
struct text;

/*
 * The frame of `kiriwake firewall show|trace|audit|diff': it reads what the
 * user named into rulesets, and tells what could not be read. Each part is a
 * file of its own, cli/firewall_PART.c, with its page of help and its options:
 *
 *	int firewall_show(struct firewall *f, int argc, char *argv[])
 *	{
 *		for (int i = 1; i < argc; i++) {
 *			int status;
 *
 *			if (!strcmp(argv[i], "--save")) {
 *				save = true;
 *				continue;
 *			}
 *			status = firewall_take(f, argc, argv, &i);
 *			if (status)
 *				return status;
 *		}
 *		status = firewall_read(f);
 *		if (status)
 *			return status;
 *		… f->ruleset, f->other …
 *		return is_clean ? EXIT_HEALTHY : EXIT_FAULT;
 *	}
 *
 * Problems are printed by the frame when the part has returned, and make the
 * status EXIT_USAGE; the JSON of a part ends with firewall_json_end().
 */
enum { FIREWALL_SIDES = 2, FIREWALL_NAMES = 64, FIREWALL_SOURCES = 64 };

/* Something that was asked for rules: a file, a program. */
struct firewall_source {
	const char *name;
	bool looked;
	const char *why; /* it was not, or NULL: a sentence, translated */
	bool is_note;    /* looked at, and something is to be said */
};

struct firewall {
	struct cli *cli;
	const struct command *command; /* of the part */
	unsigned sides;                /* rulesets that it takes: 1, diff 2 */
	struct problems *problems;
	/* All RULESETs together; of diff, A. Linked. */
	struct ruleset *ruleset;
	struct ruleset *other; /* diff's B */
	unsigned family;       /* -4, -6; 0: both */
	const char *root;      /* of boot's files: "/" or --root */

	/* RULESETs as they came, and where diff's "--" stands among them. */
	const char *words[FIREWALL_NAMES];
	size_t word_count, divider;
	bool only_words;                  /* after "--" */
	const char *sets[FIREWALL_NAMES]; /* --ipset */
	size_t set_count;
	/* The same, parted by firewall_read(). */
	const char *names[FIREWALL_SIDES][FIREWALL_NAMES];
	size_t name_count[FIREWALL_SIDES];
	struct arena *arena; /* of names that were cut */

	/* Something that may hold rules could not be looked at: what is left is
	 * told, but nothing is clean. */
	bool is_partial;
	struct firewall_source sources[FIREWALL_SOURCES];
	size_t source_count;
};

extern const struct command firewall_show_command, firewall_trace_command,
	firewall_audit_command, firewall_diff_command;

int firewall_show(struct firewall *f, int argc, char *argv[]);
int firewall_trace(struct firewall *f, int argc, char *argv[]);
int firewall_audit(struct firewall *f, int argc, char *argv[]);
int firewall_diff(struct firewall *f, int argc, char *argv[]);

/* Takes argv[*i] as a common option or a RULESET. 0, or EXIT_USAGE with the
 * reason said. */
int firewall_take(struct firewall *f, int argc, char *argv[], int *i);

/* Reads the rulesets. 0, or an exit status with the reason said. */
int firewall_read(struct firewall *f);

/* Whether -4 or -6 leaves the table out. */
bool firewall_wants(const struct firewall *f, const struct table *t);

/* How the user called a side: "live", "rules.v4 rules.v6". */
void firewall_side_text(const struct firewall *f, unsigned side,
			struct text *out);

/* Remembers for the report that a source was, or was not, looked at. The
 * strings must outlive f. */
void firewall_looked(struct firewall *f, const char *name, const char *why);
void firewall_note(struct firewall *f, const char *name, const char *text);

/* The members that end every object: not_looked, notes, problems. */
void firewall_json_end(const struct firewall *f, struct json *j);

/* The lines that end a text report: "not looked: …", "note: …". */
void firewall_text_end(const struct firewall *f, struct text *out);

/* Writes what there is so far of a long report, and forgets it. */
void firewall_flush(struct text *out);

/* Writes it, or the rest of it, to standard output. */
void firewall_put(struct text *out);
