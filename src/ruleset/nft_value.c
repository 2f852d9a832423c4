#include "ruleset/nft_value.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* ::ffff:0:0/96 of IPv6, which is no IPv4 there. */
static bool mapped(const char *s, size_t len, struct range *ret)
{
	const char *slash = memchr(s, '/', len);
	size_t head = slash ? (size_t)(slash - s) : len;
	unsigned bits = 0;
	struct address a;
	u128 host;

	if (!memchr(s, ':', head) || !address_parse(&a, s, head))
		return false;
	for (const char *i = slash ? slash + 1 : s + len; i < s + len; i++) {
		if (*i < '0' || *i > '9' || bits > 128)
			return false;
		bits = bits * 10 + (unsigned)(*i - '0');
	}
	if (bits > 128)
		return false;
	if (!slash)
		bits = 128;

	host = bits ? ((u128)1 << (128 - bits)) - 1 : ~(u128)0;
	ret->first = field_from_address(&a) & ~host;
	ret->last = ret->first | host;
	return true;
}

static bool parse(const struct nft_key *k, const char *s, size_t len,
		  struct range *ret)
{
	struct value_form form = { .type = k->type,
				   .dialect = VALUE_NFT,
				   .is_v6 = k->family == 6,
				   .protocol = k->protocol,
				   .choices = k->choices };
	u128 mask;

	if (value_parse(&form, s, len, ret, &mask) == 0)
		return true;

	return k->type == VALUE_ADDRESS && k->family == 6 &&
	       mapped(s, len, ret);
}

bool nft_value_range(const struct nft_key *k, const struct nft_expr *e,
		     struct range *ret)
{
	struct range last;
	struct text word = TEXT_NULL;
	bool ok = false;

	switch (e->kind) {
	case NFT_WORD:
		return parse(k, e->text, strlen(e->text), ret);
	case NFT_PREFIX:
		if (e->first->kind != NFT_WORD || !e->last->text)
			return false;
		text_str(&word, e->first->text);
		text_char(&word, '/');
		text_str(&word, e->last->text);
		ok = text_ok(&word) && parse(k, word.data, word.len, ret);
		text_done(&word);
		return ok;
	case NFT_RANGE:
		if (!nft_value_range(k, e->first, ret) ||
		    !nft_value_range(k, e->last, &last))
			return false;
		ret->last = last.last;
		return ret->first <= ret->last;
	case NFT_LIST:
	case NFT_AND:
	case NFT_OR:
	case NFT_XOR:
	case NFT_LEFT:
	case NFT_RIGHT:
		if (!nft_value_number(k, e, &ret->first))
			return false;
		ret->last = ret->first;
		return true;
	case NFT_SET:
	case NFT_CONCAT:
	case NFT_PAIR:
	case NFT_REFERENCE:
	case NFT_KEY:
	case NFT_MAP:
	case NFT_VERDICT:
		break;
	}

	return false;
}

bool nft_value_number(const struct nft_key *k, const struct nft_expr *e,
		      u128 *ret)
{
	struct range r;
	u128 value;

	if (e->kind == NFT_WORD) {
		if (!nft_value_range(k, e, &r) || r.first != r.last)
			return false;
		*ret = r.first;
		return true;
	}
	if (e->kind != NFT_LIST && e->kind != NFT_OR && e->kind != NFT_AND &&
	    e->kind != NFT_XOR && e->kind != NFT_LEFT && e->kind != NFT_RIGHT)
		return false;
	if (!e->first || !nft_value_number(k, e->first, ret))
		return false;

	for (const struct nft_expr *i = e->first->next; i; i = i->next) {
		if (!nft_value_number(k, i, &value))
			return false;
		if (e->kind == NFT_AND)
			*ret &= value;
		else if (e->kind == NFT_XOR)
			*ret ^= value;
		else if (e->kind == NFT_LEFT)
			*ret = value < 128 ? *ret << value : 0;
		else if (e->kind == NFT_RIGHT)
			*ret = value < 128 ? *ret >> value : 0;
		else
			*ret |= value;
	}

	return true;
}

/* Counts, then fills: elements of a set within a set, too. */
static bool collect(const struct nft_key *k, const struct nft_expr *e,
		    struct range *list, size_t *count,
		    const struct nft_expr **ret_bad)
{
	struct range r;

	if (e->kind == NFT_SET) {
		for (const struct nft_expr *i = e->first; i; i = i->next)
			if (!collect(k, i, list, count, ret_bad))
				return false;
		return true;
	}

	if (list && nft_tree_is(e, NFT_WORD, "*") && !e->is_quoted) {
		list[(*count)++] = (struct range){ 0, ~(u128)0 };
		return true;
	}
	if (list && !nft_value_range(k, e, &r)) {
		*ret_bad = e;
		return false;
	}
	if (list)
		list[*count] = r;
	++*count;
	return true;
}

const struct ranges *nft_value_ranges(struct arena *a, const struct nft_key *k,
				      const struct nft_expr *e,
				      const struct nft_expr **ret_bad)
{
	const struct ranges *all = NULL;
	struct range *list;
	size_t count = 0;

	*ret_bad = NULL;
	(void)collect(k, e, NULL, &count, ret_bad);
	list = calloc(count + 1, sizeof(*list));
	if (!list)
		return NULL;

	count = 0;
	if (collect(k, e, list, &count, ret_bad))
		all = ranges_of(a, list, count);
	free(list);
	return all;
}

bool nft_value_address(const struct nft_expr *e, struct range *ret)
{
	static const struct nft_key v4 = { .type = VALUE_ADDRESS, .family = 4 };
	static const struct nft_key v6 = { .type = VALUE_ADDRESS, .family = 6 };

	return nft_value_range(&v4, e, ret) || nft_value_range(&v6, e, ret);
}
