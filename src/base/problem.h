#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * What is wrong with the input, and where: something the user can look at and
 * mend. Readers report problems and read on; the command line prints them and
 * the JSON lists them. A problem is never about our own failures: those are
 * negative errno values.
 */
struct problem {
	const char *file; /* as the user named it; NULL: not in a file */
	uint64_t line;    /* from 1; 0: not text */
	uint64_t column;  /* from 1; 0: the whole line */
	uint64_t packet;  /* number of the packet, from 1; 0: none */
	uint64_t
		offset; /* byte in the file, where packet or no line is given */
	const char *text;    /* a whole sentence, translated */
	const char *excerpt; /* the text line itself, or NULL */
};

/* The first PROBLEMS_KEPT are kept, the others only counted: a file of
 * garbage must not fill the memory. */
enum { PROBLEMS_KEPT = 100 };

struct problems;

struct problems *problems_new(void);
void problems_free(struct problems *p);

/* Adds one. The file name must outlive the list; the excerpt is copied. */
__attribute__((format(printf, 3, 4))) void
problems_add(struct problems *p, const struct problem *where,
	     const char *format, ...);

/* All that were added, kept or not. */
uint64_t problems_count(const struct problems *p);

/* The i-th kept one, or NULL. */
const struct problem *problems_at(const struct problems *p, size_t i);
