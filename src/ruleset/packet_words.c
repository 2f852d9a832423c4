#include "ruleset/packet_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"
#include "ruleset/ranges.h"

enum { PROTO_ICMP = 1, PROTO_ICMP6 = 58 };

/* Values between the commas of one word. */
enum { LIST_MAX = 4096 };

struct reading {
	struct packet_words *words;
	struct arena *arena;
	const char *file;
	const char *start; /* of all words */
	const char *excerpt;
	struct problems *problems;
	bool bad, failed;
};

static void complain(struct reading *r, const char *at, const char *sentence,
		     const char *word, size_t len)
{
	struct problem where = { .file = r->file,
				 .line = 1,
				 .column = (uint64_t)(at - r->start) + 1,
				 .excerpt = r->excerpt };

	r->bad = true;
	problems_add(r->problems, &where, sentence, (int)len, word);
}

/* As a value of that field is written: nft's way, but for the flags. */
static struct value_form form_of(enum field f)
{
	struct value_form form = { .type = field_info[f].type,
				   .dialect = VALUE_NFT,
				   .bits = field_info[f].bits };

	if (form.type == VALUE_TCP_FLAGS)
		form.dialect = VALUE_IPTABLES;
	if (form.type == VALUE_TOS || form.type == VALUE_MARK)
		form.type = VALUE_NUMBER;
	return form;
}

static const char *sentence_of(int err)
{
	static const char *const sentences[] = {
		[VALUE_MALFORMED] =
			N_("\"%.*s\" is not a value of that field."),
		[VALUE_TOO_BIG] = N_("\"%.*s\" is too big."),
		[VALUE_NO_SUCH_NAME] =
			N_("Nobody here knows the name \"%.*s\"."),
		[VALUE_BACKWARDS] =
			N_("The range \"%.*s\" ends before it begins."),
	};

	return _(sentences[err]);
}

/* Names of ICMP's types, with the field "type". */
static bool icmp_type(const struct reading *r, const char *s, size_t len,
		      struct range *ret)
{
	const struct point *p = &r->words->point;
	struct value_form form = { .type = VALUE_ICMP, .dialect = VALUE_NFT };
	u128 mask;

	if (point_has(p, FIELD_PROTO) && p->value[FIELD_PROTO] == PROTO_ICMP6)
		form.type = VALUE_ICMP6;

	return value_parse(&form, s, len, ret, &mask) == 0;
}

static int one_value(const struct reading *r, enum field f, const char *s,
		     size_t len, struct range *ret)
{
	struct value_form form = form_of(f);
	u128 mask = ~(u128)0;
	int err;

	if (f == FIELD_ICMP_TYPE && len && (s[0] < '0' || s[0] > '9'))
		return icmp_type(r, s, len, ret) ? 0 : VALUE_MALFORMED;
	if (!len && form.type != VALUE_INTERFACE)
		return VALUE_MALFORMED;

	err = value_parse(&form, s, len, ret, &mask);
	if (!err && ~mask & field_last(f))
		err = VALUE_MALFORMED;
	return err;
}

static void keep(struct reading *r, enum field f, const struct ranges *set)
{
	struct packet_words *w = r->words;

	if (!set) {
		r->failed = true;
		return;
	}

	w->said |= FIELD_BIT(f);
	if (set->count == 1 && set->range[0].first == set->range[0].last)
		point_set(&w->point, f, set->range[0].first);
	else
		w->set[f] = set;
}

static bool is_new(struct reading *r, enum field f, const char *at)
{
	if (!(r->words->said & FIELD_BIT(f)))
		return true;

	complain(r, at, _("\"%.*s\" was said before."), field_info[f].id,
		 strlen(field_info[f].id));
	return false;
}

static size_t count_values(const char *s, size_t len)
{
	size_t count = 1;

	for (size_t i = 0; i < len; i++)
		count += s[i] == ',';
	return count;
}

/* A list of values; flags are one value with commas in it. */
static void read_values(struct reading *r, enum field f, const char *s,
			size_t len)
{
	bool is_list = field_info[f].type != VALUE_TCP_FLAGS;
	size_t count = is_list ? count_values(s, len) : 1, got = 0;
	struct range *list;

	if (count > LIST_MAX) {
		complain(r, s, _("\"%.*s\" has too many values."),
			 field_info[f].id, strlen(field_info[f].id));
		return;
	}

	list = calloc(count, sizeof(*list));
	if (!list) {
		r->failed = true;
		return;
	}

	for (const char *end = s + len; got < count; got++) {
		const char *comma =
			is_list ? memchr(s, ',', (size_t)(end - s)) : NULL;
		size_t part = (size_t)((comma ? comma : end) - s);
		int err = one_value(r, f, s, part, &list[got]);

		if (err) {
			complain(r, s, sentence_of(err), s, part);
			break;
		}
		s += part + 1;
	}

	if (got == count)
		keep(r, f, ranges_of(r->arena, list, count));
	free(list);
}

/* Words that stand alone. */
struct alone {
	const char *word;
	enum field field;
	u128 value;
};

static bool alone_named(const char *s, size_t len, struct alone *ret)
{
	static const struct alone list[] = {
		{ "ip", FIELD_FAMILY, 2 },
		{ "ipv4", FIELD_FAMILY, 2 },
		{ "ip6", FIELD_FAMILY, 10 },
		{ "ipv6", FIELD_FAMILY, 10 },
		{ "icmpv6", FIELD_PROTO, PROTO_ICMP6 },
		{ "fragment", FIELD_FRAGMENT, 1 },
		{ "fin", FIELD_TCP_FLAGS, 1 },
		{ "syn", FIELD_TCP_FLAGS, 2 },
		{ "rst", FIELD_TCP_FLAGS, 4 },
		{ "ack", FIELD_TCP_FLAGS, 16 },
		{ "synack", FIELD_TCP_FLAGS, 18 },
		{ "syn,ack", FIELD_TCP_FLAGS, 18 },
	};
	struct value_form form = form_of(FIELD_PROTO);
	struct range value;
	u128 mask;

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++)
		if (strlen(list[i].word) == len &&
		    memcmp(list[i].word, s, len) == 0) {
			*ret = list[i];
			return true;
		}

	if (!len || (s[0] >= '0' && s[0] <= '9') ||
	    value_parse(&form, s, len, &value, &mask) != 0 ||
	    value.first != value.last)
		return false;

	*ret = (struct alone){ .field = FIELD_PROTO, .value = value.first };
	return true;
}

static void read_alone(struct reading *r, const char *s, size_t len)
{
	struct alone a;

	if (!alone_named(s, len, &a)) {
		complain(
			r, s,
			_("\"%.*s\" is neither FIELD=VALUE nor a protocol nor syn."),
			s, len);
		return;
	}
	if (is_new(r, a.field, s))
		keep(r, a.field, ranges_one(r->arena, a.value, a.value));
}

static void read_word(struct reading *r, const char *s, size_t len)
{
	const char *equals = memchr(s, '=', len);
	size_t head = equals ? (size_t)(equals - s) : len;
	enum field f;

	if (!equals) {
		read_alone(r, s, len);
		return;
	}

	f = field_named(s, head);
	if (f == FIELD_COUNT)
		complain(r, s, _("There is no field \"%.*s\"."), s, head);
	else if (is_new(r, f, s))
		read_values(r, f, equals + 1, len - head - 1);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Addresses of one family, ports only where there are any. */
static bool is_v4(u128 address)
{
	return address >> 32 == 0xffff;
}

static bool first_of(const struct packet_words *w, enum field f, u128 *ret)
{
	if (w->set[f] && w->set[f]->count)
		*ret = w->set[f]->range[0].first;
	else if (point_has(&w->point, f))
		*ret = w->point.value[f];
	else
		return false;

	return true;
}

static void check(struct reading *r)
{
	const struct packet_words *w = r->words;
	u128 src, dst, family;
	bool has_src = first_of(w, FIELD_SADDR, &src);
	bool has_dst = first_of(w, FIELD_DADDR, &dst);

	if (has_src && has_dst && is_v4(src) != is_v4(dst)) {
		complain(r, r->start,
			 _("src and dst are not of one family%.*s."), "", 0);
	} else if (first_of(w, FIELD_FAMILY, &family) &&
		   ((has_src && is_v4(src) != (family == 2)) ||
		    (has_dst && is_v4(dst) != (family == 2)))) {
		complain(r, r->start,
			 _("The addresses are not of that family%.*s."), "", 0);
	}
}

int packet_words_parse(struct packet_words *ret, struct arena *a,
		       const char *file, const char *words, size_t len,
		       struct problems *problems)
{
	struct reading r = { .words = ret,
			     .arena = a,
			     .file = file,
			     .start = words,
			     .excerpt = arena_copy(a, words, len),
			     .problems = problems };
	size_t at = 0;

	memset(ret, 0, sizeof(*ret));
	if (!r.excerpt)
		return -ENOMEM;

	while (at < len) {
		size_t from = at;

		while (at < len && !is_space(words[at]))
			at++;
		if (at > from)
			read_word(&r, words + from, at - from);
		else
			at++;
	}

	check(&r);
	if (r.failed)
		return -ENOMEM;
	return r.bad ? PACKET_WORDS_BAD : 0;
}

void packet_words_ranges(struct text *out, enum field f, const struct ranges *r)
{
	struct value_form form = form_of(f);

	for (size_t i = 0; i < r->count; i++) {
		if (i)
			text_char(out, ',');
		value_print(out, &form, &r->range[i], ~(u128)0);
	}
}

void packet_words_value(struct text *out, enum field f, u128 value)
{
	struct value_form form = form_of(f);
	struct range r = { value, value };

	if (field_info[f].type == VALUE_MARK) {
		text_str(out, "0x");
		text_hex(out, (uint64_t)value, 1);
	} else if (field_info[f].type == VALUE_PROTOCOL &&
		   value == PROTO_ICMP6) {
		text_str(out, "icmpv6");
	} else {
		value_print(out, &form, &r, ~(u128)0);
	}
}

/* Empty interfaces say nothing, nor do the fields of other protocols. */
static bool is_told(const struct point *p, enum field f)
{
	bool is_empty = field_info[f].type == VALUE_INTERFACE && !p->value[f];

	return f != FIELD_FAMILY && !is_empty &&
	       packet_words_has(p->value[FIELD_PROTO], f);
}

void packet_words_text(struct text *out, const struct point *p, uint64_t fields)
{
	size_t start = out->len;

	for (unsigned i = 0; i < FIELD_COUNT; i++) {
		enum field f = (enum field)i;

		if (!(fields & FIELD_BIT(f)) || !point_has(p, f) ||
		    !is_told(p, f))
			continue;
		if (out->len > start)
			text_char(out, ' ');
		if (f == FIELD_TCP_FLAGS && p->value[f] == 2) {
			text_str(out, "syn");
			continue;
		}
		if (f != FIELD_PROTO) {
			text_str(out, field_info[f].id);
			text_char(out, '=');
		} else if (!value_word(VALUE_PROTOCOL, p->value[f])) {
			text_str(out, "proto=");
		}
		packet_words_value(out, f, p->value[f]);
	}
}
