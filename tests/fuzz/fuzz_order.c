/* An order that is read says the same when it is written and read again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fix/order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct fix_change *c)
{
	if (c->kind == CHANGE_FILE && !order_may_write(c->file.path))
		abort();
	if (c->kind == CHANGE_RUN &&
	    (!order_may_run_words(c->run.argv) ||
	     (c->run.undo && !order_may_run_words(c->run.undo))))
		abort();
	if (c->kind == CHANGE_RULES && c->rules.tool &&
	    !order_may_run(c->rules.tool))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct text first = TEXT_NULL, second = TEXT_NULL;
	struct order o, again;

	if (!a)
		abort();
	if (!order_read(&o, a, (const char *)data, size)) {
		for (size_t i = 0; i < o.count; i++)
			check(&o.steps[i].change);
		if (order_write(&first, &o) ||
		    order_read(&again, a, text_string(&first), first.len) ||
		    order_write(&second, &again) ||
		    strcmp(text_string(&first), text_string(&second)) != 0)
			abort();
	}
	text_done(&first);
	text_done(&second);
	arena_free(a);
	return 0;
}
