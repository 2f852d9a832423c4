#include <stdint.h>
#include <stdlib.h>

#include "base/problem.h"
#include "base/text.h"
#include "ruleset/dump.h"
#include "ruleset/model.h"
#include "ruleset/nft.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problems *problems = problems_new();
	struct ruleset *r = ruleset_new(problems);
	struct text out = TEXT_NULL;

	/* No such folder: nothing is included. */
	if (nft_text_read(r, "/nonexistent/fuzz", (const char *)data, size) ==
		    0 &&
	    ruleset_link(r) == 0)
		dump_ruleset(&out, r);

	text_done(&out);
	ruleset_free(r);
	problems_free(problems);
	return 0;
}
