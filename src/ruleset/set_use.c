#include "ruleset/set_use.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/tokens.h"

int set_use_read(struct build *b, const char *value, struct argument *ret)
{
	const char *space = strchr(value, ' ');
	size_t parts = 1;

	(void)b;
	if (!space)
		return VALUE_MALFORMED;

	for (const char *s = space + 1;; parts++) {
		size_t len = strcspn(s, ",");

		if (len != 3 ||
		    (strncmp(s, "src", 3) != 0 && strncmp(s, "dst", 3) != 0))
			return VALUE_MALFORMED;
		if (!s[len])
			break;
		s += len + 1;
	}
	if (parts > SET_PARTS)
		return VALUE_TOO_BIG;

	ret->text = value;
	return 0;
}

int set_use_key(struct build *b, const char *value, struct cond *ret)
{
	const char *space = strchr(value, ' ');
	size_t part = 0;

	ret->set_name =
		arena_copy(build_arena(b), value, (size_t)(space - value));
	for (; part < SET_PARTS && *space; part++) {
		ret->key[part] = space[1] == 's' ? FIELD_SADDR : FIELD_DADDR;
		space += 4;
	}
	for (; part < SET_PARTS; part++)
		ret->key[part] = FIELD_COUNT;
	return ret->set_name ? 0 : -ENOMEM;
}

/* The field of a part, in the direction that the rule gives for it. */
static enum field part_field(enum value_type type, enum field direction)
{
	static const struct {
		enum value_type type;
		enum field source, destination;
	} fields[] = {
		{ VALUE_PORT, FIELD_SPORT, FIELD_DPORT },
		{ VALUE_INTERFACE, FIELD_IIF, FIELD_OIF },
		{ VALUE_MAC, FIELD_MAC_SADDR, FIELD_MAC_DADDR },
		{ VALUE_MARK, FIELD_MARK, FIELD_MARK },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].type == type)
			return direction == FIELD_SADDR ? fields[i].source
							: fields[i].destination;

	return direction;
}

/* A set with more parts than the rule has directions meets nothing
 * (ip_set_test() of net/netfilter/ipset/ip_set_core.c). */
static void link_plain(struct cond *c, const struct set *s)
{
	enum field directions[SET_PARTS];
	size_t used = 0;

	memcpy(directions, c->key, sizeof(directions));
	c->set = s;
	for (size_t i = 0; i < SET_PARTS; i++)
		c->key[i] = FIELD_COUNT;

	for (unsigned i = 0; i < s->part_count; i++) {
		if (s->parts[i] == VALUE_PROTOCOL) {
			c->key[i] = FIELD_PROTO;
			continue;
		}
		if (used == SET_PARTS || directions[used] == FIELD_COUNT) {
			c->kind = COND_ANY;
			c->list = NULL;
			c->count = 0;
			return;
		}
		c->key[i] = part_field(s->parts[i], directions[used++]);
	}
}

int set_use_link(struct ruleset *r, struct cond *c, const struct set *s)
{
	struct cond *list;

	if (!s->members) {
		link_plain(c, s);
		return 0;
	}

	list = arena_alloc(r->arena, (s->member_count + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;

	for (size_t i = 0; i < s->member_count; i++) {
		list[i] = *c;
		list[i].inverted = false;
		link_plain(&list[i], s->members[i]);
	}
	*c = (struct cond){ .kind = COND_ANY,
			    .inverted = c->inverted,
			    .list = list,
			    .count = s->member_count };
	return 0;
}

static bool is_word(const struct token *t, const char *s)
{
	return !t->is_quoted && strcmp(t->text, s) == 0;
}

/* Only the target SET has these options, and it stands last. */
static void mark(struct ruleset *r, const struct tokens *words)
{
	for (size_t i = 1; i < words->count; i++) {
		const struct token *t = &words->list[i];
		struct set *s = r->first_ipset;

		if (!is_word(t - 1, "--add-set") &&
		    !is_word(t - 1, "--del-set"))
			continue;
		for (; s; s = s->next)
			if (strcmp(s->name, t->text) == 0)
				s->is_dynamic = true;
	}
}

static int mark_rule(struct ruleset *r, const struct rule *rule,
		     struct tokens *words)
{
	int err;

	if (!rule->words || !strstr(rule->words, " -j SET "))
		return 0;

	arena_clear(r->scratch);
	err = tokens_read(words, r->scratch, rule->words, strlen(rule->words));
	if (!err)
		mark(r, words);
	return err;
}

int set_use_mark_dynamic(struct ruleset *r)
{
	struct tokens words = { 0 };
	int err = 0;

	for (struct table *t = r->first; t && r->first_ipset; t = t->next)
		for (struct chain *c = t->first; c; c = c->next)
			for (const struct rule *rule = c->first; rule && !err;
			     rule = rule->next)
				err = mark_rule(r, rule, &words);

	tokens_done(&words);
	return err;
}
