#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/problem.h"
#include "base/text.h"
#include "ruleset/packet_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read is printed, and, when it was good and all of it single values,
 * read back as the same packet. */
static void check_back(const struct packet_words *w, struct arena *a,
		       struct problems *problems)
{
	struct text t = TEXT_NULL;
	struct packet_words again;

	packet_words_text(&t, &w->point, ~UINT64_C(0));
	if (packet_words_parse(&again, a, "again", text_string(&t), t.len,
			       problems) != 0)
		abort();
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (point_has(&again.point, (enum field)f) &&
		    again.point.value[f] != w->point.value[f])
			abort();
	text_done(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct problems *problems = problems_new();
	struct packet_words w;

	if (a && problems &&
	    packet_words_parse(&w, a, "fuzz", (const char *)data, size,
			       problems) == 0) {
		packet_words_assume(&w);
		check_back(&w, a, problems);
	}

	problems_free(problems);
	arena_free(a);
	return 0;
}
