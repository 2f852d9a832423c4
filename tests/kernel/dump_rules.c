/* Reads rulesets, text or JSON of nft or ipset's, and prints the model in
 * dump.h's form.
 * usage: dump_rules FILE...
 *        dump_rules live [FOLDER]    (tools in that folder)
 *        dump_rules handles FILE     (of the rules, instead) */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/problem.h"
#include "base/text.h"
#include "ruleset/dump.h"
#include "ruleset/ipset.h"
#include "ruleset/live.h"
#include "ruleset/model.h"
#include "ruleset/nft.h"

static char *slurp(const char *name, size_t *ret_len)
{
	FILE *f = fopen(name, "rb");
	struct text all = TEXT_NULL;
	char buffer[65536];
	size_t n;

	if (!f)
		return NULL;
	while ((n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		text_bytes(&all, buffer, n);
	(void)fclose(f);
	*ret_len = all.len;
	return text_steal(&all);
}

static void tell(const struct problems *list, const char *kind)
{
	const struct problem *p;

	for (size_t i = 0; (p = problems_at(list, i)); i++)
		(void)fprintf(stderr, "%s:%lu:%lu: %s: %s\n\t%s\n",
			      p->file ? p->file : "", (unsigned long)p->line,
			      (unsigned long)p->column, kind, p->text,
			      p->excerpt ? p->excerpt : "");
}

static int read_one(struct ruleset *r, const char *file, const char *text,
		    size_t len)
{
	if (len && text[0] == '{')
		return nft_json_read(r, file, text, len);
	if (strstr(file, ".ipset"))
		return ipset_read(r, file, text, len);

	return nft_text_read(r, file, text, len);
}

static int read_live(struct ruleset *r, const char *folder)
{
	static const char *const states[] = {
		[LIVE_READ] = "read",
		[LIVE_MISSING] = "missing",
		[LIVE_NOT_PERMITTED] = "not permitted",
		[LIVE_FAILED] = "failed",
	};
	struct live live;
	int err = folder ? live_read_from(r, folder, 1000, &live)
			 : live_read(r, LIVE_TIMEOUT_MS, &live);

	for (unsigned i = 0; i < LIVE_SOURCE_COUNT && !err; i++)
		(void)fprintf(stderr, "%s: %s%s%s\n", live.row[i].command,
			      states[live.row[i].state],
			      live.row[i].why ? ": " : "",
			      live.row[i].why ? live.row[i].why : "");
	return err;
}

static void print_handles(const struct ruleset *r)
{
	for (const struct table *t = r->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next)
			for (const struct rule *i = c->first; i; i = i->next)
				(void)printf("%llu\n",
					     (unsigned long long)i->handle);
}

int main(int argc, char **argv)
{
	struct problems *problems = problems_new();
	struct ruleset *r = ruleset_new(problems);
	struct text out = TEXT_NULL;
	bool is_bad, is_handles = argc > 1 && !strcmp(argv[1], "handles");

	if (argc > 1 && strcmp(argv[1], "live") == 0) {
		if (read_live(r, argc > 2 ? argv[2] : NULL))
			return 1;
		argc = 0;
	}
	for (int i = is_handles ? 2 : 1; i < argc; i++) {
		size_t len = 0;
		char *text = slurp(argv[i], &len);

		if (!text || read_one(r, argv[i], text, len))
			return 1;
		free(text);
	}

	if (ruleset_link(r))
		return 1;
	if (is_handles)
		print_handles(r);
	else
		dump_ruleset(&out, r);
	(void)fputs(text_string(&out), stdout);
	tell(problems, "problem");
	tell(r->notes, "note");
	is_bad = problems_count(problems);
	text_done(&out);
	ruleset_free(r);
	problems_free(problems);
	return is_bad ? 2 : 0;
}
