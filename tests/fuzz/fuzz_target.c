/* TARGET and a second word, parted by a zero byte: a whole target, or a whole
 * sentence of what is wrong. */
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "cli/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(const struct target *t, int err, struct text *why)
{
	if (err) {
		if (err != -EINVAL || !why->len)
			abort();
		return;
	}

	if (why->len || !t->port || !*t->host || strpbrk(t->host, "/?#[] ") ||
	    !t->path ||
	    (t->protocol != IPPROTO_TCP && t->protocol != IPPROTO_UDP) ||
	    (t->is_service_sure && !t->service))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *arena = arena_new();
	struct text why = TEXT_NULL;
	const char *text, *second = NULL;
	struct target t;

	if (!arena)
		abort();

	text = arena_copy(arena, data, len);
	if (strlen(text) < len)
		second = text + strlen(text) + 1;
	check(&t, target_parse(&t, arena, text, second, &why), &why);
	text_done(&why);
	arena_free(arena);
	return 0;
}
