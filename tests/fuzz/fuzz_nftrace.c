#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "nftrace/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the kernel sent of others' packets, and what a saved case holds. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct nftrace_list list;
	size_t named = 0;

	if (nftrace_read(data, size, arena, &list) != -ENOMEM)
		for (size_t i = 0; i < list.count; i++) {
			const struct nftrace_step *s =
				nftrace_end(&list.packets[i], true);

			named += s && s->table[0] && s->chain[0];
		}
	if (named > list.count)
		abort();
	arena_free(arena);
	return 0;
}
