/* iptables-save text. What is read and printed must be read and printed as the
 * same again. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ruleset/save.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void read_and_print(const void *data, size_t len,
			   enum table_family family, struct text *out)
{
	struct problems *problems = problems_new();
	struct ruleset *r = problems ? ruleset_new(problems) : NULL;
	struct read_hint hint = *READ_NO_HINT;

	hint.family = family;
	if (r && !save_read(r, "fuzz", data, len, &hint) && !ruleset_link(r))
		for (const struct table *t = r->first; t; t = t->next)
			save_print_table(out, t, true);

	ruleset_free(r);
	problems_free(problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct text once = TEXT_NULL, twice = TEXT_NULL;
	enum table_family family = len && data[0] == '6' ? TABLE_IP6 : TABLE_IP;

	read_and_print(data, len, family, &once);
	read_and_print(once.data ? once.data : "", once.len, family, &twice);
	if (!memchr(data, '\0', len) &&
	    (once.len != twice.len ||
	     (once.len && memcmp(once.data, twice.data, once.len) != 0)))
		abort();

	text_done(&once);
	text_done(&twice);
	return 0;
}
