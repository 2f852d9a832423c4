/*
 * Whom xinetd lets in. A number that ends in zeros is a network ("10.1.0.0"),
 * also with fewer parts than four; what is on both lists is refused.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/address.h"
#include "net/xinetd_access.h"
#include "net/xinetd_conf.h"

enum matches { NO, MAYBE, YES };

static uint32_t v4_of(const struct address *a)
{
	return (uint32_t)a->bytes[12] << 24 | (uint32_t)a->bytes[13] << 16 |
	       (uint32_t)a->bytes[14] << 8 | a->bytes[15];
}

static bool same_bits(const struct address *x, const struct address *y,
		      unsigned bits)
{
	unsigned whole = bits / 8;
	uint8_t mask = (uint8_t)(0xff00 >> bits % 8);

	return !memcmp(x->bytes, y->bytes, whole) &&
	       !((x->bytes[whole] ^ y->bytes[whole]) & mask);
}

/* A decimal; what stands behind it, or NULL. */
static const char *read_number(const char *s, uint32_t *ret)
{
	uint32_t value = 0;

	if (!isdigit((unsigned char)*s))
		return NULL;

	for (; isdigit((unsigned char)*s); s++)
		if (value <= UINT32_MAX / 16)
			value = value * 10 + (uint32_t)(*s - '0');
	*ret = value;
	return s;
}

/* "10.1" is 10.0.0.1. */
static bool read_v4(const char *s, size_t len, uint32_t *ret)
{
	const char *end = s + len;
	uint32_t all = 0, part = 0;
	unsigned shift = 32;

	for (;;) {
		s = address_part(s, &part);
		if (!s || s > end)
			return false;
		if (s == end)
			break;
		if (*s++ != '.' || part > 255 || shift == 8)
			return false;
		shift -= 8;
		all |= part << shift;
	}
	if (shift < 32 && part >> shift)
		return false;

	*ret = all | part;
	return true;
}

/* The bytes behind the last that is not 0 may be anything. */
static uint32_t mask_of(uint32_t net)
{
	uint32_t mask = 0xff;

	if (!net)
		return 0;

	while (!(net & mask))
		mask = mask << 8 | 0xff;
	return ~(mask >> 8);
}

/* "::" does not stand for all, as "0.0.0.0" does. */
static bool is_number_match(const char *word, const struct address *a)
{
	struct address n6;
	uint32_t n;

	if (strchr(word, ':'))
		return address_parse(&n6, word, strlen(word)) &&
		       address_equal(&n6, a);

	return read_v4(word, strlen(word), &n) && address_is_v4(a) &&
	       (v4_of(a) & mask_of(n)) == (n & mask_of(n));
}

/* IPv4 comes to a socket of IPv6 as ::ffff:a.b.c.d, so ::/0 has it too. A length
 * of 128 matches nothing: xinetd takes it for a name. */
static bool is_masked_match(const char *word, const struct address *a,
			    bool is_v6)
{
	const char *slash = strchr(word, '/');
	size_t len = (size_t)(slash - word);
	struct address n6;
	uint32_t bits, n;

	if (!read_number(slash + 1, &bits))
		return false;
	if (memchr(word, ':', len))
		return address_parse(&n6, word, len) &&
		       (is_v6 || !address_is_v4(a)) && bits < 128 &&
		       same_bits(a, &n6, bits);
	if (!read_v4(word, len, &n) || !address_is_v4(a))
		return false;

	if (bits > 32)
		bits = 32;
	return !(((uint64_t)v4_of(a) ^ n) >> (32 - bits));
}

/* "10.1.{2,3}": the part in braces is the last that counts. */
static bool is_braces_match(const char *word, const struct address *a)
{
	const char *s = word;
	unsigned shift = 24;
	uint32_t net = 0, part;
	bool found = false;

	while (*s && *s != '{') {
		s = read_number(s, &part);
		if (!s || *s++ != '.' || !shift)
			return false;
		net |= part << shift;
		shift -= 8;
	}
	if (*s != '{' || !address_is_v4(a))
		return false;

	do {
		s = read_number(s + 1, &part);
		if (!s)
			return false;
		found = found ||
			v4_of(a) >> shift == (net | part << shift) >> shift;
	} while (*s == ',');

	return found && s[0] == '}' && !s[1];
}

/* A network, as xinetd keeps it: bits that its mask has not are kept, too. */
struct network {
	struct address address;
	uint32_t mask; /* of IPv4; of IPv6 its length */
};

static bool read_network(const char *word, struct network *ret)
{
	const struct address all = { { 0 } };
	size_t len = strcspn(word, "/");
	bool is_v6 = memchr(word, ':', len) != NULL;
	uint32_t bits = 128, n;

	if (word[len] && !read_number(word + len + 1, &bits))
		return false;
	if (is_v6) {
		ret->mask = bits > 128 ? 128 : bits;
		/* "::" is kept as ::/0, though it does not match as that. */
		if (!address_parse(&ret->address, word, len))
			return false;
		if (!word[len] && address_equal(&ret->address, &all))
			ret->mask = 0;
		return true;
	}
	if (!read_v4(word, len, &n))
		return false;

	ret->address = address_v4(n);
	if (!word[len])
		ret->mask = mask_of(n);
	else
		ret->mask = bits ? (uint32_t)(UINT64_MAX
					      << (32 - (bits > 32 ? 32 : bits)))
				 : 0;
	return true;
}

bool xinetd_access_same(const char *x, const char *y)
{
	struct network a, b;

	if (!strcmp(x, y))
		return true;

	return !strchr(x, '{') && !strchr(y, '{') && read_network(x, &a) &&
	       read_network(y, &b) && !strchr(x, ':') == !strchr(y, ':') &&
	       a.mask == b.mask && address_equal(&a.address, &b.address);
}

static bool is_number(const char *word)
{
	uint32_t n;

	return strchr(word, ':') || read_v4(word, strlen(word), &n);
}

/* A name of a network, of /etc/networks, is not known here either. */
static enum matches match_name(const char *word, const struct xinetd_ask *ask)
{
	size_t len, n = strlen(word);

	if (!ask->has_name)
		return MAYBE;
	if (!ask->name)
		return NO;

	len = strlen(ask->name);
	if (word[0] != '.')
		return strcasecmp(word, ask->name) != 0 ? NO : YES;

	return len > n && !strcasecmp(ask->name + len - n, word) ? YES : NO;
}

static enum matches match_word(const char *word, const struct xinetd_ask *ask,
			       bool is_v6)
{
	bool matches;

	if (strchr(word, '{'))
		matches = is_braces_match(word, &ask->client);
	else if (strchr(word, '/'))
		matches = is_masked_match(word, &ask->client, is_v6);
	else if (is_number(word))
		matches = is_number_match(word, &ask->client);
	else
		return match_name(word, ask);

	return matches ? YES : NO;
}

static enum matches match_list(const struct xinetd_service *s,
			       const struct xinetd_list *list,
			       const struct xinetd_ask *ask,
			       const struct xinetd_word **which)
{
	enum matches all = NO;

	for (const struct xinetd_word *w = list->words; w && all != YES;
	     w = w->next) {
		enum matches one =
			match_word(w->text, ask, !(s->flags & XINETD_V4));

		if (one > all) {
			all = one;
			*which = w;
		}
	}
	return all;
}

/* "8:00-16:30". */
static enum matches match_times(const struct xinetd_list *list, int minute)
{
	if (minute < 0)
		return MAYBE;

	for (const struct xinetd_word *w = list->words; w; w = w->next) {
		uint32_t part[4] = { 0 };
		const char *s = w->text - 1;
		size_t i;

		for (i = 0; i < 4 && s; i++)
			s = read_number(s + 1, &part[i]);
		if (s && minute >= (int)(part[0] * 60 + part[1]) &&
		    minute <= (int)(part[2] * 60 + part[3]))
			return YES;
	}

	return NO;
}

static void decide(struct xinetd_decision *ret, enum xinetd_answer answer,
		   const char *attribute, const struct xinetd_list *list,
		   const struct xinetd_word *word)
{
	/* The first that may refuse, unless another is sure to. */
	if (ret->answer == XINETD_DENIED ||
	    (ret->answer == XINETD_UNKNOWN && answer == XINETD_UNKNOWN))
		return;

	*ret = (struct xinetd_decision){ answer, attribute,
					 word ? word->text : NULL,
					 word ? word->file : list->file,
					 word ? word->line : list->line };
}

void xinetd_conf_decide(struct xinetd_decision *ret,
			const struct xinetd_service *s,
			const struct xinetd_ask *ask)
{
	const struct xinetd_word *word = NULL;
	enum matches no = match_list(s, &s->no_access, ask, &word);
	enum matches only = YES, times = YES;

	*ret = (struct xinetd_decision){ .answer = XINETD_ALLOWED };
	if (no != NO)
		decide(ret, no == YES ? XINETD_DENIED : XINETD_UNKNOWN,
		       "no_access", &s->no_access, word);
	word = NULL;
	if (s->only_from.file)
		only = match_list(s, &s->only_from, ask, &word);
	if (only != YES)
		decide(ret, only == NO ? XINETD_DENIED : XINETD_UNKNOWN,
		       "only_from", &s->only_from, word);
	if (s->access_times.file)
		times = match_times(&s->access_times, ask->minute);
	if (times != YES)
		decide(ret, times == NO ? XINETD_DENIED : XINETD_UNKNOWN,
		       "access_times", &s->access_times, NULL);
}
