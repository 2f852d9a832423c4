#include "ruleset/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

void options_begin(const struct match *m, const struct target *t,
		   struct options_use *ret)
{
	*ret = (struct options_use){ 0 };
	ret->table = m ? m->options : t ? t->options : NULL;
	ret->use.match = m;
	ret->use.target = t;
	ret->use.is_target = t;
	ret->use.name = m ? m->name : t ? t->name : NULL;
}

static struct value_form form_of(const struct build *b, const struct option *o)
{
	return (struct value_form){
		.type = o->type,
		.is_v6 = b->is_v6,
		.protocol = b->protocol,
		.choices = o->choices,
		.is_plain = o->is_plain,
		.bits = o->field < FIELD_COUNT && o->type == VALUE_NUMBER
				? field_info[o->field].bits
				: 0,
	};
}

/* Values between commas: their union, and the canonical text of each. */
struct listing {
	struct range *list;
	size_t count;
	u128 mask;
	struct text text;
};

static int list_values(const struct value_form *f, const char *value,
		       struct listing *l)
{
	size_t len = strlen(value), from = 0;

	for (size_t at = 0; at <= len; at++) {
		struct range *r = &l->list[l->count];
		int err;

		if (at < len && value[at] != ',')
			continue;
		if (at == len && from == len && l->count)
			break; /* a comma at the end */
		err = value_parse(f, value + from, at - from, r, &l->mask);
		if (err)
			return err;
		if (l->count++)
			text_char(&l->text, ',');
		value_print(&l->text, f, r, l->mask);
		from = at + 1;
	}

	return 0;
}

/* A list of choices is printed in the order of the choices. */
static void order_choices(const struct choice *choices, struct listing *l)
{
	text_clear(&l->text);
	for (const struct choice *c = choices; c && c->word; c++) {
		bool is_repeated = false;

		for (const struct choice *d = choices; d < c; d++)
			is_repeated |= d->value == c->value;
		for (size_t i = 0; i < l->count && !is_repeated; i++)
			if (l->list[i].first == c->value) {
				if (l->text.len)
					text_char(&l->text, ',');
				text_str(&l->text, c->word);
				break;
			}
	}
}

static int read_list(struct build *b, const struct option *o, const char *value,
		     struct argument *ret)
{
	struct value_form f = form_of(b, o);
	struct arena *a = build_arena(b);
	size_t most = 1;
	struct listing l = { .mask = ~(u128)0 };
	int err;

	for (const char *s = value; *s; s++)
		most += *s == ',';
	l.list = malloc(most * sizeof(*l.list));
	if (!l.list)
		return -ENOMEM;

	err = list_values(&f, value, &l);
	if (!err) {
		if (o->type == VALUE_CHOICES)
			order_choices(o->choices, &l);
		ret->text = arena_string(a, text_string(&l.text));
		ret->ranges = ranges_of(a, l.list, l.count);
		ret->mask = l.mask;
		if (!ret->text || !ret->ranges || !text_ok(&l.text))
			err = -ENOMEM;
	}

	text_done(&l.text);
	free(l.list);
	return err;
}

int options_choice(struct build *b, const struct value_form *f,
		   const char *value, struct argument *ret)
{
	struct arena *a = build_arena(b);
	struct text out = TEXT_NULL;
	struct range r;
	u128 mask;
	int err = value_parse(f, value, strlen(value), &r, &mask);

	if (err)
		return err;

	value_print(&out, f, &r, mask);
	ret->text = arena_string(a, text_string(&out));
	ret->ranges = ranges_one(a, r.first, r.last);
	ret->mask = mask;
	if (!ret->text || !ret->ranges || !text_ok(&out))
		err = -ENOMEM;
	text_done(&out);
	return err;
}

static int read_value(struct build *b, const struct option *o,
		      const char *value, struct argument *ret)
{
	struct value_form f = form_of(b, o);
	int err;

	if (o->read)
		return o->read(b, value, ret);
	if (o->is_list || o->type == VALUE_CHOICES)
		return read_list(b, o, value, ret);
	if (o->type == VALUE_STRING || o->type == VALUE_NONE) {
		ret->text = value;
		return 0;
	}

	err = options_choice(b, &f, value, ret);
	if (err == VALUE_NO_SUCH_NAME && o->may_be_name) {
		ret->text = value;
		err = 0;
	}
	return err;
}

int options_value(struct build *b, const struct option *o, const char *value,
		  struct argument *ret)
{
	struct argument arg = { .option = o, .mask = ~(u128)0 };
	int err = read_value(b, o, value, &arg);

	if (!err)
		*ret = arg;
	return err;
}

static bool same(const char *name, const char *s, size_t len)
{
	/* Nearly all names differ in their third byte. */
	return name && name[1] == s[1] && name[2] == s[2] &&
	       strncmp(name, s, len) == 0 && !name[len];
}

const struct option *options_find(const struct option *table, const char *s,
				  size_t len, bool may_be_short)
{
	const struct option *found = NULL;
	unsigned count = 0;

	for (const struct option *o = table; o && o->name; o++)
		if (same(o->name, s, len) || same(o->alias, s, len))
			return o;
	if (!may_be_short || len < 4)
		return NULL;

	for (const struct option *o = table; o && o->name; o++)
		if (strncmp(o->name, s, len) == 0 ||
		    (o->alias && strncmp(o->alias, s, len) == 0)) {
			found = o;
			count++;
		}

	return count == 1 ? found : NULL;
}

/* "--dport=22": what is before the sign is the option. */
static size_t head(const struct token *w, const char **ret_value)
{
	const char *sign = w->len > 2 && w->text[1] == '-'
				   ? memchr(w->text, '=', w->len)
				   : NULL;

	*ret_value = sign ? sign + 1 : NULL;
	return sign ? (size_t)(sign - w->text) : w->len;
}

static const struct option *row_named(const struct option *table,
				      const char *name)
{
	return options_find(table, name, strlen(name), false);
}

/* Where the argument goes: over an earlier one of the same option, or behind.
 */
static struct argument *slot(struct build *b, struct options_use *u,
			     const struct option *o)
{
	const struct match *m = u->use.match;
	size_t capacity = u->capacity ? 2 * u->capacity : 1;
	struct argument *list;

	for (size_t i = 0; i < u->use.count && !(m && m->keeps_order); i++)
		if (u->arguments[i].option == o)
			return &u->arguments[i];
	if (u->use.count < u->capacity)
		return &u->arguments[u->use.count++];

	list = arena_alloc(build_arena(b), capacity * sizeof(*list));
	if (!list)
		return NULL;
	if (u->use.count)
		memcpy(list, u->arguments, u->use.count * sizeof(*list));
	u->arguments = list;
	u->capacity = capacity;
	return &u->arguments[u->use.count++];
}

const char *options_what(int error)
{
	static const char *const sentences[] = {
		[VALUE_MALFORMED] = N_("%s is not a value of this option."),
		[VALUE_TOO_BIG] = N_("%s is too big for this option."),
		[VALUE_NO_SUCH_NAME] = N_("The name %s is not known here."),
		[VALUE_BACKWARDS] = N_("The range %s ends before it starts."),
	};

	return sentences[error];
}

static int fail(struct options_error *e, const char *sentence,
		const struct token *t)
{
	e->sentence = sentence;
	e->token = t;
	return -EINVAL;
}

/* The words after the option, joined where there are two. "!" may stand
 * before them, as it did in old rules. */
struct taken {
	const char *value;
	const struct token *first;
	size_t used;
	bool inverted;
};

/* "--dport -j ACCEPT": the value was forgotten. Only text and what each option
 * reads by itself may begin like that. */
static bool is_option(const struct option *o, const struct token *t)
{
	return o->type != VALUE_STRING && !o->read && !t->is_quoted &&
	       t->text[0] == '-' && (t->text[1] < '0' || t->text[1] > '9');
}

static int take_words(struct build *b, const struct option *o,
		      const struct tokens *w, size_t at, struct taken *t)
{
	unsigned wanted = o->words ? o->words : 1;
	struct text joined = TEXT_NULL;
	int err = 0;

	if (at < w->count && !w->list[at].is_quoted &&
	    strcmp(w->list[at].text, "!") == 0) {
		t->inverted = true;
		t->used++;
		at++;
	}
	if (at + wanted > w->count || is_option(o, &w->list[at]))
		return -EINVAL;

	t->first = &w->list[at];
	t->used += wanted;
	t->value = t->first->text;
	if (wanted == 1)
		return 0;

	text_str(&joined, t->first->text);
	for (unsigned i = 1; i < wanted; i++) {
		text_char(&joined, ' ');
		text_str(&joined, w->list[at + i].text);
	}
	t->value = arena_string(build_arena(b), text_string(&joined));
	if (!t->value || !text_ok(&joined))
		err = -ENOMEM;
	text_done(&joined);
	return err;
}

int options_take(struct build *b, struct options_use *u,
		 const struct tokens *words, size_t at, bool inverted,
		 struct options_error *ret_error)
{
	const struct token *w = &words->list[at];
	const char *inner;
	const struct option *o = options_find(
		u->table, w->text, head(w, &inner), words->may_be_short);
	struct taken t = { .value = inner, .first = w, .inverted = inverted };
	struct argument arg = { .mask = ~(u128)0 };
	struct argument *place;
	int err = 0;

	if (!o)
		return 0;

	if (o->stands_for)
		t.value = inner = o->meaning;
	if (o->stands_for)
		o = row_named(u->table, o->stands_for);
	if (o->type != VALUE_NONE && !inner) {
		err = take_words(b, o, words, at + 1, &t);
		if (err == -EINVAL)
			return fail(ret_error,
				    N_("A value is missing after %s."), w);
	} else if (o->type == VALUE_NONE) {
		t.value = "";
	}
	if (!err)
		err = options_value(b, o, t.value, &arg);
	if (err > 0)
		return fail(ret_error, options_what(err), t.first);
	if (err)
		return err;

	place = slot(b, u, o);
	if (!place)
		return -ENOMEM;
	arg.inverted = t.inverted;
	arg.column = w->column;
	arg.place = b->rule ? b->rule->place : (struct place){ 0 };
	*place = arg;
	return 1 + (int)t.used;
}

int option_as_it_is(struct build *b, const char *value, struct argument *ret)
{
	(void)b;
	ret->text = value;
	return 0;
}

int options_address_range(struct build *b, const char *value,
			  struct argument *ret)
{
	const struct value_form f = { .type = VALUE_ADDRESS,
				      .is_v6 = b->is_v6 };
	struct text out = TEXT_NULL;
	struct address first, last;
	int err = options_choice(b, &f, value, ret);

	if (err)
		return err;

	first = field_to_address(ret->ranges->range[0].first);
	last = field_to_address(ret->ranges->range[0].last);
	address_text(&out, &first);
	text_char(&out, '-');
	address_text(&out, &last);
	ret->text = text_ok(&out)
			    ? arena_string(build_arena(b), text_string(&out))
			    : NULL;
	text_done(&out);
	return ret->text ? 0 : -ENOMEM;
}

static const struct option *table_of(const struct use *u)
{
	return u->match ? u->match->options : u->target->options;
}

int options_add(struct build *b, struct use *u, const char *name,
		const char *value)
{
	const struct option *o = row_named(table_of(u), name);
	struct argument *list =
		arena_alloc(build_arena(b), (u->count + 1) * sizeof(*list));
	size_t at = 0;
	int err;

	if (!list)
		return -ENOMEM;

	while (at < u->count && u->arguments[at].option < o)
		at++;
	if (at)
		memcpy(list, u->arguments, at * sizeof(*list));
	if (at < u->count)
		memcpy(list + at + 1, u->arguments + at,
		       (u->count - at) * sizeof(*list));
	err = options_value(b, o, value, &list[at]);
	if (err)
		return err;

	u->arguments = list;
	u->count++;
	return 0;
}

int options_rename(struct build *b, struct use *u, size_t i, const char *name)
{
	const struct option *o = row_named(table_of(u), name);
	struct argument *list =
		arena_alloc(build_arena(b), u->count * sizeof(*list));

	if (!list)
		return -ENOMEM;

	memcpy(list, u->arguments, u->count * sizeof(*list));
	list[i].option = o;
	list[i].inverted = false;
	u->arguments = list;
	return 0;
}

static int by_row(const void *x, const void *y)
{
	const struct argument *a = x, *b = y;

	return a->option < b->option ? -1 : a->option > b->option;
}

static bool is_given(const struct options_use *u, const struct option *o)
{
	for (size_t i = 0; i < u->use.count; i++)
		if (u->arguments[i].option == o)
			return true;

	return false;
}

/* What is printed unasked. */
static int add_always(struct build *b, struct options_use *u)
{
	int err = 0;

	for (const struct option *o = u->table; o && o->name && !err; o++) {
		bool is_other = b->is_v6 && o->always_v6;
		struct argument *place;

		if (!o->always || is_given(u, o))
			continue;
		place = slot(b, u, o);
		if (!place)
			return -ENOMEM;
		err = options_value(b, o, is_other ? o->always_v6 : o->always,
				    place);
	}

	return err > 0 ? -EINVAL : err;
}

int options_end(struct build *b, struct options_use *u)
{
	const struct match *m = u->use.match;
	const struct target *t = u->use.target;
	int err = add_always(b, u);

	if (err)
		return err;

	if (u->use.count > 1 && !(m && m->keeps_order))
		qsort(u->arguments, u->use.count, sizeof(*u->arguments),
		      by_row);
	u->use.arguments = u->arguments;
	if (m && m->settle)
		err = m->settle(b, &u->use);
	else if (t && t->settle)
		err = t->settle(b, &u->use);
	return err;
}
