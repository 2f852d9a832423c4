#include "given.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "re");
	struct text t = TEXT_NULL;
	char buffer[65536];
	size_t n;

	if (!f)
		return NULL;
	while ((n = fread(buffer, 1, sizeof(buffer), f)))
		text_bytes(&t, buffer, n);
	fclose(f);
	return text_steal(&t);
}

bool given_parse(struct givens *g, const char *arg)
{
	const char *colon = strchr(arg, ':');
	struct given *file = &g->file[g->count];

	if (!colon || g->count == GIVEN_MOST)
		return false;
	for (int i = 0; i < KERNEL_KINDS; i++)
		if (strncmp(kernel_names[i], arg, (size_t)(colon - arg)) == 0 &&
		    strlen(kernel_names[i]) == (size_t)(colon - arg)) {
			file->kind = (enum kernel_kind)i;
			file->path = colon + 1;
			file->text = slurp(file->path);
			g->count++;
			return file->text;
		}
	return false;
}

void given_done(struct givens *g)
{
	for (unsigned i = 0; i < g->count; i++)
		free(g->file[i].text);
}

/* In the order in which they are loaded: that decides who comes first where
 * priorities are equal. */
struct ruleset *given_read(const struct givens *g, struct problems *problems)
{
	struct ruleset *r = ruleset_new(problems);
	int failed = r ? 0 : -ENOMEM;

	for (int kind = 0; kind < KERNEL_KINDS; kind++)
		for (unsigned i = 0; i < g->count && !failed; i++)
			if ((int)g->file[i].kind == kind)
				failed = kernel_read(r, g->file[i].kind,
						     g->file[i].path,
						     g->file[i].text);
	if (!failed)
		failed = ruleset_link(r);
	if (!failed)
		return r;
	ruleset_free(r);
	return NULL;
}

bool given_load(struct givens *g)
{
	for (int kind = 0; kind < KERNEL_KINDS; kind++)
		for (unsigned i = 0; i < g->count; i++) {
			if ((int)g->file[i].kind != kind)
				continue;
			if (!kernel_load(g->file[i].kind, g->file[i].text,
					 false))
				return false;
			g->kinds[kind] = true;
		}
	return true;
}
