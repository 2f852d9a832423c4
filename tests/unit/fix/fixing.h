#pragma once

/* A planning of rules that are given as text, and of a root folder of files,
 * for tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <ftw.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/problem.h"
#include "fix/image.h"
#include "fix/manager.h"
#include "net/address.h"
#include "ruleset/packet_words.h"
#include "ruleset/read.h"

struct fixing {
	char root[64];
	struct problems *problems;
	struct arena *arena;
	struct fix_plan plan;
	struct ruleset *rules;
	struct fix_planning p;
	struct fix_rules_source source;
	const char *name, *text;
	struct fix_candidate *c;
};

/* A file of the root, with its folders; its path. */
static inline const char *fixing_put(struct fixing *f, const char *path,
				     const char *text)
{
	char full[256];
	FILE *file;

	(void)snprintf(full, sizeof(full), "%s%s", f->root, path);
	for (char *s = full + strlen(f->root) + 1; (s = strchr(s, '/')); s++) {
		*s = '\0';
		(void)mkdir(full, 0755);
		*s = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return arena_string(f->arena, full);
}

/* The rules in force. */
static inline void fixing_rules(struct fixing *f, const char *name,
				const char *text)
{
	f->name = name;
	f->text = text;
	f->source = (struct fix_rules_source){ .names = &f->name,
					       .texts = &f->text,
					       .count = 1 };
	f->rules = ruleset_new(f->problems);
	assert_non_null(f->rules);
	assert_int_equal(ruleset_read(f->rules, name, text, strlen(text)), 0);
	assert_int_equal(ruleset_link(f->rules), 0);
	f->p.ruleset = f->rules;
	f->p.source = &f->source;
}

static inline void fixing_packet(struct fixing *f, const char *words)
{
	struct packet_words w;

	assert_int_equal(packet_words_parse(&w, f->arena, "packet", words,
					    strlen(words), f->problems),
			 0);
	packet_words_assume(&w);
	f->p.packet = w.point;
	f->p.has_packet = true;
}

static inline int fixing_begin(void **state)
{
	struct fixing *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)strcpy(f->root, "/tmp/kiriwake-fix-XXXXXX");
	assert_non_null(mkdtemp(f->root));
	f->problems = problems_new();
	f->arena = arena_new();
	f->plan.arena = f->arena;
	f->p.plan = &f->plan;
	f->p.root = f->root;
	f->p.may_read = true;
	f->c = fix_propose(&f->p, "test");
	assert_non_null(f->c);
	*state = f;
	return 0;
}

static inline int fixing_remove(const char *path, const struct stat *st,
				int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline int fixing_end(void **state)
{
	struct fixing *f = *state;

	image_forget(&f->p);
	ruleset_free(f->rules);
	problems_free(f->problems);
	arena_free(f->arena);
	(void)nftw(f->root, fixing_remove, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

/* An edit of the rules in force, as a repair proposes it. */
static inline void fixing_edit(struct fixing *f, struct rule_edit e)
{
	const struct table *t = f->rules->first;
	struct fix_change *c = fix_change_now(&f->p, f->c, CHANGE_RULES);

	while (t && !ruleset_find_chain(t, e.chain))
		t = t->next;
	assert_non_null(t);
	assert_non_null(c);
	c->rules.engine = t->engine;
	c->rules.family = t->family;
	c->rules.table = t->name;
	c->rules.edits = arena_alloc(f->arena, sizeof(e));
	assert_non_null(c->rules.edits);
	c->rules.edits[0] = e;
	c->rules.edit_count = 1;
}

/* Who keeps the first rule of that chain, or the chain. */
static inline const struct manager *fixing_manager(struct fixing *f,
						   const char *chain)
{
	for (const struct table *t = f->rules->first; t; t = t->next) {
		const struct chain *c = ruleset_find_chain(t, chain);

		if (c)
			return manager_of(&f->p, c, c->first);
	}

	return NULL;
}

/* The content that the one file gets that is changed for good. */
static inline const char *fixing_after(const struct fixing *f)
{
	assert_true(f->c->lasting_count > 0);
	assert_int_equal(f->c->lasting[0].kind, CHANGE_FILE);
	return f->c->lasting[0].file.after;
}

/* The words of a command, blanks between. */
static inline const char *fixing_argv(struct fixing *f, const char *const *argv)
{
	const char *ret = "";

	assert_non_null(argv);
	for (; *argv; argv++)
		ret = fix_words(&f->p, "%s%s%s", ret, *ret ? " " : "", *argv);
	return ret;
}
