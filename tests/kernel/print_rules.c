/* Reads rulesets and prints them as iptables-save would: what
 * save_roundtrip.py compares with the kernel's own dump.
 * usage: print_rules [-c] [-n] FILE...   (-c: counters, -n: nothing but what
 * was wrong) */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ruleset/save.h"

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

int main(int argc, char **argv)
{
	struct problems *problems = problems_new();
	struct ruleset *r = ruleset_new(problems);
	bool with_counters = false, is_quiet = false;
	struct text out = TEXT_NULL;
	bool is_bad;

	for (int i = 1; i < argc; i++) {
		size_t len = 0;
		char *text;

		if (strcmp(argv[i], "-c") == 0) {
			with_counters = true;
			continue;
		}
		if (strcmp(argv[i], "-n") == 0) {
			is_quiet = true;
			continue;
		}
		text = slurp(argv[i], &len);
		if (!text || ruleset_read(r, argv[i], text, len))
			return 1;
		free(text);
	}

	if (ruleset_link(r))
		return 1;
	for (const struct table *t = r->first; t && !is_quiet; t = t->next)
		save_print_table(&out, t, with_counters);
	(void)fputs(text_string(&out), stdout);
	tell(problems, "problem");
	tell(r->notes, "note");
	is_bad = problems_count(problems);
	text_done(&out);
	ruleset_free(r);
	problems_free(problems);
	return is_bad ? 2 : 0;
}
