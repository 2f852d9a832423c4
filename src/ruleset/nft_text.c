#include "ruleset/nft_text.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/nft.h"
#include "ruleset/nft_build.h"

void nft_text_bad(struct nft_text *p)
{
	const struct nft_token *t = &p->lex.token;
	int len = t->len > 60 ? 60 : (int)t->len;

	if (p->is_bad)
		return;

	p->is_bad = true;
	if (t->kind == NFT_TOKEN_END || t->kind == NFT_TOKEN_NEWLINE)
		nft_tree_problem(p->tree, t->at,
				 _("The statement ends too early."));
	else
		nft_tree_problem(p->tree, t->at,
				 _("\"%.*s\" is not understood here."), len,
				 t->text);
}

const char *nft_text_word(struct nft_text *p)
{
	const struct nft_token t = p->lex.token;

	if (p->is_bad ||
	    (t.kind != NFT_TOKEN_WORD && t.kind != NFT_TOKEN_STRING)) {
		nft_text_bad(p);
		return NULL;
	}

	nft_lex_next(&p->lex);
	return nft_tree_copy(p->tree, t.text, t.len);
}

bool nft_text_expect(struct nft_text *p, const char *text)
{
	if (p->is_bad)
		return false;
	if (nft_lex_take(&p->lex, text))
		return true;

	nft_text_bad(p);
	return false;
}

void nft_text_newlines(struct nft_text *p)
{
	while (p->lex.token.kind == NFT_TOKEN_NEWLINE)
		nft_lex_next(&p->lex);
}

void nft_text_mend(struct nft_text *p)
{
	if (p->is_bad)
		nft_lex_skip(&p->lex);
	p->is_bad = false;
	p->depth = 0;
}

static struct nft_expr *clone(struct nft_tree *t, const struct nft_expr *e)
{
	struct nft_expr *copy = nft_tree_expr(t, e->kind, e->text, e->at);

	if (!copy)
		return NULL;

	copy->is_quoted = e->is_quoted;
	copy->note = e->note;
	for (const struct nft_expr *i = e->first; i && !t->failed; i = i->next)
		nft_tree_add(copy, clone(t, i));
	return copy;
}

struct nft_expr *nft_text_variable(struct nft_text *p)
{
	const char *at = p->lex.token.at;
	const char *name;

	nft_lex_next(&p->lex);
	name = nft_text_word(p);
	for (const struct nft_define *d = name ? p->defines : NULL; d;
	     d = d->next)
		if (strcmp(d->name, name) == 0 && d->value)
			return clone(p->tree, d->value);

	if (name && !p->is_bad) {
		p->is_bad = true;
		nft_tree_problem(p->tree, at, _("$%s is not defined."), name);
	}
	return NULL;
}

static struct nft_define *find_define(struct nft_text *p, const char *name)
{
	for (struct nft_define *d = p->defines; d; d = d->next)
		if (strcmp(d->name, name) == 0)
			return d;

	return NULL;
}

/* define NAME = VALUE; "-100" too, for priorities. */
static void define(struct nft_text *p)
{
	const char *name = nft_text_word(p);
	struct nft_define *d;

	if (!name || !nft_text_expect(p, "="))
		return;

	d = nft_tree_alloc(p->tree, sizeof(*d));
	if (!d)
		return;

	d->name = name;
	if (nft_lex_is(&p->lex, "-")) {
		const char *at = p->lex.token.at;
		struct text number = TEXT_NULL;

		nft_lex_next(&p->lex);
		text_char(&number, '-');
		text_bytes(&number, p->lex.token.text, p->lex.token.len);
		nft_lex_next(&p->lex);
		d->value = nft_tree_expr(p->tree, NFT_WORD,
					 nft_tree_text(p->tree, &number), at);
	} else {
		d->value = nft_text_expr_value(p, true, true);
	}
	d->next = p->defines;
	p->defines = d;
}

static void undefine(struct nft_text *p)
{
	const char *name = nft_text_word(p);
	struct nft_define *d = name ? find_define(p, name) : NULL;

	if (d)
		d->value = NULL;
}

/* Larger than any ruleset that anybody includes. */
enum { INCLUDE_MOST = 64 << 20, INCLUDE_DEPTH = 16 };

/* The regular file's content in the tree's arena, or NULL and errno. */
static const char *slurp(struct nft_tree *t, const char *path, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char *text = NULL;
	size_t len = 0;

	if (fd < 0)
		return NULL;

	errno = EINVAL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size <= INCLUDE_MOST)
		text = nft_tree_alloc(t, (size_t)st.st_size + 1);
	while (text && len < (size_t)st.st_size) {
		ssize_t n = read(fd, text + len, (size_t)st.st_size - len);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	close(fd);
	*ret_len = len;
	return text;
}

static void read_text(struct nft_text *p, const char *file, const char *text,
		      size_t len);

static void read_included(struct nft_text *p, const char *path, const char *at)
{
	struct nft_lex outer = p->lex;
	const char *outer_file = p->file;
	size_t len;
	const char *text = slurp(p->tree, path, &len);
	const char *name;

	if (!text) {
		nft_tree_problem(p->tree, at,
				 _("%s, which is included here, cannot be "
				   "read: %s."),
				 path, strerror(errno));
		return;
	}

	/* Places outlive the tree: their file's name is the ruleset's. */
	name = arena_string(p->tree->ruleset->arena, path);
	if (!name) {
		p->tree->failed = true;
		return;
	}
	p->includes++;
	read_text(p, name, text, len);
	p->includes--;
	p->lex = outer;
	p->file = outer_file;
	p->is_bad = false;
}

/* The folder that the ruleset itself lies in, with a slash at its end; what is
 * included must be below it. NULL: it lies in none. */
static char *home_folder(const struct nft_text *p)
{
	char *path = p->tree->file ? realpath(p->tree->file, NULL) : NULL;
	char *slash = path ? strrchr(path, '/') : NULL;

	if (slash)
		slash[1] = '\0';
	return path;
}

static void include_one(struct nft_text *p, const char *home, const char *path,
			const char *at)
{
	char *real = realpath(path, NULL);

	if (real && strncmp(real, home, strlen(home)) == 0)
		read_included(p, real, at);
	else if (real)
		nft_tree_problem(p->tree, at,
				 _("%s, which is included here, is not read: "
				   "it lies outside the ruleset's folder."),
				 path);
	else
		nft_tree_problem(p->tree, at,
				 _("%s, which is included here, cannot be "
				   "read: %s."),
				 path, strerror(errno));
	free(real);
}

/* include "NAME", which may hold wildcards; of those none need be there. */
static void include(struct nft_text *p)
{
	const char *at = p->lex.token.at;
	const char *name = nft_text_word(p);
	char *home = name ? home_folder(p) : NULL;
	struct text path = TEXT_NULL;
	glob_t found = { 0 };

	if (!name)
		return;

	if (!home || p->includes >= INCLUDE_DEPTH) {
		nft_tree_problem(p->tree, at,
				 _("%s, which is included here, is not read: "
				   "it lies outside the ruleset's folder."),
				 name);
		free(home);
		return;
	}

	if (name[0] != '/')
		text_str(&path, home);
	text_str(&path, name);
	if (!strpbrk(name, "*?["))
		include_one(p, home, text_string(&path), at);
	else if (glob(text_string(&path), 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc && i < 1000; i++)
			include_one(p, home, found.gl_pathv[i], at);
	globfree(&found);
	text_done(&path);
	free(home);
}

bool nft_text_directive(struct nft_text *p)
{
	if (nft_lex_take(&p->lex, "define") ||
	    nft_lex_take(&p->lex, "redefine"))
		define(p);
	else if (nft_lex_take(&p->lex, "undefine"))
		undefine(p);
	else if (nft_lex_take(&p->lex, "include"))
		include(p);
	else
		return false;

	nft_text_mend(p);
	return true;
}

/* One text, the ruleset's or an included one. */
static void read_text(struct nft_text *p, const char *file, const char *text,
		      size_t len)
{
	struct nft_source *s = nft_tree_alloc(p->tree, sizeof(*s));

	if (!s)
		return;

	*s = (struct nft_source){ .file = file, .text = text, .len = len };
	s->next = p->tree->sources;
	p->tree->sources = s;
	p->file = file;
	nft_lex_init(&p->lex, text, len);
	while (!p->tree->failed) {
		nft_text_newlines(p);
		if (p->lex.token.kind == NFT_TOKEN_END)
			break;
		/* A brace too many; whatever stood before it is read. */
		if (nft_lex_is(&p->lex, "}")) {
			nft_text_bad(p);
			nft_lex_next(&p->lex);
			p->is_bad = false;
			continue;
		}
		if (!nft_text_directive(p))
			nft_text_command(p);
		nft_text_mend(p);
	}
}

int nft_text_read(struct ruleset *r, const char *file, const char *text,
		  size_t len)
{
	struct nft_tree tree;
	struct nft_text p = { .tree = &tree };
	int err = nft_tree_init(&tree, r, file);

	if (err)
		return err;

	read_text(&p, file, text, len);
	err = tree.failed ? -ENOMEM : nft_build(&tree);
	nft_tree_done(&tree);
	return err;
}
