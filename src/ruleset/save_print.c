#include <string.h>

#include "ruleset/option.h"
#include "ruleset/save.h"

/* As libxtables quotes: anything but letters, digits, _ and - in quotes. */
static void quoted(struct text *out, const char *s)
{
	static const char plain[] = "_-0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (*s && !s[strspn(s, plain)]) {
		text_str(out, s);
		return;
	}

	text_char(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\' || *s == '\'')
			text_char(out, '\\');
		text_char(out, *s);
	}
	text_char(out, '"');
}

static bool has_space(const char *s)
{
	return s[strcspn(s, " \t\r\n")];
}

/* As iptables-save writes names: as they are; those that could not be read
 * again like that are quoted. */
void save_print_name(struct text *out, const char *name)
{
	if (!*name || strchr(name, '"') || has_space(name))
		quoted(out, name);
	else
		text_str(out, name);
}

static void print_argument(struct text *out, const struct argument *a)
{
	const struct option *o = a->option;

	if (o->usual && !a->inverted && strcmp(o->usual, a->text) == 0)
		return;

	if (a->inverted)
		text_str(out, " !");
	text_char(out, ' ');
	text_str(out, o->name);
	if (o->type == VALUE_NONE)
		return;

	text_char(out, ' ');
	if (o->type == VALUE_STRING && !o->read)
		quoted(out, a->text);
	else if (o->read == option_as_it_is && o->words < 2)
		save_print_name(out, a->text);
	else
		text_str(out, a->text);
}

void save_print_use(struct text *out, const struct use *u)
{
	if (u->name) {
		text_str(out, u->is_goto ? "-g" : u->is_target ? "-j" : "-m");
		text_char(out, ' ');
		save_print_name(out, u->name);
	}
	for (size_t i = 0; i < u->count; i++)
		print_argument(out, &u->arguments[i]);
	if (u->words && *u->words) {
		text_char(out, ' ');
		text_str(out, u->words);
	}
}

void save_print_rule(struct text *out, const struct rule *rule)
{
	text_str(out, rule->words);
	text_char(out, '\n');
}

static void counters(struct text *out, const struct counters *c)
{
	text_char(out, '[');
	text_u64(out, c->packets);
	text_char(out, ':');
	text_u64(out, c->bytes);
	text_char(out, ']');
}

static void print_chain(struct text *out, const struct chain *c)
{
	text_char(out, ':');
	/* Quotes are letters there, but for a first one. */
	if (*c->name == '"' || has_space(c->name))
		quoted(out, c->name);
	else
		text_str(out, c->name);
	if (c->hook == HOOK_NONE)
		text_str(out, " - ");
	else
		text_str(out, c->policy == ACTION_DROP ? " DROP " : " ACCEPT ");
	counters(out, &c->counters);
	text_char(out, '\n');
}

void save_print_table(struct text *out, const struct table *t,
		      bool with_counters)
{
	text_char(out, '*');
	save_print_name(out, t->name);
	text_char(out, '\n');
	for (const struct chain *c = t->first; c; c = c->next)
		print_chain(out, c);
	for (const struct chain *c = t->first; c; c = c->next)
		for (const struct rule *r = c->first; r; r = r->next) {
			if (with_counters) {
				counters(out, &r->counters);
				text_char(out, ' ');
			}
			save_print_rule(out, r);
		}
	text_str(out, "COMMIT\n");
}
