#include "fix/image.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "host/reader.h"
#include "ruleset/live.h"
#include "ruleset/model.h"

enum { FILE_MOST = 64 << 20, INCLUDE_DEPTH = 8 };

/* A reader that answers with the changed files, and passes on all else. */
struct overlay {
	struct reader base;
	struct reader *below;
	const char *root; /* where full names begin; NULL: "/" */
	const struct fix_change *changes;
	size_t count;
};

static const struct file_change *changed(const struct fix_change *changes,
					 size_t count, const char *path)
{
	/* The last one of a file counts: it began where the one before ended. */
	for (size_t i = count; i > 0; i--)
		if (changes[i - 1].kind == CHANGE_FILE &&
		    !strcmp(changes[i - 1].file.path, path))
			return &changes[i - 1].file;

	return NULL;
}

static void put_file(struct overlay *o, const char *path, unsigned depth,
		     struct text *out);

/* The files that an include names, in nft's order. */
static void put_included(struct overlay *o, const char *path, const char *name,
			 unsigned depth, struct text *out)
{
	struct text full = TEXT_NULL;
	glob_t found = { 0 };
	const char *slash = strrchr(path, '/');

	if (name[0] == '/' && o->root && strcmp(o->root, "/") != 0)
		text_str(&full, o->root);
	else if (name[0] != '/' && slash)
		text_bytes(&full, path, (size_t)(slash - path + 1));
	text_str(&full, name);
	if (glob(text_string(&full), GLOB_NOMAGIC, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++) {
			char *real = realpath(found.gl_pathv[i], NULL);

			put_file(o, real ? real : found.gl_pathv[i], depth + 1,
				 out);
			text_char(out, '\n');
			free(real);
		}
	globfree(&found);
	text_done(&full);
}

/* `include "NAME"' alone on its line: the name, in out. */
static bool takes_include(const char *line, size_t len, struct text *name)
{
	static const char word[] = "include";
	const char *end = line + len, *quote;

	line += strspn(line, " \t");
	if (line + sizeof(word) > end || memcmp(line, word, sizeof(word) - 1))
		return false;
	line += sizeof(word) - 1;
	line += strspn(line, " \t");
	if (line >= end || *line != '"')
		return false;
	quote = memchr(line + 1, '"', (size_t)(end - line - 1));
	if (!quote)
		return false;
	text_bytes(name, line + 1, (size_t)(quote - line - 1));
	return true;
}

/* nft's own includes are read by whoever parses; so that a changed one counts,
 * all of them are put in their places. */
static void put_lines(struct overlay *o, const char *path, const char *at,
		      unsigned depth, struct text *out)
{
	while (*at) {
		size_t len = strcspn(at, "\n");
		struct text name = TEXT_NULL;

		if (takes_include(at, len, &name) && depth < INCLUDE_DEPTH) {
			put_included(o, path, text_string(&name), depth, out);
		} else {
			text_bytes(out, at, len);
			text_char(out, '\n');
		}
		text_done(&name);
		at += len + (at[len] == '\n');
	}
}

static void put_file(struct overlay *o, const char *path, unsigned depth,
		     struct text *out)
{
	const struct file_change *f = changed(o->changes, o->count, path);
	struct text content = TEXT_NULL;
	const struct reader_question q = { .kind = READER_FILE,
					   .path = path,
					   .most = FILE_MOST };

	if (f)
		text_str(&content, f->after ? f->after : "");
	else if (o->below->ask(o->below, &q, &content))
		text_clear(&content);
	put_lines(o, path, text_string(&content), depth, out);
	text_done(&content);
}

static bool has_include(const char *text)
{
	for (const char *at = text; (at = strstr(at, "include")); at++)
		if (at == text || at[-1] == '\n' || at[-1] == ' ' ||
		    at[-1] == '\t')
			return true;

	return false;
}

static int ask(struct reader *r, const struct reader_question *q,
	       struct text *answer)
{
	struct overlay *o = (struct overlay *)r;
	const struct file_change *f =
		q->kind == READER_FILE ? changed(o->changes, o->count, q->path)
				       : NULL;
	struct text content = TEXT_NULL;
	int err = 0;

	if (!f && (q->kind != READER_FILE || !o->count ||
		   !strstr(q->path, "nftables")))
		return o->below->ask(o->below, q, answer);

	if (!f)
		err = o->below->ask(o->below, q, &content);
	else if (f->after)
		text_str(&content, f->after);
	else
		err = -ENOENT;
	if (!err && strstr(q->path, "nftables") &&
	    has_include(text_string(&content)))
		put_lines(o, q->path, text_string(&content), 0, answer);
	else if (!err)
		text_bytes(answer, content.data, content.len);
	text_done(&content);
	return err;
}

static struct image *image_new(void)
{
	struct image *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	i->problems = problems_new();
	i->rules = i->problems ? ruleset_new(i->problems) : NULL;
	if (i->rules)
		return i;
	problems_free(i->problems);
	free(i);
	return NULL;
}

static void image_free(struct image *i)
{
	ruleset_free(i->rules);
	problems_free(i->problems);
	free(i);
}

static int read_boot(const char *root, const struct fix_change *changes,
		     size_t count, struct image *i)
{
	struct overlay o = { .base = { .ask = ask },
			     .below = reader_now(),
			     .root = root,
			     .changes = changes,
			     .count = count };
	int err;

	reader_use(&o.base);
	err = boot_read_by(i->rules, root, reader_file, &i->boot);
	reader_use(o.below);
	return err ? err : ruleset_link(i->rules);
}

/* Files that were given stand for those that a boot would load. */
static int read_given(struct fix_planning *p, const struct fix_change *changes,
		      size_t count, struct image *i)
{
	const struct fix_rules_source *from = p->source;
	const char **texts =
		arena_alloc(p->plan->arena, (from->count + 1) * sizeof(*texts));
	struct fix_rules_source s = *from;

	if (!texts)
		return -ENOMEM;
	for (size_t n = 0; n < from->count; n++) {
		const struct file_change *f =
			changed(changes, count, from->names[n]);

		texts[n] = f && f->after ? f->after : from->texts[n];
	}
	s.texts = texts;
	s.gathered = NULL;
	ruleset_free(i->rules);
	i->rules = NULL;
	return fix_rules_read(&s, i->problems, &i->rules);
}

static bool is_given(const struct fix_planning *p)
{
	return !p->may_read && p->source && p->source->count &&
	       !p->source->gathered;
}

static int read_image(struct fix_planning *p, const char *root,
		      const struct fix_change *changes, size_t count,
		      struct image *i)
{
	if (is_given(p))
		return read_given(p, changes, count, i);

	return read_boot(root, changes, count, i);
}

static void add_image(struct fix_planning *p, struct image *i)
{
	i->next = p->images;
	p->images = i;
}

int image_with(struct fix_planning *p, const char *root,
	       const struct fix_change *changes, size_t count,
	       const struct image **ret)
{
	struct image *i;
	int err;

	if (!is_given(p) && !p->may_read)
		return -ENODATA;

	i = image_new();
	if (!i)
		return -ENOMEM;
	err = read_image(p, root ? root : "/", changes, count, i);
	if (err) {
		image_free(i);
		return err;
	}
	i->is_now = !count;
	add_image(p, i);
	*ret = i;
	return 0;
}

const struct image *image_now(struct fix_planning *p)
{
	const struct image *ret = NULL;

	for (struct image *i = p->images; i; i = i->next)
		if (i->is_now)
			return i;

	return image_with(p, p->root, NULL, 0, &ret) ? NULL : ret;
}

int image_in_force(struct fix_planning *p, struct ruleset **ret)
{
	struct image *i = image_new();
	int err;

	if (!i || !p->source) {
		if (i)
			image_free(i);
		return i ? -ENODATA : -ENOMEM;
	}
	ruleset_free(i->rules);
	i->rules = NULL;
	err = fix_rules_read(p->source, i->problems, &i->rules);
	if (err) {
		image_free(i);
		return err;
	}
	add_image(p, i);
	*ret = i->rules;
	return 0;
}

int image_gathered(struct fix_planning *p, const void *data, size_t len,
		   const struct ruleset **ret)
{
	struct image *i = image_new();
	struct live live;
	int err;

	if (!i)
		return -ENOMEM;
	err = live_read_gathered(i->rules, data, len, &live);
	if (!err)
		err = ruleset_link(i->rules);
	if (err) {
		image_free(i);
		return err;
	}
	add_image(p, i);
	*ret = i->rules;
	return 0;
}

const char *image_whole(struct fix_planning *p, const char *path,
			const char *text)
{
	struct overlay o = { .below = reader_now(), .root = p->root };
	struct text out = TEXT_NULL;
	const char *ret = NULL;

	put_lines(&o, path, text, 0, &out);
	if (text_ok(&out))
		ret = arena_string(p->plan->arena, text_string(&out));
	text_done(&out);
	return ret;
}

const char *image_content(struct fix_planning *p,
			  const struct fix_change *changes, size_t count,
			  const char *path)
{
	const struct file_change *f = changed(changes, count, path);
	struct text t = TEXT_NULL;
	const char *ret = NULL;

	if (f)
		return f->after;
	for (size_t i = 0; is_given(p) && i < p->source->count; i++)
		if (!strcmp(p->source->names[i], path))
			return p->source->texts[i];

	/* What holds a zero is no text that could be edited. */
	if (p->may_read && !reader_file(path, FILE_MOST, &t) &&
	    (!t.len || !memchr(t.data, '\0', t.len)))
		ret = arena_string(p->plan->arena, text_string(&t));
	text_done(&t);
	return ret;
}

const char *image_path(struct fix_planning *p, const char *path)
{
	if (!p->root || !strcmp(p->root, "/"))
		return path;
	return fix_words(p, "%s%s", p->root, path);
}

int image_unit(const struct image *i, const char *unit)
{
	int state = -1;

	for (size_t n = 0; i && n < i->boot.count; n++)
		if (!strcmp(i->boot.row[n].unit, unit) &&
		    i->boot.row[n].state != BOOT_NOTE &&
		    (state < 0 || i->boot.row[n].state == BOOT_LOADED))
			state = (int)i->boot.row[n].state;

	return state;
}

void image_forget(struct fix_planning *p)
{
	while (p->images) {
		struct image *next = p->images->next;

		image_free(p->images);
		p->images = next;
	}
}
