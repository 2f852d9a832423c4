#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "host/unit_state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	const struct unit_state *list = NULL;
	struct text t = TEXT_NULL;

	if (!a || unit_state_parse(&list, a, (const char *)data, size))
		abort();
	for (const struct unit_state *s = list; s; s = s->next) {
		unit_state_how(&t, s);
		if (!*s->id || !unit_state_find(list, s->id) ||
		    !unit_state_culprit(a, s, s->id))
			abort();
	}
	text_done(&t);
	arena_free(a);
	return 0;
}
