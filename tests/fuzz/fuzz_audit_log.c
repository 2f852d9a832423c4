#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "host/audit_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	const struct audit_denial *list = NULL;

	if (!a || audit_log_parse(&list, a, (const char *)data, size))
		abort();
	for (const struct audit_denial *d = list; d; d = d->next)
		if (d->pid < 0 || !audit_log_culprit(a, VANTAGE_SERVER, d))
			abort();
	arena_free(a);
	return 0;
}
