/* iptables -L text, alone; and any text, whatever it is taken for. */
#include <stddef.h>
#include <stdint.h>

#include "ruleset/listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct problems *problems = problems_new();
	struct ruleset *r = problems ? ruleset_new(problems) : NULL;

	if (r) {
		(void)listing_read(r, "fuzz", (const char *)data, len,
				   READ_NO_HINT);
		(void)ruleset_read(r, "fuzz", (const char *)data, len);
		(void)ruleset_link(r);
	}

	ruleset_free(r);
	problems_free(problems);
	return 0;
}
