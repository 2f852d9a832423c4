#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ruleset/nft_build.h"
#include "ruleset/nft_print.h"
#include "ruleset/nft_value.h"

enum { FAMILY_4 = 2, FAMILY_6 = 10 }; /* NFPROTO_IPV4, NFPROTO_IPV6 */

void nft_match_family(struct nft_build *nb, unsigned family)
{
	if (!family || nb->family == family)
		return;

	build_value(&nb->b, FIELD_FAMILY, family == 4 ? FAMILY_4 : FAMILY_6);
	nb->family = family;
}

void nft_match_protocol(struct nft_build *nb, u128 protocol)
{
	if (nb->has_protocol && nb->protocol == protocol)
		return;

	build_value(&nb->b, FIELD_PROTO, protocol);
	nb->has_protocol = true;
	nb->protocol = protocol;
}

void nft_match_require(struct nft_build *nb, const struct nft_key *k)
{
	struct arena *a = nb->ruleset->arena;

	nft_match_family(nb, k->family);
	if (k->protocol)
		nft_match_protocol(nb, k->protocol);
	if ((k->needs & NFT_NEEDS_TRANSPORT) && !nb->is_whole) {
		build_value(&nb->b, FIELD_FRAGMENT, 0);
		nb->is_whole = true;
	}
	if ((k->needs & NFT_NEEDS_TRACKED) && !nb->is_tracked) {
		build_ranges(&nb->b, FIELD_CT_STATE,
			     ranges_one(a, CT_ESTABLISHED, CT_NEW), false);
		nb->is_tracked = true;
	}
	if ((k->needs & NFT_NEEDS_SOCKET) && !nb->has_socket) {
		build_value(&nb->b, FIELD_HAS_SOCKET, 1);
		nb->has_socket = true;
	}
	/* One that is no file, as the kernel's own for ICMP, has no owner
	 * (nft_meta_get_eval_skugid()): its user is written as all ones. */
	if ((k->needs & NFT_NEEDS_SOCKET) &&
	    (k->field == FIELD_UID || k->field == FIELD_GID))
		build_ranges(&nb->b, k->field, ranges_one(a, 0, UINT32_MAX - 1),
			     false);
	if (k->needs & NFT_NEEDS_NONZERO)
		build_ranges(&nb->b, k->field, ranges_one(a, 0, 0), true);
}

const struct nft_expr *nft_match_key(const struct nft_expr *e)
{
	while (e && e->kind != NFT_KEY) {
		if (e->kind < NFT_AND || e->kind > NFT_RIGHT)
			return NULL;
		e = e->first;
	}

	return e;
}

static bool apply(struct nft_question *q, enum nft_kind kind, u128 number)
{
	if (kind == NFT_AND)
		return nft_key_and(q, number);
	if (kind == NFT_OR)
		return nft_key_or(q, number);
	if (kind == NFT_XOR)
		return nft_key_xor(q, number);
	if (number > 127)
		return false;
	if (kind == NFT_LEFT)
		return nft_key_left(q, (unsigned)number);

	return nft_key_right(q, (unsigned)number);
}

bool nft_match_question(const struct nft_expr *e, struct nft_question *ret)
{
	static const struct nft_key plain = { .type = VALUE_NUMBER };
	u128 number;

	if (e->kind == NFT_KEY) {
		*ret = nft_key_question(nft_key_of(e->text));
		return true;
	}
	if (e->kind < NFT_AND || e->kind > NFT_RIGHT ||
	    !nft_match_question(e->first, ret))
		return false;

	for (const struct nft_expr *i = e->first->next; i; i = i->next) {
		bool is_shift = e->kind == NFT_LEFT || e->kind == NFT_RIGHT;

		if (!nft_value_number(is_shift ? &plain : ret->key, i,
				      &number) ||
		    !apply(ret, e->kind, number))
			return false;
	}

	return true;
}

void nft_match_variable(struct nft_build *nb, enum doubt doubt,
			const struct nft_stmt *s, bool inverted)
{
	struct nft_stmt positive = *s;
	struct text words = TEXT_NULL;
	struct cond c = { .kind = COND_VARIABLE };

	positive.inverted = false;
	if (s->kind == NFT_MATCH && s->op == NFT_NOT_EQUAL) {
		positive.op = NFT_EQUAL;
		inverted = !inverted;
	}
	nft_print_stmt(&words, &positive);
	if (!text_ok(&words)) {
		nb->b.failed = true;
		text_done(&words);
		return;
	}

	/* Each limit counts for itself, and each die is thrown anew. */
	c.inverted = inverted;
	if (doubt == DOUBT_RATE || doubt == DOUBT_RANDOM)
		c.variable = ruleset_fresh_variable(nb->ruleset, doubt,
						    text_string(&words));
	else
		c.variable = ruleset_variable(nb->ruleset, doubt,
					      text_string(&words));
	text_done(&words);
	if (c.variable)
		build_cond(&nb->b, &c);
	else
		nb->b.failed = true;
}

/* Of a statement that cannot be said in fields. */
static void opaque(struct nft_build *nb, const struct nft_stmt *s,
		   const struct nft_key *k)
{
	bool is_known = nft_key_is_known(k);

	if (!is_known && k->doubt == DOUBT_MATCH) {
		const struct nft_expr *e = nft_match_key(s->left);

		nft_build_tell(nb, e ? e->text : "?", s->at);
	}
	nft_match_variable(nb, is_known ? DOUBT_MATCH : k->doubt, s, false);
}

/* What earlier terms settle need not be asked again. */
static void note(struct nft_build *nb, enum field f, const struct ranges *r)
{
	if (r->count != 1 || r->range[0].first != r->range[0].last)
		return;

	if (f == FIELD_PROTO) {
		nb->has_protocol = true;
		nb->protocol = r->range[0].first;
	} else if (f == FIELD_FAMILY) {
		nb->family = r->range[0].first == FAMILY_4   ? 4
			     : r->range[0].first == FAMILY_6 ? 6
							     : 0;
	} else if (f == FIELD_FRAGMENT) {
		nb->is_whole = r->range[0].first == 0;
	}
}

static void in_ranges(struct nft_build *nb, const struct nft_stmt *s,
		      const struct nft_question *q, const struct ranges *r,
		      u128 mask, bool inverted)
{
	if (!mask) {
		opaque(nb, s, q->key);
		return;
	}
	if (!r) {
		nb->b.failed = true;
		return;
	}

	/* Small fields are told by what they may be: one form for "!= a" and
	 * for all but a. */
	if (inverted && mask == ~(u128)0 && nft_key_is_small(q->key)) {
		u128 last = field_last(q->key->field);

		if (q->key->field == FIELD_CT_STATE)
			last = CT_STATE_COUNT - 1;
		r = ranges_complement(nb->ruleset->arena, r, last);
		inverted = false;
	}
	build_masked(&nb->b, q->key->field, mask, r, inverted);
	if (r && !inverted && mask == ~(u128)0)
		note(nb, q->key->field, r);
}

static void bad_value(struct nft_build *nb, const struct nft_stmt *s,
		      const struct nft_expr *bad, const struct nft_key *k)
{
	struct text words = TEXT_NULL;
	const struct nft_expr *key = nft_match_key(s->left);

	nft_print_expr(&words, bad);
	nft_tree_problem(nb->tree, bad->at ? bad->at : s->at,
			 _("\"%s\" is no value of \"%s\" that is known here."),
			 text_string(&words), key ? key->text : k->words);
	text_done(&words);
	nft_match_variable(nb, DOUBT_MATCH, s, false);
}

/* < > <= >= */
static void compare(struct nft_build *nb, const struct nft_stmt *s,
		    const struct nft_question *q)
{
	struct arena *a = nb->ruleset->arena;
	u128 last = nft_key_last(q), value, mask;
	const struct ranges *r;

	if (!nft_value_number(q->key, s->right, &value)) {
		bad_value(nb, s, s->right, q->key);
		return;
	}

	if (s->op == NFT_LESS)
		r = value ? ranges_one(a, 0, value - 1) : ranges_none(a);
	else if (s->op == NFT_LESS_EQUAL)
		r = ranges_one(a, 0, value);
	else if (s->op == NFT_GREATER_EQUAL)
		r = value <= last ? ranges_one(a, value, last) : ranges_none(a);
	else
		r = value < last ? ranges_one(a, value + 1, last)
				 : ranges_none(a);
	r = nft_key_ranges(a, q, r, &mask);
	in_ranges(nb, s, q, r, mask, false);
}

/* One of the bits, or none. */
static void one_of_bits(struct nft_build *nb, const struct nft_stmt *s,
			const struct nft_question *q)
{
	const struct ranges *r;
	bool inverted;
	u128 bits, mask;

	if (!nft_value_number(q->key, s->right, &bits)) {
		bad_value(nb, s, s->right, q->key);
		return;
	}

	r = nft_key_bits(nb->ruleset->arena, q, bits, &mask, &inverted);
	in_ranges(nb, s, q, r, mask, inverted != (s->op == NFT_NONE_OF));
}

/* Bits of ct status, each of which is a field of ours. */
static const struct status_bit {
	u128 bit;
	enum field field;
} status_bits[] = {
	{ 1, FIELD_CT_EXPECTED }, { 2, FIELD_CT_SEEN_REPLY },
	{ 4, FIELD_CT_ASSURED },  { 8, FIELD_CT_CONFIRMED },
	{ 16, FIELD_CT_SNAT },    { 32, FIELD_CT_DNAT },
};

enum { STATUS_BITS = sizeof(status_bits) / sizeof(status_bits[0]) };

/* ct status dnat; ct status & (snat | dnat) == dnat. False: not sayable. */
static bool status(struct nft_build *nb, const struct nft_stmt *s,
		   const struct nft_question *q)
{
	bool one_of = s->op == NFT_IMPLICIT || s->op == NFT_NONE_OF;
	struct cond c = { .kind = COND_ANY,
			  .inverted = s->op == NFT_NOT_EQUAL ||
				      s->op == NFT_NONE_OF };
	u128 value, bits;

	if (!nft_value_number(q->key, s->right, &value) || q->xor || q->shift)
		return false;
	if (!one_of && (s->op != NFT_EQUAL && s->op != NFT_NOT_EQUAL))
		return false;
	bits = one_of ? value : q->and;
	if (bits & ~(u128)0x3f || (q->is_changed && one_of))
		return false;

	c.list = arena_alloc(nb->ruleset->arena, STATUS_BITS * sizeof(*c.list));
	c.kind = one_of ? COND_ANY : COND_ALL;
	for (unsigned i = 0; c.list && i < STATUS_BITS; i++) {
		const struct status_bit *b = &status_bits[i];
		u128 want = value & b->bit ? 1 : 0;

		if (!(bits & b->bit))
			continue;
		c.list[c.count] = (struct cond){
			.kind = COND_RANGES,
			.field = b->field,
			.mask = ~(u128)0,
			.ranges = ranges_one(nb->ruleset->arena, want, want),
		};
		if (!c.list[c.count++].ranges)
			nb->b.failed = true;
	}
	if (!c.list)
		nb->b.failed = true;
	else if (c.count == 1) {
		c.list[0].inverted = c.inverted;
		build_cond(&nb->b, &c.list[0]);
	} else {
		build_cond(&nb->b, &c);
	}
	return true;
}

/* ip frag-off & 0x1fff == 0: a later fragment has an offset. */
static bool fragment(struct nft_build *nb, const struct nft_stmt *s,
		     const struct nft_question *q)
{
	bool is_zero = s->op == NFT_EQUAL || s->op == NFT_IMPLICIT;
	bool is_more = s->op == NFT_NOT_EQUAL || s->op == NFT_GREATER;
	u128 value;

	if (q->and != 0x1fff || q->xor || q->shift || !(is_zero || is_more) ||
	    !nft_value_number(q->key, s->right, &value) || value)
		return false;

	build_value(&nb->b, FIELD_FRAGMENT, is_more);
	nb->is_whole = is_zero;
	return true;
}

static void lookup(struct nft_build *nb, const struct nft_stmt *s,
		   const struct nft_set_shape *shape, const struct set *set)
{
	struct cond c = { .kind = COND_LOOKUP,
			  .set = set,
			  .inverted = s->op == NFT_NOT_EQUAL };

	for (unsigned i = 0; i < SET_PARTS; i++) {
		const struct nft_key *k = shape->part[i].key;

		c.key[i] = i < shape->count && k ? k->field : FIELD_COUNT;
	}
	if (!set) {
		c.set_name = arena_string(nb->ruleset->arena, s->right->text);
		if (!c.set_name)
			nb->b.failed = true;
		if (!ruleset_find_set(nb->ruleset, nb->table, s->right->text))
			nft_tree_problem(nb->tree, s->right->at,
					 _("There is no set %s."),
					 s->right->text);
	}
	build_cond(&nb->b, &c);
}

static bool is_flags_list(const struct nft_expr *e)
{
	return e->kind == NFT_WORD || e->kind == NFT_LIST || e->kind == NFT_OR;
}

/* A question whose answer is a field. */
static void known(struct nft_build *nb, const struct nft_stmt *s,
		  const struct nft_question *q)
{
	const struct nft_expr *bad;
	const struct ranges *r;
	u128 mask;

	if (s->right->kind == NFT_REFERENCE) {
		const struct nft_set_shape shape = { .part = { *q },
						     .count = 1 };

		if (q->is_changed)
			opaque(nb, s, q->key);
		else
			lookup(nb, s, &shape, NULL);
		return;
	}
	if (s->op == NFT_NONE_OF ||
	    (s->op == NFT_IMPLICIT && q->key->is_flags && !q->is_changed &&
	     is_flags_list(s->right))) {
		one_of_bits(nb, s, q);
		return;
	}
	if (s->op >= NFT_LESS && s->op <= NFT_GREATER_EQUAL) {
		compare(nb, s, q);
		return;
	}

	if (q->key->is_flags && s->right->kind == NFT_LIST) {
		/* "!= established,related" is one number to nft. */
		u128 bits;

		if (nft_value_number(q->key, s->right, &bits)) {
			r = nft_key_ranges(
				nb->ruleset->arena, q,
				ranges_one(nb->ruleset->arena, bits, bits),
				&mask);
			in_ranges(nb, s, q, r, mask, s->op == NFT_NOT_EQUAL);
			return;
		}
	}
	r = nft_value_ranges(nb->ruleset->arena, q->key, s->right, &bad);
	if (bad) {
		bad_value(nb, s, bad, q->key);
		return;
	}
	r = nft_key_ranges(nb->ruleset->arena, q, r, &mask);
	in_ranges(nb, s, q, r, mask, s->op == NFT_NOT_EQUAL);
}

static void single(struct nft_build *nb, const struct nft_stmt *s)
{
	const struct nft_expr *e = nft_match_key(s->left);
	const struct nft_key *k = e ? nft_key_of(e->text) : nft_key_of("");
	struct nft_question q;

	nft_match_require(nb, k);
	if (!nft_match_question(s->left, &q)) {
		opaque(nb, s, k);
		return;
	}
	if (strcmp(k->words, "ct status") == 0 && status(nb, s, &q))
		return;
	if (e && strcmp(e->text, "ip frag-off") == 0 && fragment(nb, s, &q))
		return;

	if (nft_key_is_known(k))
		known(nb, s, &q);
	else
		opaque(nb, s, k);
}

/* a . b 1 . 2, without a set. */
static void each(struct nft_build *nb, const struct nft_stmt *s,
		 const struct nft_set_shape *shape)
{
	struct arena *a = nb->ruleset->arena;
	struct cond c = { .kind = COND_ALL,
			  .inverted = s->op == NFT_NOT_EQUAL };
	const struct nft_expr *value = s->right->first, *bad;

	c.list = arena_alloc(a, shape->count * sizeof(*c.list));
	if (!c.list) {
		nb->b.failed = true;
		return;
	}

	for (unsigned i = 0; i < shape->count; i++, value = value->next) {
		const struct nft_question *q = &shape->part[i];
		const struct ranges *r = NULL;
		u128 mask = 0;

		if (value)
			r = nft_value_ranges(a, q->key, value, &bad);
		if (!value || bad) {
			bad_value(nb, s, s->right, q->key);
			return;
		}
		r = nft_key_ranges(a, q, r, &mask);
		if (!r)
			nb->b.failed = true;
		c.list[c.count++] = (struct cond){ .kind = COND_RANGES,
						   .field = q->key->field,
						   .mask = mask,
						   .ranges = r };
	}
	if (!nb->b.failed)
		build_cond(&nb->b, &c);
}

static void concatenation(struct nft_build *nb, const struct nft_stmt *s)
{
	struct nft_set_shape shape = { 0 };
	const struct nft_key *doubtful = NULL;
	struct set *set;

	for (const struct nft_expr *i = s->left->first; i; i = i->next) {
		const struct nft_expr *e = nft_match_key(i);
		const struct nft_key *k =
			e ? nft_key_of(e->text) : nft_key_of("");

		nft_match_require(nb, k);
		if (!nft_key_is_known(k) || i->kind != NFT_KEY ||
		    shape.count == SET_PARTS)
			doubtful = k;
		else
			shape.part[shape.count++] = nft_key_question(k);
	}

	if (doubtful) {
		opaque(nb, s, doubtful);
	} else if (s->right->kind == NFT_REFERENCE) {
		lookup(nb, s, &shape, NULL);
	} else if (s->right->kind == NFT_CONCAT) {
		each(nb, s, &shape);
	} else {
		set = nft_set_inline(nb, &shape, s->right);
		if (set && set->is_given)
			lookup(nb, s, &shape, set);
		else
			nft_match_variable(nb, DOUBT_MATCH, s, false);
	}
}

void nft_match_add(struct nft_build *nb, const struct nft_stmt *s)
{
	if (s->left->kind == NFT_CONCAT)
		concatenation(nb, s);
	else
		single(nb, s);
}
