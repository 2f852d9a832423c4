#include "ruleset/ipset.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/model.h"
#include "ruleset/ranges.h"

/*
 * create NAME TYPE [OPTIONS]
 * add NAME ELEMENT [OPTIONS]
 *
 * An element is its parts with commas between: 10.0.0.0/8, 10.0.0.1-10.0.0.9,
 * tcp:80, udp:53-60, icmp:echo-request, eth0, physdev:eth0, 0x10/0xff, a MAC
 * address. (ipset(8); kernel: net/netfilter/ipset/.)
 */

/* What a part of a type's name means. */
static const struct kind {
	const char *word;
	enum value_type type;
} kinds[] = {
	{ "ip", VALUE_ADDRESS }, { "net", VALUE_ADDRESS },
	{ "port", VALUE_PORT },  { "iface", VALUE_INTERFACE },
	{ "mac", VALUE_MAC },    { "mark", VALUE_MARK },
};

/* A word of a line. */
struct word {
	const char *s;
	size_t len;
};

enum { MOST_WORDS = 64 };

struct ipset_line {
	struct ruleset *ruleset;
	const char *file, *text;
	size_t len;
	uint64_t number;
	struct word words[MOST_WORDS];
	size_t count;
};

/* A set whose elements are still being read. */
struct growing {
	struct set *set;
	bool is_v6;
	bool has_protocol; /* a "port" part is preceded by the protocol */
	bool is_list;
	bool is_broken;
	uint32_t mark_mask;
	unsigned netmask; /* bits that count, 0: all */
	struct growing *next;
};

struct ipset_reading {
	struct ruleset *ruleset;
	struct growing *first, *recent;
	struct arena *arena;
};

static bool is(const struct word *w, const char *s)
{
	return strlen(s) == w->len && memcmp(s, w->s, w->len) == 0;
}

__attribute__((format(printf, 3, 4))) static void
problem(const struct ipset_line *l, const struct word *at, const char *format,
	...)
{
	struct text excerpt = TEXT_NULL;
	char *text = NULL;
	va_list args;
	int n;

	text_bytes(&excerpt, l->text, l->len);
	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	problems_add(l->ruleset->problems,
		     &(struct problem){
			     .file = l->file,
			     .line = l->number,
			     .column = at ? (uint64_t)(at->s - l->text) + 1 : 0,
			     .excerpt = text_string(&excerpt) },
		     "%s", n >= 0 ? text : "");
	if (n >= 0)
		free(text);
	text_done(&excerpt);
}

/* Words, with "a b" as one. */
static void split(struct ipset_line *l)
{
	const char *s = l->text, *end = l->text + l->len;

	l->count = 0;
	while (l->count < MOST_WORDS) {
		struct word *w = &l->words[l->count];
		char stop = ' ';

		while (s < end && (*s == ' ' || *s == '\t' || *s == '\r'))
			s++;
		if (s == end)
			return;
		if (*s == '"') {
			stop = '"';
			s++;
		}
		w->s = s;
		while (s < end && *s != stop &&
		       !(stop == ' ' && (*s == '\t' || *s == '\r')))
			s++;
		w->len = (size_t)(s - w->s);
		if (s < end)
			s++;
		l->count++;
	}
}

/* The option's word, or NULL. */
static const struct word *option(const struct ipset_line *l, const char *name)
{
	for (size_t i = 3; i + 1 < l->count; i++)
		if (is(&l->words[i], name))
			return &l->words[i + 1];

	return NULL;
}

static bool has_flag(const struct ipset_line *l, const char *name)
{
	for (size_t i = 3; i < l->count; i++)
		if (is(&l->words[i], name))
			return true;

	return false;
}

static uint64_t number_option(const struct ipset_line *l, const char *name,
			      uint64_t usual)
{
	const struct word *w = option(l, name);
	char digits[24];

	if (!w || w->len >= sizeof(digits))
		return usual;

	memcpy(digits, w->s, w->len);
	digits[w->len] = '\0';
	return strtoull(digits, NULL, 0);
}

static struct growing *find(struct ipset_reading *r, const struct word *name)
{
	/* All elements of a set stand together. */
	if (r->recent && is(name, r->recent->set->name))
		return r->recent;

	for (struct growing *g = r->first; g; g = g->next)
		if (is(name, g->set->name)) {
			r->recent = g;
			return g;
		}

	return NULL;
}

/* "hash:ip,port,net": the parts of it, the protocol before each port. */
static bool read_type(struct growing *g, const struct word *type)
{
	const char *s = memchr(type->s, ':', type->len);
	const char *end = type->s + type->len;
	bool is_bitmap = type->len > 7 && memcmp(type->s, "bitmap:", 7) == 0;
	struct set *set = g->set;

	if (!s)
		return false;
	g->is_list = is(type, "list:set");
	if (g->is_list)
		return true;

	while (s < end) {
		const char *word = s + 1, *comma;
		size_t len, i = 0;

		comma = memchr(word, ',', (size_t)(end - word));
		len = (size_t)((comma ? comma : end) - word);
		while (i < sizeof(kinds) / sizeof(kinds[0]) &&
		       (strlen(kinds[i].word) != len ||
			memcmp(kinds[i].word, word, len) != 0))
			i++;
		if (i == sizeof(kinds) / sizeof(kinds[0]) ||
		    set->part_count + 2 > SET_PARTS)
			return false;
		if (kinds[i].type == VALUE_PORT && !is_bitmap) {
			set->parts[set->part_count++] = VALUE_PROTOCOL;
			g->has_protocol = true;
		}
		set->parts[set->part_count++] = kinds[i].type;
		s = word + len;
	}

	return set->part_count > 0;
}

static int create(struct ipset_reading *r, const struct ipset_line *l)
{
	const struct word *family = option(l, "family");
	struct growing *g;
	char *name;

	if (l->count < 3) {
		problem(l, NULL, _("A set needs a name and a type."));
		return 0;
	}
	if (find(r, &l->words[1])) {
		problem(l, &l->words[1],
			_("This set is created a second time."));
		return 0;
	}

	g = arena_alloc(r->arena, sizeof(*g));
	name = arena_copy(r->arena, l->words[1].s, l->words[1].len);
	if (!g || !name)
		return -ENOMEM;
	g->set = ruleset_set(r->ruleset, NULL, name);
	if (!g->set)
		return -ENOMEM;
	/* Another file may have named it already. */
	g->set->part_count = 0;
	g->set->count = 0;
	g->set->is_given = true;
	g->set->place = (struct place){ .file = l->file, .line = l->number };
	g->set->size = number_option(l, "maxelem", 0);
	g->set->type =
		arena_copy(r->ruleset->arena, l->words[2].s, l->words[2].len);
	if (!g->set->type)
		return -ENOMEM;
	g->is_v6 = family && is(family, "inet6");
	g->mark_mask = (uint32_t)number_option(l, "markmask", 0xffffffff);
	g->netmask = (unsigned)number_option(l, "netmask", 0);
	g->next = r->first;
	r->first = g;
	if (!read_type(g, &l->words[2])) {
		g->is_broken = true;
		problem(l, &l->words[2],
			_("This type of set is not known; what is looked up "
			  "in it is unknown."));
	}
	return 0;
}

static int grow(struct ruleset *r, struct set *s)
{
	size_t capacity = s->capacity ? 2 * s->capacity : 8;
	struct element *list;

	if (s->count < s->capacity)
		return 0;

	list = arena_alloc(r->arena, capacity * sizeof(*list));
	if (!list)
		return -ENOMEM;
	if (s->count)
		memcpy(list, s->elements, s->count * sizeof(*list));
	s->elements = list;
	s->capacity = capacity;
	return 0;
}

static bool parse(const struct growing *g, enum value_type type,
		  const struct word *w, struct range *ret)
{
	struct value_form form = { .type = type,
				   .dialect = VALUE_IPTABLES,
				   .is_v6 = g->is_v6 };
	u128 mask;

	/* Ports and addresses have a hyphen between, as nft writes them. */
	if (type == VALUE_PORT)
		form.dialect = VALUE_NFT;
	if (type == VALUE_MARK)
		form.type = VALUE_NUMBER;
	return w->len && value_parse(&form, w->s, w->len, ret, &mask) == 0;
}

/* An address, prefix or range, cut to the set's netmask. */
static bool parse_address(const struct growing *g, const struct word *w,
			  struct range *ret)
{
	unsigned bits = g->is_v6 ? 128 : 32;
	u128 host;

	if (!parse(g, VALUE_ADDRESS, w, ret))
		return false;
	if (g->netmask && g->netmask < bits) {
		host = ((u128)1 << (bits - g->netmask)) - 1;
		ret->first &= ~host;
		ret->last |= host;
	}
	return true;
}

/* icmp:echo-request, icmp:8/0, icmpv6:…: the kernel keeps type << 8 | code in
 * the port's place; a name without a code is code 0. */
static bool parse_icmp(const struct growing *g, u128 protocol,
		       const struct word *w, struct range *ret)
{
	if (!parse(g, protocol == 1 ? VALUE_ICMP : VALUE_ICMP6, w, ret))
		return false;

	ret->last = ret->first;
	return true;
}

/* tcp:80, 80 (tcp), udp:53-60, vrrp:0. */
static bool parse_port(const struct growing *g, const struct word *w,
		       struct range *protocol, struct range *port)
{
	const char *colon = memchr(w->s, ':', w->len);
	struct word left = { w->s, 0 }, right = *w;

	*protocol = (struct range){ 6, 6 };
	if (colon) {
		left.len = (size_t)(colon - w->s);
		right.s = colon + 1;
		right.len = w->len - left.len - 1;
		if (!parse(g, VALUE_PROTOCOL, &left, protocol))
			return false;
	}
	if (protocol->first == 1 || protocol->first == 58)
		return parse_icmp(g, protocol->first, &right, port);

	return parse(g, VALUE_PORT, &right, port);
}

/* eth0, or physdev:eth0. */
static bool parse_interface(const struct growing *g, const struct word *w,
			    struct range *ret)
{
	static const char physdev[] = "physdev:";
	size_t len = strlen(physdev);

	if (w->len > len && memcmp(w->s, physdev, len) == 0)
		return false;

	return parse(g, VALUE_INTERFACE, w, ret);
}

static bool parse_part(const struct growing *g, unsigned *i,
		       const struct word *w, struct element *e)
{
	enum value_type type = g->set->parts[*i];
	struct range *to = &e->part[*i];

	if (type == VALUE_PROTOCOL) {
		++*i;
		return parse_port(g, w, to, &e->part[*i]);
	}
	if (type == VALUE_ADDRESS)
		return parse_address(g, w, to);
	if (type == VALUE_INTERFACE)
		return parse_interface(g, w, to);
	if (!parse(g, type, w, to))
		return false;
	if (type == VALUE_MARK) {
		to->first &= g->mark_mask;
		to->last &= g->mark_mask;
	}
	return true;
}

/* The parts of an element. bitmap:ip,mac may go without the second. */
static bool parse_element(const struct growing *g, const struct word *w,
			  struct element *e)
{
	const char *s = w->s, *end = w->s + w->len;

	for (unsigned i = 0; i < g->set->part_count; i++) {
		struct word part = { s, 0 };
		const char *comma;

		if (s > end) {
			if (g->set->parts[i] != VALUE_MAC)
				return false;
			e->part[i] =
				(struct range){ 0,
						field_last(FIELD_MAC_SADDR) };
			continue;
		}
		comma = memchr(s, ',', (size_t)(end - s));
		part.len = (size_t)((comma ? comma : end) - s);
		if (!parse_part(g, &i, &part, e))
			return false;
		s = part.s + part.len + 1;
	}

	return s > end;
}

static int add_member(struct ipset_reading *r, struct growing *g,
		      const struct ipset_line *l)
{
	const struct growing *member = NULL;
	const struct set **list;

	for (struct growing *i = r->first; i; i = i->next)
		if (is(&l->words[2], i->set->name))
			member = i;
	if (!member) {
		g->is_broken = true;
		problem(l, &l->words[2], _("There is no such set."));
		return 0;
	}

	list = arena_alloc(r->ruleset->arena,
			   (g->set->member_count + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < g->set->member_count; i++)
		list[i] = g->set->members[i];
	list[g->set->member_count++] = member->set;
	g->set->members = list;
	return 0;
}

static int add(struct ipset_reading *r, const struct ipset_line *l)
{
	struct growing *g = l->count > 2 ? find(r, &l->words[1]) : NULL;
	const struct word *comment = option(l, "comment");
	struct element *e;

	if (!g) {
		problem(l, l->count > 1 ? &l->words[1] : NULL,
			_("There is no such set."));
		return 0;
	}
	if (g->is_broken)
		return 0;
	if (g->is_list)
		return add_member(r, g, l);
	if (grow(r->ruleset, g->set))
		return -ENOMEM;

	e = &g->set->elements[g->set->count];
	*e = (struct element){ .is_exception = has_flag(l, "nomatch") };
	if (!parse_element(g, &l->words[2], e)) {
		g->is_broken = true;
		problem(l, &l->words[2],
			_("This element is not understood; what is looked up "
			  "in its set is unknown."));
		return 0;
	}

	e->text = arena_copy(r->ruleset->arena, l->words[2].s, l->words[2].len);
	if (comment)
		e->comment =
			arena_copy(r->ruleset->arena, comment->s, comment->len);
	g->set->count++;
	return e->text ? 0 : -ENOMEM;
}

static int by_first(const void *x, const void *y)
{
	const struct element *a = x, *b = y;

	for (unsigned i = 0; i < SET_PARTS; i++) {
		if (a->part[i].first != b->part[i].first)
			return a->part[i].first < b->part[i].first ? -1 : 1;
		if (a->part[i].last != b->part[i].last)
			return a->part[i].last < b->part[i].last ? -1 : 1;
	}

	return 0;
}

static void finish(struct growing *g)
{
	struct set *s = g->set;

	if (g->is_broken) {
		s->is_given = false;
		s->count = 0;
		s->member_count = 0;
		return;
	}
	if (s->count)
		qsort(s->elements, s->count, sizeof(*s->elements), by_first);
	s->is_sorted = true;
	for (size_t i = 1; i < s->count && s->is_sorted; i++)
		s->is_sorted = s->elements[i].part[0].first >
			       s->elements[i - 1].part[0].last;
}

static int read_line(struct ipset_reading *r, struct ipset_line *l)
{
	split(l);
	if (!l->count || (l->words[0].len && *l->words[0].s == '#'))
		return 0;
	if (is(&l->words[0], "create") || is(&l->words[0], "-N"))
		return create(r, l);
	if (is(&l->words[0], "add") || is(&l->words[0], "-A"))
		return add(r, l);
	/* Of "ipset restore": what makes sets empty says nothing of them. */
	if (is(&l->words[0], "flush") || is(&l->words[0], "destroy") ||
	    is(&l->words[0], "COMMIT") || is(&l->words[0], "quit"))
		return 0;

	problem(l, &l->words[0], _("This is no line of ipset's."));
	return 0;
}

int ipset_read(struct ruleset *r, const char *file, const char *text,
	       size_t len)
{
	struct ipset_reading reading = { .ruleset = r, .arena = arena_new() };
	struct ipset_line line = { .ruleset = r, .file = file };
	const char *end = text + len;
	int err = reading.arena ? 0 : -ENOMEM;

	while (text < end && !err) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		line.text = text;
		line.len = (size_t)((newline ? newline : end) - text);
		line.number++;
		err = read_line(&reading, &line);
		text += line.len + 1;
	}

	for (struct growing *g = reading.first; g; g = g->next)
		finish(g);
	arena_free(reading.arena);
	return err;
}
