#pragma once

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "host/reader.h"

/*
 * A host made of a table: what its readers are told. A path that ends in "/" is
 * a folder, its text the names in it with a blank between; one that begins with
 * "->" leads there.
 */
struct tree_file {
	const char *path;
	const char *text;
	size_t len; /* 0: the text's */
};

struct tree {
	struct reader reader;
	const struct tree_file *files; /* ends with a NULL path */
};

static const struct tree_file *tree_find(const struct tree *t, const char *path,
					 bool is_folder)
{
	size_t len = strlen(path);

	for (const struct tree_file *f = t->files; f->path; f++)
		if (!strncmp(f->path, path, len) &&
		    !strcmp(f->path + len, is_folder ? "/" : ""))
			return f;

	return NULL;
}

static void tree_names(const char *text, struct text *answer)
{
	while (*text) {
		size_t len = strcspn(text, " ");

		text_bytes(answer, text, len);
		text_char(answer, '\0');
		text += len;
		text += *text == ' ';
	}
}

static int tree_ask(struct reader *r, const struct reader_question *q,
		    struct text *answer)
{
	const struct tree *t = (const struct tree *)(const void *)r;
	const struct tree_file *f =
		tree_find(t, q->path, q->kind == READER_NAMES);
	bool is_link = f && !strncmp(f->text, "->", 2);
	/* As host/reader.c reads it: a plain file, mode 0755. */
	const uint8_t status[44] = { [18] = 0x81, [19] = 0xed };

	if (!f)
		return -ENOENT;
	if (q->kind == READER_LINK && !is_link)
		return -EINVAL;

	if (q->kind == READER_LINK)
		text_str(answer, f->text + 2);
	else if (q->kind == READER_NAMES)
		tree_names(f->text, answer);
	else if (q->kind == READER_STATUS)
		text_bytes(answer, status, sizeof(status));
	else if (!is_link)
		text_bytes(answer, f->text, f->len ? f->len : strlen(f->text));
	return 0;
}

static inline void tree_use(struct tree *t, const struct tree_file *files)
{
	*t = (struct tree){ .reader = { .ask = tree_ask }, .files = files };
	reader_use(&t->reader);
}
