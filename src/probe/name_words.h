#pragma once

#include "base/text.h"
#include "fact/case.h"
#include "probe/name_evidence.h"
#include "probe/name_said.h"

/*
 * What is known of a name, in words: addresses, spans and culprits as they stand
 * in facts and in the step. All strings are in the record's arena; "" without
 * memory.
 */
#define NAME_SOURCE "resolve"

/* What is told about, and where to. */
struct name_telling {
	struct case_record *record;
	struct facts *facts;
	const struct name_evidence *e;
	struct text *step;
};

const char *name_words_address(const struct name_telling *t,
			       const struct address *a);
const char *name_words_server(const struct name_telling *t, size_t server);
const char *name_words_span(const struct name_telling *t, int64_t span_ns);

/* The first few of them. */
const char *name_words_list(const struct name_telling *t,
			    const struct address *list, size_t count);
const char *name_words_lookup(const struct name_telling *t);

/* A line of a file; line 0: none of its lines. */
struct culprit *name_words_line_culprit(const struct name_telling *t,
					const char *file, unsigned line,
					const char *text);
struct culprit *name_words_server_culprit(const struct name_telling *t,
					  size_t server);

/* What a server says of a name. */
struct culprit *name_words_record_culprit(const struct name_telling *t,
					  const struct name_said *s,
					  const char *what);

/* Where the name was resolved, and where it was not; the facts, the addresses to
 * be tried, and the step. */
enum step_status name_found_tell(const struct name_telling *t);
enum step_status name_missing_tell(const struct name_telling *t);
