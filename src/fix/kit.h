#pragma once

#include "fix/repair.h"

/*
 * What the repairs of fix/repairs share: asking whether a fault is this host's,
 * reading its files, and putting a candidate together. Strings belong to the
 * plan's arena.
 */

/* Whether the fault is on the host that the program runs on: by the culprit, or
 * without one by where the cause sits. */
bool kit_is_here(const struct fix_planning *p, const struct fix_fault *f);

/* The client in words: "10.1.0.7", "10.1.0.0/24"; NULL: everyone. */
const char *kit_client(struct fix_planning *p);
/* "tcp/22" */
const char *kit_port(struct fix_planning *p);
const char *kit_address(struct fix_planning *p, const struct address *a);

/* Whether the client is one IPv4 address, or one of IPv6. */
bool kit_is_v4(const struct fix_planning *p);
bool kit_is_one(const struct fix_planning *p);
/* Whether that address is among those that it is for. */
bool kit_is_meant(const struct fix_ask *ask, const struct address *a);

enum { KIT_FILE_MOST = 1 << 20 };

/* A text file of the host. 0; -ENOENT; -ENODATA: it cannot be asked; -EINVAL:
 * it holds a zero byte; -errno. */
int kit_read(struct fix_planning *p, const char *path, const char **ret);
/* What a file of /proc/sys holds, without the newline; NULL. */
const char *kit_setting(struct fix_planning *p, const char *path);
/* Whether it is there, and is a file. */
bool kit_has_file(struct fix_planning *p, const char *path);
/* Whether that program is in one of the folders where those of root are; what
 * cannot be looked at is taken to be. */
bool kit_has_tool(struct fix_planning *p, const char *name);
/* Whether systemd runs there. */
bool kit_has_systemd(struct fix_planning *p);

/* head's words, then those of the text, then tail's (each of them may be NULL):
 * a command without a shell. NULL: a word of the text holds what none of ours
 * would (a case may be anybody's), or no memory. */
const char *const *kit_command(struct fix_planning *p, const char *head,
			       const char *text, const char *tail);
/* Whether it is a word without blanks, quotes and so on, and no option. */
bool kit_is_word(const char *s);

/* The candidate's frame: what it does, why, and how it would be taken. */
struct kit_frame {
	const char *id, *summary, *why;
	enum fix_risk risk;
	const char *risk_text;
	unsigned cost;
	bool is_exact;   /* nothing but what was asked for changes its fate */
	bool is_unknown; /* whether it helps is not sure */
	enum fix_lasts lasts;
	const char *lasts_text;
};

/* NULL: no memory. */
struct fix_candidate *kit_propose(struct fix_planning *p,
				  const struct kit_frame *frame);

/* Adds a sentence to what it does to traffic. */
__attribute__((format(printf, 3, 4))) void kit_effect(struct fix_planning *p,
						      struct fix_candidate *c,
						      const char *format, ...);

struct kit_run {
	const char *const *argv, *const *undo;
	const char *text, *undo_text;
	bool is_restart;
};

/* NULL: no memory, also where argv is NULL for that reason. */
struct fix_change *kit_run(struct fix_planning *p, struct fix_candidate *c,
			   bool is_lasting, const struct kit_run *run);

struct kit_file {
	const char *path, *before, *after;
	const char *text, *undo_text; /* NULL: usual ones */
};

struct fix_change *kit_file(struct fix_planning *p, struct fix_candidate *c,
			    bool is_lasting, const struct kit_file *file);

/* Contents with a line put before that one, or in its place (words NULL:
 * without it). NULL: there is no such line, or no memory. */
const char *kit_inserted(struct fix_planning *p, const char *content,
			 uint64_t line, const char *words);
const char *kit_replaced(struct fix_planning *p, const char *content,
			 uint64_t line, const char *words);
/* That line, without its end; NULL. Lines count from 1. */
const char *kit_line(struct fix_planning *p, const char *content,
		     uint64_t line);
uint64_t kit_line_count(const char *content);
