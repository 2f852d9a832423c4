#pragma once

#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"
#include "fact/fact.h"
#include "net/frame.h"
#include "net/packet.h"
#include "trace/pasted.h"

struct problems;

/* One input as the user named it, and where it was recorded. */
struct source {
	const char *path; /* "-": standard input */
	const void *data; /* instead of the path: a capture in memory */
	size_t size;
	const char *name; /* for people */
	enum vantage vantage;
};

/* Who gets what an input holds. Frames come in batches; text, packet by
 * packet. Any of them may be NULL. A negative answer ends the reading. */
struct source_sink {
	int (*frames)(void *context, const struct frame *f, int count);
	int (*pasted)(void *context, const struct pasted_packet *p);
	/* An address that stands for a name, or a masked one, of the text. */
	void (*name)(void *context, const struct address *a, const char *name);
	void *context;
	struct pasted_counts counts; /* added up over the texts */
};

/* Reads it to its end, as a capture or, when it is none, as tcpdump's text. 0
 * or -errno. */
int source_read(const struct source *s, struct source_sink *sink,
		struct problems *problems);
