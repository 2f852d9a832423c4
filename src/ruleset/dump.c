#include "ruleset/dump.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ruleset/model.h"

static void number(struct text *out, u128 value)
{
	uint64_t high = (uint64_t)(value >> 64), low = (uint64_t)value;

	text_str(out, "0x");
	if (high) {
		text_hex(out, high, 1);
		text_hex(out, low, 16);
	} else {
		text_hex(out, low, 1);
	}
}

static void range(struct text *out, const struct range *r)
{
	number(out, r->first);
	if (r->last != r->first) {
		text_char(out, '-');
		number(out, r->last);
	}
}

static void ranges(struct text *out, const struct ranges *r)
{
	text_char(out, '{');
	for (size_t i = 0; r && i < r->count; i++) {
		if (i)
			text_char(out, ' ');
		range(out, &r->range[i]);
	}
	text_char(out, '}');
}

static void key(struct text *out, const enum field *fields)
{
	for (unsigned i = 0; i < SET_PARTS && fields[i] != FIELD_COUNT; i++) {
		if (i)
			text_str(out, " . ");
		text_str(out, field_info[fields[i]].id);
	}
}

static void elements(struct text *out, const struct set *s)
{
	if (!s->is_given)
		text_str(out, " not given");
	if (s->is_dynamic)
		text_str(out, " dynamic");
	for (size_t i = 0; i < s->member_count; i++) {
		text_str(out, " @");
		text_str(out, s->members[i]->name);
	}
	for (size_t i = 0; i < s->count; i++) {
		const struct element *e = &s->elements[i];

		text_str(out, e->is_exception ? " !(" : " (");
		for (unsigned p = 0; p < s->part_count; p++) {
			if (p)
				text_str(out, " . ");
			range(out, &e->part[p]);
		}
		if (e->data || e->data_port)
			text_str(out, " : ");
		if (e->data)
			ranges(out, e->data);
		if (e->data_port)
			ranges(out, e->data_port);
		if (e->action) {
			text_str(out, " : ");
			dump_action(out, e->action);
		}
		text_char(out, ')');
	}
}

static void set_name(struct text *out, const struct set *s)
{
	if (s->name) {
		text_char(out, '@');
		text_str(out, s->name);
	} else {
		text_char(out, '[');
		elements(out, s);
		text_str(out, " ]");
	}
}

static void list(struct text *out, const struct cond *c)
{
	text_str(out, c->kind == COND_ALL ? "all(" : "any(");
	for (size_t i = 0; i < c->count; i++) {
		if (i)
			text_str(out, ", ");
		dump_cond(out, &c->list[i]);
	}
	text_char(out, ')');
}

static void masked(struct text *out, const struct cond *c)
{
	text_str(out, field_info[c->field].id);
	if (c->mask != ~(u128)0) {
		text_char(out, '&');
		number(out, c->mask);
	}
}

void dump_cond(struct text *out, const struct cond *c)
{
	if (c->inverted)
		text_char(out, '!');
	switch (c->kind) {
	case COND_RANGES:
		masked(out, c);
		text_char(out, '=');
		ranges(out, c->ranges);
		break;
	case COND_EQUAL:
		masked(out, c);
		text_char(out, '=');
		text_str(out, field_info[c->other].id);
		break;
	case COND_LOOKUP:
		key(out, c->key);
		text_str(out, " in ");
		if (c->set)
			set_name(out, c->set);
		else {
			text_char(out, '@');
			text_str(out, c->set_name);
		}
		break;
	case COND_ALL:
	case COND_ANY:
		list(out, c);
		break;
	case COND_VARIABLE:
		text_char(out, '?');
		text_u64(out, c->variable->doubt);
		text_char(out, '"');
		text_str(out, c->variable->text);
		text_char(out, '"');
		break;
	}
}

static void assignment(struct text *out, const struct action *a)
{
	text_char(out, ' ');
	text_str(out, field_info[a->field].id);
	if (a->map || a->random)
		return;
	text_char(out, '&');
	number(out, a->and_mask);
	if (a->from != FIELD_COUNT) {
		text_char(out, '^');
		text_str(out, field_info[a->from].id);
		text_char(out, '&');
		number(out, a->from_mask);
	}
	text_char(out, '^');
	number(out, a->xor_mask);
}

static void translation(struct text *out, const struct action *a)
{
	static const char *const words[] = {
		[NAT_SOURCE] = " source",
		[NAT_DESTINATION] = " destination",
		[NAT_MASQUERADE] = " masquerade",
		[NAT_REDIRECT] = " redirect",
		[NAT_NETMAP_SOURCE] = " source net",
		[NAT_NETMAP_DESTINATION] = " destination net",
		[NAT_TPROXY] = " tproxy",
	};

	text_str(out, words[a->nat]);
	if (a->address) {
		text_str(out, " to ");
		ranges(out, a->address);
	}
	if (a->port) {
		text_str(out, " port ");
		ranges(out, a->port);
	}
}

void dump_action(struct text *out, const struct action *a)
{
	text_str(out, action_kind_names[a->kind]);
	if (a->kind == ACTION_JUMP || a->kind == ACTION_GOTO) {
		text_char(out, ' ');
		text_str(out, a->chain ? a->chain->name : a->chain_name);
	} else if (a->kind == ACTION_REJECT) {
		text_char(out, ' ');
		text_u64(out, a->reject);
		text_char(out, '/');
		text_u64(out, a->reject_code);
	} else if (a->kind == ACTION_SET) {
		assignment(out, a);
	} else if (a->kind == ACTION_NAT) {
		translation(out, a);
	} else if (a->kind == ACTION_NONE || a->kind == ACTION_UNKNOWN ||
		   a->kind == ACTION_STEAL || a->kind == ACTION_QUEUE) {
		text_str(out, " \"");
		text_str(out, a->text ? a->text : "");
		text_char(out, '"');
	}
	if (a->random)
		text_str(out, " random");
	if (a->map) {
		text_char(out, ' ');
		key(out, a->key);
		text_str(out, " map ");
		set_name(out, a->map);
	}
}

static void rule_line(struct text *out, const struct rule *r)
{
	text_str(out, "    ");
	text_u64(out, r->number);
	text_char(out, ':');
	for (size_t i = 0; i < r->term_count; i++) {
		const struct term *t = &r->terms[i];

		text_str(out, i ? "; " : " ");
		if (t->is_action)
			dump_action(out, t->action);
		else
			dump_cond(out, &t->cond);
	}
	if (r->is_incomplete)
		text_str(out, " incomplete");
	if (r->comment) {
		text_str(out, " # ");
		text_str(out, r->comment);
	}
	text_char(out, '\n');
}

static void chain_lines(struct text *out, const struct chain *c)
{
	text_str(out, "  chain ");
	text_str(out, c->name);
	if (c->hook != HOOK_NONE) {
		text_char(out, ' ');
		text_str(out, c->type ? c->type : "");
		text_char(out, ' ');
		text_str(out, hook_names[c->hook]);
		text_char(out, ' ');
		text_i64(out, c->priority);
		text_str(out, c->policy == ACTION_DROP ? " drop" : " accept");
	}
	if (c->device) {
		text_str(out, " on ");
		text_str(out, c->device);
	}
	text_char(out, '\n');
	for (const struct rule *r = c->first; r; r = r->next)
		rule_line(out, r);
}

static void set_line(struct text *out, const struct set *s)
{
	text_str(out, "  set ");
	text_str(out, s->name);
	elements(out, s);
	text_char(out, '\n');
}

static int chain_order(const void *x, const void *y)
{
	const struct chain *const *a = x, *const *b = y;

	return strcmp((*a)->name, (*b)->name);
}

static int set_order(const void *x, const void *y)
{
	const struct set *const *a = x, *const *b = y;

	return strcmp((*a)->name, (*b)->name);
}

static int table_order(const void *x, const void *y)
{
	const struct table *const *a = x, *const *b = y;

	if ((*a)->engine != (*b)->engine)
		return (*a)->engine < (*b)->engine ? -1 : 1;
	if ((*a)->family != (*b)->family)
		return (*a)->family < (*b)->family ? -1 : 1;
	return strcmp((*a)->name, (*b)->name);
}

static void sets_in_order(struct text *out, const struct set *first)
{
	const struct set **all;
	size_t count = 0;

	for (const struct set *s = first; s; s = s->next)
		count++;
	all = calloc(count + 1, sizeof(*all));
	if (!all) {
		out->failed = true;
		return;
	}
	count = 0;
	for (const struct set *s = first; s; s = s->next)
		all[count++] = s;
	qsort(all, count, sizeof(const struct set *), set_order);
	for (size_t i = 0; i < count; i++)
		set_line(out, all[i]);
	free(all);
}

static void table_lines(struct text *out, const struct table *t)
{
	const struct chain **all;
	size_t count = 0;

	text_str(out, "table ");
	text_str(out, engine_names[t->engine]);
	text_char(out, ' ');
	text_str(out, table_family_names[t->family]);
	text_char(out, ' ');
	text_str(out, t->name);
	text_str(out, t->is_dormant ? " dormant\n" : "\n");
	sets_in_order(out, t->first_set);

	for (const struct chain *c = t->first; c; c = c->next)
		count++;
	all = calloc(count + 1, sizeof(*all));
	if (!all) {
		out->failed = true;
		return;
	}
	count = 0;
	for (const struct chain *c = t->first; c; c = c->next)
		all[count++] = c;
	qsort(all, count, sizeof(const struct chain *), chain_order);
	for (size_t i = 0; i < count; i++)
		chain_lines(out, all[i]);
	free(all);
}

void dump_ruleset(struct text *out, const struct ruleset *r)
{
	const struct table **all;
	size_t count = 0;

	for (const struct table *t = r->first; t; t = t->next)
		count++;
	all = calloc(count + 1, sizeof(*all));
	if (!all) {
		out->failed = true;
		return;
	}
	count = 0;
	for (const struct table *t = r->first; t; t = t->next)
		all[count++] = t;
	qsort(all, count, sizeof(const struct table *), table_order);
	for (size_t i = 0; i < count; i++)
		table_lines(out, all[i]);
	free(all);
	sets_in_order(out, r->first_ipset);
}
