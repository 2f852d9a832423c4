#include "fix/kept_set.h"

#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "fix/image.h"
#include "fix/kept_file.h"
#include "ruleset/model.h"

/* What a command does to which set. */
struct element_edit {
	const char *family, *table; /* NULL: ipset's */
	const char *set, *element;
	bool is_add;
};

/* "{ 10.1.0.7 }" */
static const char *inner(struct fix_planning *p, const char *braces)
{
	size_t from = strspn(braces, "{ ");
	size_t len = strlen(braces);

	while (len > from && strchr(" }", braces[len - 1]))
		len--;
	return fix_words(p, "%.*s", (int)(len - from), braces + from);
}

static bool read_command(struct fix_planning *p, const char *const *argv,
			 struct element_edit *ret)
{
	size_t count = 0;

	memset(ret, 0, sizeof(*ret));
	while (argv && argv[count])
		count++;
	if (count == 4 && !strcmp(argv[0], "ipset")) {
		ret->is_add = !strcmp(argv[1], "add");
		ret->set = argv[2];
		ret->element = argv[3];
		return true;
	}
	if (count != 7 || strcmp(argv[0], "nft") != 0 ||
	    strcmp(argv[2], "element") != 0)
		return false;

	ret->is_add = !strcmp(argv[1], "add");
	ret->family = argv[3];
	ret->table = argv[4];
	ret->set = argv[5];
	ret->element = inner(p, argv[6]);
	return true;
}

static const struct set *set_in(const struct ruleset *r,
				const struct element_edit *e)
{
	for (const struct set *s = e->table ? NULL : r->first_ipset; s;
	     s = s->next)
		if (!strcmp(s->name, e->set))
			return s;
	for (const struct table *t = e->table ? r->first : NULL; t;
	     t = t->next) {
		if (t->engine != ENGINE_NFT || strcmp(t->name, e->table) ||
		    strcmp(table_family_names[t->family], e->family) != 0)
			continue;
		for (const struct set *s = t->first_set; s; s = s->next)
			if (s->name && !strcmp(s->name, e->set))
				return s;
	}

	return NULL;
}

static const char *line_at(const char *content, uint64_t line)
{
	for (; line > 1 && *content; line--) {
		content += strcspn(content, "\n");
		content += *content == '\n';
	}
	return content;
}

/* The content with so many bytes taken out there, and others put in. */
static const char *splice(struct fix_planning *p, const char *content,
			  const char *at, size_t out, const char *in)
{
	return fix_words(p, "%.*s%s%s", (int)(at - content), content, in,
			 at + out);
}

/* A line "add SET ELEMENT …": where it is taken out, or goes behind the last. */
static const char *edit_ipset(struct fix_planning *p, const char *content,
			      const struct element_edit *e)
{
	const char *head = fix_words(p, "add %s ", e->set);
	const char *make = fix_words(p, "create %s ", e->set);
	const char *behind = NULL;
	size_t len = strlen(e->element);

	for (const char *line = content; *line;) {
		const char *next = line + strcspn(line, "\n");

		next += *next == '\n';
		if (!strncmp(line, head, strlen(head))) {
			const char *found = line + strlen(head);

			if (!e->is_add && !strncmp(found, e->element, len) &&
			    strchr(" \r\n", found[len]))
				return splice(p, content, line,
					      (size_t)(next - line), "");
			behind = next;
		} else if (!strncmp(line, make, strlen(make))) {
			behind = next;
		}
		line = next;
	}
	if (!e->is_add || !behind)
		return NULL;
	return splice(p, content, behind, 0,
		      fix_words(p, "%s%s\n", head, e->element));
}

/* The set's "elements = {" in its block: what stands behind the brace, and the
 * brace that ends it. */
static const char *elements_of(const char *block, const char **ret_end)
{
	const char *at = strstr(block, "elements");
	const char *close = strchr(block, '}');
	const char *open = at && close && at < close ? strchr(at, '{') : NULL;

	*ret_end = open ? strchr(open, '}') : NULL;
	return *ret_end ? open + 1 : NULL;
}

static const char *edit_nft(struct fix_planning *p, const char *content,
			    const struct set *s, const struct element_edit *e)
{
	const char *block = strchr(line_at(content, s->place.line), '{');
	const char *end, *at = block ? elements_of(block + 1, &end) : NULL;
	size_t len = strlen(e->element);

	if (!at)
		return NULL;
	if (e->is_add)
		return splice(
			p, content, at, 0,
			fix_words(p, " %s%s", e->element,
				  at + strspn(at, " \t\n") == end ? "" : ","));
	while (at < end) {
		size_t word;

		at += strspn(at, " \t\n,");
		word = strcspn(at, " \t\n,}");
		if (at >= end)
			break;
		if (word != len || strncmp(at, e->element, len) != 0) {
			at += word;
			continue;
		}
		/* Its comma goes with it. */
		word += strspn(at + word, " \t");
		word += at[word] == ',';
		word += strspn(at + word, " ");
		return splice(p, content, at, word, "");
	}

	return NULL;
}

static uint64_t first_difference(const char *a, const char *b)
{
	uint64_t line = 1;

	for (; *a && *a == *b; a++, b++)
		line += *a == '\n';
	return line;
}

/* 0; -ENOENT: no file has it so that it could be changed. */
static int keep_one(struct fix_planning *p, struct fix_candidate *c,
		    const struct image *i, const struct element_edit *e)
{
	const struct set *s = set_in(i->rules, e);
	const char *path = s ? s->place.file : NULL;
	const char *before =
		path ? image_content(p, c->lasting, c->lasting_count, path)
		     : NULL;
	const char *after = NULL;
	struct fix_change *f;

	if (before)
		after = e->table ? edit_nft(p, before, s, e)
				 : edit_ipset(p, before, e);
	if (!after)
		return -ENOENT;

	f = fix_change_lasting(p, c, CHANGE_FILE);
	if (!f)
		return -ENOMEM;
	f->text = fix_words(
		p,
		e->is_add ? _("In %1$s, %2$s is put into set %3$s.")
			  : _("In %1$s, %2$s is taken out of set %3$s."),
		path, e->element, e->set);
	f->undo_text =
		fix_words(p, _("%s gets the content back that it had."), path);
	f->file.path = path;
	f->file.before = before;
	f->file.after = after;
	f->file.line = first_difference(before, after);
	f->file.mode = 0640;
	return 0;
}

static int settle(struct fix_planning *p, struct fix_candidate *c)
{
	const struct image *i;
	bool passes;
	int err = image_with(p, p->root, c->lasting, c->lasting_count, &i);

	if (!err)
		err = kept_file_passes(p, i->rules, &passes, NULL);
	if (err)
		return err;
	c->lasts = passes ? FIX_LASTS_YES : FIX_LASTS_NO;
	c->lasts_text =
		passes ? _("With its file changed, the next boot lets it through, too, and changes nothing else.")
		       : _("The next boot would refuse it all the same, by another rule.");
	return 0;
}

int kept_set_express(struct fix_planning *p, struct fix_candidate *c)
{
	const struct image *i = image_now(p);
	bool is_kept = i != NULL;

	for (size_t n = 0; n < c->now_count && is_kept; n++) {
		struct element_edit e;
		int err;

		if (c->now[n].kind != CHANGE_RUN ||
		    !read_command(p, c->now[n].run.argv, &e))
			continue;
		err = keep_one(p, c, i, &e);
		if (err == -ENOMEM)
			return err;
		is_kept = !err;
	}
	if (is_kept && c->lasting_count)
		return settle(p, c);

	c->lasting = NULL;
	c->lasting_count = 0;
	c->lasts = i ? FIX_LASTS_NO : FIX_LASTS_UNKNOWN;
	c->lasts_text =
		i ? _("No file that is loaded at boot has the set so that it could be changed there: after a reboot it is as before.")
		  : _("Whether anything loads these rules at boot was not looked at.");
	return 0;
}
