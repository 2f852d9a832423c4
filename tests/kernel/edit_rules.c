/*
 * usage: edit_rules ENGINE FAMILY TABLE FILE EDIT...
 *
 * Reads a dump, makes the edits, and prints the script, the undo and the table as
 * the model has it afterwards, with lines "== script", "== undo", "== after"
 * before them. An edit is "insert CHAIN NUMBER WORDS", "delete CHAIN NUMBER",
 * "move CHAIN NUMBER TO" or "replace CHAIN NUMBER WORDS".
 *
 * With "undo" as ENGINE: FILE is the undo of nft, TABLE what nft echoed; prints
 * the undo as it can be run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/problem.h"
#include "base/text.h"
#include "fix/rules_edit.h"
#include "ruleset/model.h"
#include "ruleset/nft.h"
#include "ruleset/save.h"

enum { EDITS = 16 };

static char *slurp(const char *path)
{
	struct text t = TEXT_NULL;
	char block[4096];
	size_t n;
	FILE *f = fopen(path, "r");

	if (!f)
		exit(2);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		text_bytes(&t, block, n);
	fclose(f);
	text_str(&t, "");
	(void)text_string(&t);
	return text_steal(&t);
}

static unsigned find(const char *const *names, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;

	exit(2);
}

static struct rule_edit parse(char *s)
{
	static const char *const kinds[] = { "insert", "delete", "move",
					     "replace" };
	struct rule_edit e = { 0 };
	char *more;

	e.kind = (enum edit_kind)find(kinds, 4, strtok_r(s, " ", &more));
	e.chain = strtok_r(NULL, " ", &more);
	e.number = (unsigned)strtoul(strtok_r(NULL, " ", &more), NULL, 10);
	if (e.kind == EDIT_MOVE)
		e.to_number = (unsigned)strtoul(more, NULL, 10);
	else
		e.words = more;
	return e;
}

/* nft's by their words, chain by chain. */
static void print_nft(const struct table *t)
{
	for (const struct chain *c = t->first; c; c = c->next)
		for (const struct rule *r = c->first; r; r = r->next)
			printf("%s %s\n", c->name, rules_edit_words(r));
}

static void print(const struct table *t)
{
	struct text out = TEXT_NULL;

	if (t->engine == ENGINE_NFT) {
		print_nft(t);
		return;
	}
	save_print_table(&out, t, true);
	fputs(text_string(&out), stdout);
	text_done(&out);
}

static int undo(const char *script_path, const char *echo_path)
{
	char *script = slurp(script_path), *echo = slurp(echo_path);
	struct rules_change c = { .engine = ENGINE_NFT, .undo = script };
	struct text t = TEXT_NULL;
	int err = rules_edit_undo(&t, &c, echo);

	fputs(text_string(&t), stdout);
	text_done(&t);
	free(script);
	free(echo);
	return err ? 1 : 0;
}

static int edit(int argc, char **argv)
{
	struct problems *problems = problems_new();
	struct ruleset *r = ruleset_new(problems);
	struct arena *a = arena_new();
	struct rule_edit edits[EDITS];
	struct rules_change c = { .edits = edits };
	struct read_hint hint = { .line = 1 };
	char *text;
	int err;

	c.engine = (enum engine)find(engine_names, ENGINE_COUNT, argv[1]);
	c.family = (enum table_family)find(table_family_names,
					   TABLE_FAMILY_COUNT, argv[2]);
	c.table = argv[3];
	for (int i = 5; i < argc && c.edit_count < EDITS; i++)
		edits[c.edit_count++] = parse(argv[i]);
	hint.engine = c.engine;
	hint.family = c.family;
	text = slurp(argv[4]);
	err = c.engine == ENGINE_NFT
		      ? nft_text_read(r, argv[4], text, strlen(text))
		      : save_read(r, argv[4], text, strlen(text), &hint);
	if (!err)
		err = ruleset_link(r);
	if (!err)
		err = rules_edit_script(r, a, &c);
	if (!err)
		err = rules_edit_apply(r, &c);
	if (err) {
		fprintf(stderr, "%s\n", strerror(-err));
		return 1;
	}

	printf("== script\n%s== undo\n%s== after\n", c.script, c.undo);
	print(ruleset_find_table(r, c.engine, c.family, c.table));
	arena_free(a);
	ruleset_free(r);
	problems_free(problems);
	free(text);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "undo") == 0)
		return undo(argv[2], argv[3]);

	return argc < 6 ? 2 : edit(argc, argv);
}
