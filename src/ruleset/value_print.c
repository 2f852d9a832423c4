#include <string.h>

#include "base/text.h"
#include "ruleset/field.h"
#include "ruleset/value.h"
#include "ruleset/value_names.h"

static const u128 all_ones = ~(u128)0;
static const u128 v4 = (u128)0xffff << 32;

static void number(struct text *out, u128 value)
{
	if (value >> 64) {
		text_str(out, "0x");
		text_hex(out, (uint64_t)(value >> 64), 1);
		text_hex(out, (uint64_t)value, 16);
	} else {
		text_u64(out, (uint64_t)value);
	}
}

static void hex(struct text *out, u128 value, unsigned digits)
{
	text_str(out, "0x");
	text_hex(out, (uint64_t)value, digits);
}

static void address(struct text *out, u128 value)
{
	struct address a = field_to_address(value);

	address_text(out, &a);
}

/* The prefix's length that the range is, or 129. */
static unsigned prefix(const struct range *r)
{
	u128 open = r->first ^ r->last;
	unsigned length = 128;

	if ((open & (open + 1)) || (r->first & open))
		return 129;

	for (; open; open >>= 1)
		length--;
	return length;
}

static void print_address(struct text *out, const struct value_form *f,
			  const struct range *r, u128 mask)
{
	bool is_mapped = r->first >> 32 == 0xffff && f->is_v6;
	bool is_v4 = r->first >> 32 == 0xffff && !is_mapped;
	unsigned length = prefix(r);

	if (is_mapped)
		text_str(out, "::ffff:");

	if (mask != all_ones) {
		address(out, r->first);
		text_char(out, '/');
		address(out, is_v4 ? v4 | (mask & 0xffffffff) : mask);
		return;
	}
	if (length > 128 || (is_v4 && length < 96)) {
		address(out, r->first);
		text_char(out, '-');
		address(out, r->last);
		return;
	}

	address(out, r->first);
	/* iptables-save prints /32, nft does not. */
	if (length == 128 && (f->is_plain || f->dialect == VALUE_NFT))
		return;
	text_char(out, '/');
	text_u64(out, is_v4 ? length - 96 : length);
}

static void print_interface(struct text *out, const struct value_form *f,
			    const struct range *r)
{
	field_name_text(out, r->first);
	if (r->first != r->last)
		text_char(out, f->dialect == VALUE_NFT ? '*' : '+');
}

static void print_icmp(struct text *out, const struct value_form *f,
		       const struct range *r)
{
	if (f->dialect == VALUE_NFT || r->last - r->first > 255) {
		if (r->last - r->first > 255)
			text_str(out, "any");
		else
			number(out, r->first);
		return;
	}

	number(out, r->first >> 8);
	if (r->first == r->last) {
		text_char(out, '/');
		number(out, r->first & 255);
	}
}

static void flags(struct text *out, const struct value_form *f, u128 bits)
{
	const struct choice *names = value_names(VALUE_TCP_FLAGS, f->dialect);
	bool any = false;

	bits &= 255;
	for (const struct choice *c = names; bits && c->word; c++)
		if (c->value && (c->value & bits) == c->value) {
			if (any)
				text_char(out, ',');
			text_str(out, c->word);
			any = true;
			bits &= ~c->value;
		}
	if (!any)
		text_str(out, f->dialect == VALUE_NFT ? "0x0" : "NONE");
}

static void print_flags(struct text *out, const struct value_form *f,
			const struct range *r, u128 mask)
{
	if (mask != all_ones) {
		flags(out, f, mask);
		text_char(out, ' ');
	}
	flags(out, f, r->first);
}

static void print_masked(struct text *out, const struct value_form *f,
			 const struct range *r, u128 mask)
{
	unsigned digits = f->type == VALUE_TOS ? 2 : 1;

	hex(out, r->first, digits);
	if (f->type == VALUE_TOS) {
		text_char(out, '/');
		hex(out, mask & 255, digits);
	} else if (mask != all_ones) {
		text_char(out, '/');
		hex(out, mask, digits);
	}
}

static void print_mac(struct text *out, u128 value)
{
	for (unsigned shift = 48; shift > 0; shift -= 8) {
		if (shift < 48)
			text_char(out, ':');
		text_hex(out, (uint64_t)(value >> (shift - 8)) & 255, 2);
	}
}

static bool print_word(struct text *out, const struct value_form *f, u128 value)
{
	static const bool has_words[VALUE_TYPE_COUNT] = {
		[VALUE_FAMILY] = true,       [VALUE_PROTOCOL] = true,
		[VALUE_CT_STATE] = true,     [VALUE_PACKET_TYPE] = true,
		[VALUE_ADDRESS_TYPE] = true, [VALUE_CHOICE] = true,
		[VALUE_CHOICES] = true,
	};
	bool is_worded =
		!f->is_plain && (has_words[f->type] || f->dialect == VALUE_NFT);
	const char *word =
		is_worded ? value_names_word(f->choices, value) : NULL;

	if (!word && is_worded && has_words[f->type])
		word = value_names_word(value_names(f->type, f->dialect),
					value);
	if (word)
		text_str(out, word);
	return word;
}

static void print_one(struct text *out, const struct value_form *f, u128 value)
{
	if (print_word(out, f, value))
		return;
	if (f->type == VALUE_DSCP)
		hex(out, value, 2);
	else
		number(out, value);
}

void value_print(struct text *out, const struct value_form *f,
		 const struct range *value, u128 mask)
{
	bool has_hyphen = f->dialect == VALUE_NFT || f->type == VALUE_USER ||
			  f->type == VALUE_GROUP;

	if (f->type == VALUE_ADDRESS)
		print_address(out, f, value, mask);
	else if (f->type == VALUE_INTERFACE)
		print_interface(out, f, value);
	else if (f->type == VALUE_ICMP || f->type == VALUE_ICMP6)
		print_icmp(out, f, value);
	else if (f->type == VALUE_TCP_FLAGS)
		print_flags(out, f, value, mask);
	else if (f->type == VALUE_MAC)
		print_mac(out, value->first);
	else if (f->type == VALUE_MARK || f->type == VALUE_TOS)
		print_masked(out, f, value, mask);
	else {
		print_one(out, f, value->first);
		if (value->first != value->last) {
			text_char(out, has_hyphen ? '-' : ':');
			print_one(out, f, value->last);
		}
	}
}
