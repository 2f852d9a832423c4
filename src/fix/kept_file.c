#include "fix/kept_file.h"

#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "fix/image.h"
#include "fix/kept_order.h"
#include "fix/kept_parts.h"
#include "fix/rule_lines.h"
#include "fix/rule_words.h"
#include "ruleset/model.h"

enum { STRAIGHTENED = 8 };

static bool means_same(const struct rule *a, const struct rule *b)
{
	return kept_order_key(a) == kept_order_key(b);
}

/* iptables' two engines read one save file. */
static bool is_same_table(const struct table *a, const struct table *b)
{
	bool a_nft = a->engine == ENGINE_NFT, b_nft = b->engine == ENGINE_NFT;

	return a->family == b->family && !strcmp(a->name, b->name) &&
	       (a_nft == b_nft || a->engine == ENGINE_IPTABLES_NFT ||
		b->engine == ENGINE_IPTABLES_NFT);
}

const struct chain *kept_file_chain(const struct image *i,
				    const struct chain *in_force)
{
	for (const struct table *t = i->rules->first; t; t = t->next) {
		const struct chain *c =
			is_same_table(t, in_force->table)
				? ruleset_find_chain(t, in_force->name)
				: NULL;

		if (c && c->place.file)
			return c;
	}

	return NULL;
}

static bool is_open(const struct walk_result *w)
{
	return !w->blocker_count && w->way.verdict.decision != WALK_DROP &&
	       w->way.verdict.decision != WALK_REJECT;
}

int kept_file_passes(struct fix_planning *p, const struct ruleset *r,
		     bool *ret_passes, struct walk_result *ret)
{
	struct walk_question q = { .packet = p->packet, .host = p->host };
	struct walk_result here = { 0 };
	int err;

	*ret_passes = true;
	if (ret)
		memset(ret, 0, sizeof(*ret));
	if (!p->has_packet)
		return 0;

	err = walk_packet(r, &q, p->plan->arena, &here);
	if (err)
		return err;
	*ret_passes = is_open(&here);
	if (ret)
		*ret = here;
	return 0;
}

/* Which of the rules that mean the same it is, from 0. */
static unsigned rank_of(const struct rule *rule)
{
	unsigned rank = 0;

	for (const struct rule *r = rule->chain->first; r != rule; r = r->next)
		rank += means_same(r, rule);

	return rank;
}

/* The rule of the file that stands for that one in force. */
static const struct rule *counterpart(const struct chain *file,
				      const struct rule *rule)
{
	unsigned rank = rank_of(rule);
	const struct rule *last = NULL;

	for (const struct rule *r = file->first; r; r = r->next) {
		if (!means_same(r, rule))
			continue;
		last = r;
		if (!rank--)
			break;
	}

	return last;
}

static const struct rule *rule_at(const struct chain *c, unsigned number)
{
	const struct rule *r = c->first;

	while (r && r->number != number)
		r = r->next;
	return r;
}

/* The first from there on that the file has, too. */
static const struct rule *first_kept(const struct chain *file,
				     const struct chain *live, unsigned from,
				     unsigned but)
{
	for (const struct rule *r = rule_at(live, from); r; r = r->next) {
		const struct rule *kept =
			r->number != but ? counterpart(file, r) : NULL;

		if (kept)
			return kept;
	}

	return NULL;
}

/* The last before that number that the file has, too. */
static const struct rule *last_kept(const struct chain *file,
				    const struct chain *live, unsigned before,
				    unsigned but)
{
	for (unsigned n = before; n > 1; n--) {
		const struct rule *r = rule_at(live, n - 1);
		const struct rule *kept =
			r && n - 1 != but ? counterpart(file, r) : NULL;

		if (kept)
			return kept;
	}

	return NULL;
}

static struct fix_change *file_of(struct keeping *k, const char *path)
{
	const char *content;
	struct fix_change *f;

	for (size_t i = 0; i < k->count; i++)
		if (!strcmp(k->files[i].file.path, path))
			return &k->files[i];
	if (k->count == KEPT_FILES)
		return NULL;

	content = image_content(k->p, NULL, 0, path);
	if (!content)
		return NULL;
	f = &k->files[k->count++];
	*f = (struct fix_change){
		.kind = CHANGE_FILE,
		.file = { .path = path, .before = content, .after = content },
	};
	return f;
}

/* Lines out and others in, and the files are read again. */
static int edit(struct keeping *k, const char *path, struct line_span out,
		uint64_t before, const char *words, const char *text)
{
	struct fix_change *f = file_of(k, path);
	const char *after;

	if (!f)
		return -ENOENT;

	after = rule_lines_edit(k->p->plan->arena, f->file.after, out, before,
				words);
	if (!after)
		return -ENOMEM;
	f->file.after = after;
	f->text = f->text ? fix_words(k->p, "%s %s", f->text, text) : text;
	return image_with(k->p, k->p->root, k->files, k->count, &k->image);
}

static const char *content_of(struct keeping *k, const char *path)
{
	return image_content(k->p, k->files, k->count, path);
}

/* Where a line goes: before that rule of the file, or behind it; NULL: to the
 * chain's end. */
struct spot {
	const char *path;
	uint64_t before, beside;
	enum line_form form;
};

static int spot_of(struct keeping *k, const struct chain *c,
		   const struct rule *at, bool is_behind, struct spot *ret)
{
	const char *content;
	struct line_span s;
	int err;

	ret->path = at ? at->place.file : c->place.file;
	content = content_of(k, ret->path);
	if (!content)
		return -ENOENT;
	if (!at) {
		err = rule_lines_end(content, c, &ret->before, &ret->form);
		ret->beside = ret->before;
		if (!err && c->last && ret->form != LINE_SAVE)
			ret->beside = c->last->place.line;
		return err;
	}

	err = rule_lines_of(content, at, &s, &ret->form);
	ret->beside = s.first;
	ret->before = is_behind ? s.last + 1 : s.first;
	return err;
}

int kept_file_put(struct keeping *k, const struct chain *c,
		  const struct rule *at, bool is_behind, const char *words)
{
	struct spot s;
	const char *line;
	int err = spot_of(k, c, at, is_behind, &s);

	if (err)
		return err;
	words = rule_words_for(k->p, c->table, words);
	if (!words)
		return -ENOENT;
	line = rule_lines_words(k->p->plan->arena, content_of(k, s.path), c,
				s.beside, s.form, words);
	if (!line)
		return -ENOMEM;
	return edit(k, s.path, (struct line_span){ 1, 0 }, s.before, line,
		    fix_words(k->p, _("In %1$s, a new line %2$llu: %3$s."),
			      s.path, (unsigned long long)s.before, words));
}

static int take_out(struct keeping *k, const struct rule *r)
{
	const char *content = content_of(k, r->place.file);
	enum line_form form;
	struct line_span s;
	int err = content ? rule_lines_of(content, r, &s, &form) : -ENOENT;

	if (err)
		return err;
	return edit(k, r->place.file, s, 0, NULL,
		    fix_words(k->p, _("In %1$s, line %2$llu goes: %3$s."),
			      r->place.file, (unsigned long long)s.first,
			      r->text));
}

/* Within one file. */
int kept_file_move(struct keeping *k, const struct rule *r,
		   const struct rule *at, bool is_behind)
{
	const char *path = r->place.file, *content = content_of(k, path);
	enum line_form form;
	struct line_span s;
	struct spot to;
	int err = content ? rule_lines_of(content, r, &s, &form) : -ENOENT;

	if (!err)
		err = spot_of(k, r->chain, at, is_behind, &to);
	if (err)
		return err;
	if (strcmp(path, to.path) != 0 || form != to.form)
		return -ENOENT;
	return edit(
		k, path, s, to.before,
		rule_lines_text(k->p->plan->arena, content, s),
		fix_words(
			k->p,
			_("In %1$s, line %2$llu moves before line %3$llu: %4$s."),
			path, (unsigned long long)s.first,
			(unsigned long long)to.before, r->text));
}

static int keep_insert(struct keeping *k, const struct chain *live,
		       const struct chain *file, const struct rule_edit *e)
{
	const struct rule *at = first_kept(file, live, e->number, 0);
	const struct rule *behind =
		at ? NULL : last_kept(file, live, e->number, 0);

	return kept_file_put(k, file, at ? at : behind, behind != NULL,
			     e->words);
}

static int keep_move(struct keeping *k, const struct chain *live,
		     const struct chain *file, const struct rule_edit *e)
{
	const struct rule *rule = rule_at(live, e->number);
	const struct rule *kept = rule ? counterpart(file, rule) : NULL;
	bool is_down = e->to_number > e->number;
	const struct rule *at =
		is_down ? last_kept(file, live, e->to_number, e->number)
			: first_kept(file, live, e->to_number, e->number);

	if (!rule)
		return -ENOENT;
	if (!kept)
		return kept_file_put(k, file, at, is_down,
				     e->words ? e->words : rule->words);
	/* It stands there already. */
	if (!at || at == kept ||
	    (is_down ? kept->number > at->number : kept->number < at->number))
		return 0;
	return kept_file_move(k, kept, at, is_down);
}

static int keep_replace(struct keeping *k, const struct chain *live,
			const struct chain *file, const struct rule_edit *e)
{
	const struct rule *rule = rule_at(live, e->number);
	const struct rule *kept = rule ? counterpart(file, rule) : NULL;
	const char *words = rule_words_for(k->p, file->table, e->words);
	const char *content = kept ? content_of(k, kept->place.file) : NULL;
	const char *line;
	struct line_span s;
	enum line_form form;
	int err;

	if (!kept)
		return keep_insert(k, live, file, e);
	err = content && words ? rule_lines_of(content, kept, &s, &form)
			       : -ENOENT;
	if (err)
		return err;
	line = rule_lines_words(k->p->plan->arena, content, file, s.first, form,
				words);
	if (!line)
		return -ENOMEM;
	return edit(k, kept->place.file, s, s.first, line,
		    fix_words(k->p, _("In %1$s, line %2$llu becomes: %3$s."),
			      kept->place.file, (unsigned long long)s.first,
			      words));
}

static int keep_delete(struct keeping *k, const struct chain *live,
		       const struct chain *file, const struct rule_edit *e)
{
	const struct rule *rule = rule_at(live, e->number);
	const struct rule *kept = rule ? counterpart(file, rule) : NULL;

	return kept ? take_out(k, kept) : 0;
}

static const struct chain *live_chain(const struct keeping *k,
				      const struct rules_change *r,
				      const struct rule_edit *e)
{
	const struct table *t = ruleset_find_table(k->p->ruleset, r->engine,
						   r->family, r->table);

	return t ? ruleset_find_chain(t, e->chain) : NULL;
}

static int keep_edit(struct keeping *k, const struct rules_change *r,
		     const struct rule_edit *e)
{
	static int (*const by_kind[])(struct keeping *, const struct chain *,
				      const struct chain *,
				      const struct rule_edit *) = {
		[EDIT_INSERT] = keep_insert,
		[EDIT_DELETE] = keep_delete,
		[EDIT_MOVE] = keep_move,
		[EDIT_REPLACE] = keep_replace,
	};
	const struct chain *live = live_chain(k, r, e);
	const struct chain *file =
		live ? kept_file_chain(k->image, live) : NULL;

	return file ? by_kind[e->kind](k, live, file, e) : -ENOENT;
}

static int keep_rules(struct keeping *k)
{
	for (size_t i = 0; i < k->c->now_count; i++) {
		const struct fix_change *c = &k->c->now[i];

		if (c->kind != CHANGE_RULES)
			continue;
		for (size_t n = 0; n < c->rules.edit_count; n++) {
			int err = keep_edit(k, &c->rules, &c->rules.edits[n]);

			if (err)
				return err;
		}
	}

	return 0;
}

/* The words of a rule that the candidate brings into that chain. */
static const char *words_for(const struct keeping *k, const struct chain *c)
{
	for (size_t i = 0; i < k->c->now_count; i++) {
		const struct rules_change *r = &k->c->now[i].rules;

		if (k->c->now[i].kind != CHANGE_RULES ||
		    r->family != c->table->family ||
		    strcmp(r->table, c->table->name) != 0)
			continue;
		for (size_t n = 0; n < r->edit_count; n++)
			if (r->edits[n].kind == EDIT_INSERT &&
			    !strcmp(r->edits[n].chain, c->name))
				return r->edits[n].words;
	}

	return NULL;
}

/* The file refuses the packet by another rule than those in force: what lets it
 * pass comes before that. */
static int straighten_once(struct keeping *k, const struct walk_blocker *b)
{
	const struct rule *rule = b->verdict.rule;
	const struct rule *accept = b->shadowed_accept;
	const char *words;

	if (!rule || !rule->place.line)
		return -ENOENT;
	if (accept && accept->chain == rule->chain)
		return kept_file_move(k, accept, rule, false);

	words = words_for(k, rule->chain);
	return words ? kept_file_put(k, rule->chain, rule, false, words)
		     : -ENOENT;
}

/* ret: whether the file lets the packet pass then. */
static int straighten(struct keeping *k, bool *ret)
{
	struct walk_result w;
	int err = kept_file_passes(k->p, k->image->rules, ret, &w);

	for (int i = 0; i < STRAIGHTENED && !err && !*ret; i++) {
		if (!w.blocker_count ||
		    straighten_once(k, &w.blockers[0]) == -ENOENT)
			break;
		err = kept_file_passes(k->p, k->image->rules, ret, &w);
	}

	return err;
}

static uint64_t first_difference(const char *a, const char *b)
{
	uint64_t line = 1;

	for (; *a && *a == *b; a++, b++)
		line += *a == '\n';
	return line;
}

static int take_files(struct keeping *k)
{
	for (size_t i = 0; i < k->count; i++) {
		struct file_change *f = &k->files[i].file;
		struct fix_change *c;

		if (!strcmp(f->before, f->after))
			continue;
		c = fix_change_lasting(k->p, k->c, CHANGE_FILE);
		if (!c)
			return -ENOMEM;
		*c = k->files[i];
		c->file.line = first_difference(f->before, f->after);
		c->file.mode = 0640;
		c->undo_text = fix_words(
			k->p, _("%s gets the content back that it had."),
			f->path);
	}

	return 0;
}

static void say_lasts(struct fix_candidate *c, const struct keeping *k)
{
	if (!k->passes) {
		c->lasts = FIX_LASTS_NO;
		c->lasts_text = _(
			"The next boot would refuse it all the same, by another rule.");
	} else if (!c->lasting_count) {
		c->lasts = FIX_LASTS_YES;
		c->lasts_text =
			_("What the next boot loads lets it through as it is.");
	} else if (!k->fits) {
		c->lasts = FIX_LASTS_NO;
		c->lasts_text = _(
			"The file has other rules than those that are in force, so the same change there changes more: look at it by hand.");
	} else if (k->is_ordered) {
		c->lasts = FIX_LASTS_YES;
		c->lasts_text = _(
			"The file has the rules in another order. With that mended, the next boot gives what is in force then.");
	} else {
		c->lasts = FIX_LASTS_YES;
		c->lasts_text = _(
			"With its file changed, the next boot lets it through, too, and changes nothing else.");
	}
}

/* The same edit in the file. */
static int try_edit(struct keeping *k)
{
	int err = keep_rules(k);

	if (!err)
		err = straighten(k, &k->passes);
	if (!err && k->passes)
		err = kept_order_no_wider(k->p, k->c, image_now(k->p), k->image,
					  &k->fits);
	return err;
}

/* Or the order that is in force then. */
static int try_order(struct keeping *k)
{
	struct ruleset *after;
	int err = kept_order_after(k->p, k->c, &after);

	if (!err)
		err = kept_order_apply(k, after);
	if (!err)
		err = kept_file_passes(k->p, k->image->rules, &k->passes, NULL);
	if (!err && k->passes)
		err = kept_order_same(k->p, k->c, after, k->image, &k->fits);
	k->is_ordered = true;
	return err;
}

int kept_file_express(struct fix_planning *p, struct fix_candidate *c)
{
	struct keeping k = { .p = p, .c = c, .image = image_now(p) }, other = k;
	int err;

	if (!k.image || !p->ruleset)
		return -ENOENT;

	err = kept_file_passes(p, k.image->rules, &k.passes, NULL);
	if (!err && !(k.passes && p->has_packet)) {
		err = try_edit(&k);
		if (err == -ENOENT || (!err && !(k.passes && k.fits))) {
			int second = try_order(&other);

			if (second && second != -ENOENT)
				return second;
			if (!second && other.passes && other.fits) {
				k = other;
				err = 0;
			}
		}
	}
	if (!err)
		err = take_files(&k);
	if (err)
		return err;
	say_lasts(c, &k);
	return 0;
}
