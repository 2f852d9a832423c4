#include "kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "lab.h"
#include "ruleset/ipset.h"
#include "ruleset/nft.h"
#include "ruleset/save.h"

const char *const kernel_names[KERNEL_KINDS] = {
	[KERNEL_IPSET] = "ipset",     [KERNEL_LEGACY4] = "legacy4",
	[KERNEL_LEGACY6] = "legacy6", [KERNEL_NFT4] = "nft4",
	[KERNEL_NFT6] = "nft6",       [KERNEL_NFT] = "nft",
};

static const struct {
	const char *load[4], *dump[5];
	enum engine engine;
	enum table_family family;
} kinds_table[KERNEL_KINDS] = {
	[KERNEL_IPSET] = { { "ipset", "restore" },
			   { "ipset", "save" },
			   ENGINE_COUNT,
			   TABLE_FAMILY_COUNT },
	[KERNEL_LEGACY4] = { { "iptables-legacy-restore" },
			     { "iptables-legacy-save", "-c" },
			     ENGINE_LEGACY,
			     TABLE_IP },
	[KERNEL_LEGACY6] = { { "ip6tables-legacy-restore" },
			     { "ip6tables-legacy-save", "-c" },
			     ENGINE_LEGACY,
			     TABLE_IP6 },
	[KERNEL_NFT4] = { { "iptables-nft-restore" },
			  { "iptables-nft-save", "-c" },
			  ENGINE_IPTABLES_NFT,
			  TABLE_IP },
	[KERNEL_NFT6] = { { "ip6tables-nft-restore" },
			  { "ip6tables-nft-save", "-c" },
			  ENGINE_IPTABLES_NFT,
			  TABLE_IP6 },
	[KERNEL_NFT] = { { "nft", "-f", "-" },
			 { "nft", "-j", "list", "ruleset" },
			 ENGINE_NFT,
			 TABLE_FAMILY_COUNT },
};

bool kernel_load(enum kernel_kind kind, const char *text, bool quiet)
{
	static const char *const json[] = { "nft", "-j", "-f", "-", NULL };
	const char *const *argv = kinds_table[kind].load;
	struct text err = TEXT_NULL;
	int r;

	if (kind == KERNEL_NFT && text[strspn(text, " \t\n")] == '{')
		argv = json;
	r = lab_run(argv, text, NULL, &err);
	if (r && !quiet)
		fprintf(stderr, "%s: %d: %s", argv[0], r, text_string(&err));
	text_done(&err);
	return !r;
}

int kernel_read(struct ruleset *r, enum kernel_kind kind, const char *file,
		const char *text)
{
	size_t len = strlen(text);
	const struct read_hint hint = { .engine = kinds_table[kind].engine,
					.family = kinds_table[kind].family };

	if (kind == KERNEL_IPSET)
		return ipset_read(r, file, text, len);
	if (kind != KERNEL_NFT)
		return save_read(r, file, text, len, &hint);
	if (text[strspn(text, " \t\n")] == '{')
		return nft_json_read(r, file, text, len);
	return nft_text_read(r, file, text, len);
}

/* The table that swallows is the lab's. */
static void leave_out(struct ruleset *r)
{
	struct table **at = &r->first;

	r->last = NULL;
	while (*at) {
		if (strcmp((*at)->name, LAB_TABLE) == 0) {
			*at = (*at)->next;
		} else {
			r->last = *at;
			at = &(*at)->next;
		}
	}
}

struct ruleset *kernel_dump(const bool kinds[KERNEL_KINDS],
			    struct problems *problems)
{
	struct ruleset *r = ruleset_new(problems);
	int failed = r ? 0 : -ENOMEM;

	for (int i = 0; i < KERNEL_KINDS && !failed; i++) {
		struct text out = TEXT_NULL;

		if (!kinds[i])
			continue;
		failed = lab_run(kinds_table[i].dump, NULL, &out, NULL);
		if (!failed)
			failed =
				kernel_read(r, (enum kernel_kind)i,
					    kernel_names[i], text_string(&out));
		if (failed)
			fprintf(stderr, "%s: %d\n", kinds_table[i].dump[0],
				failed);
		text_done(&out);
	}
	if (!failed) {
		leave_out(r);
		failed = ruleset_link(r);
	}
	if (failed) {
		ruleset_free(r);
		return NULL;
	}
	return r;
}
