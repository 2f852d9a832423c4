/* The stream of drops, as a saved one may be: any bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "drops/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct drop_event *e)
{
	size_t depth = 0;

	if (e->what >= DROP_WHATS || e->hook >= DROP_HOOKS || !e->reason ||
	    !e->place || !memchr(e->program, 0, sizeof(e->program)))
		abort();
	while (depth < DROP_STACK && e->stack[depth])
		depth++;
	for (; depth < DROP_STACK; depth++)
		if (e->stack[depth])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct drops_list l;

	if (!arena)
		abort();
	(void)drops_read(data, size, arena, &l);
	for (size_t i = 0; i < l.count; i++)
		check(&l.events[i]);
	if (l.missing[DROP_WHATS])
		abort();
	arena_free(arena);
	return 0;
}
