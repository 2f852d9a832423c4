/* Script, undo, the rules before and now, and what nft told, zeros between them;
 * the first byte: by which tool. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fix/rules_back.h"
#include "ruleset/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules_change c = { .family = TABLE_IP, .table = "filter" };
	struct text out = TEXT_NULL;
	const char *part[5];
	char *all;
	size_t at = 1;
	int ret;

	if (!size)
		return 0;
	all = calloc(1, size + 5);
	if (!all)
		abort();
	memcpy(all, data, size);
	for (size_t i = 0; i < 5; i++) {
		part[i] = all + at;
		at += strlen(all + at);
		at += at < size + 4;
	}
	c.engine = *data % 2 ? ENGINE_NFT : ENGINE_LEGACY;
	c.script = part[0];
	c.undo = part[1];
	ret = rules_back(&out,
			 &(struct rules_back){ .change = &c,
					       .before = part[2],
					       .now = part[3],
					       .echo = part[4],
					       .is_done = *data & 2,
					       .is_other_boot = *data & 4 });
	if ((ret != 0) != (out.len == 0))
		abort();
	text_done(&out);
	free(all);
	return 0;
}
