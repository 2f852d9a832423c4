#include "ruleset/nft_lex.h"

#include <string.h>

#include "net/address.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_mac(const char *s, size_t len)
{
	if (len != 17)
		return false;

	for (size_t i = 0; i < len; i++)
		if (i % 3 == 2 ? s[i] != ':' : !is_hex(s[i]))
			return false;

	return true;
}

/* The length of the address with colons that stands there, or 0. */
static size_t colon_address(const char *s, const char *end)
{
	struct address a;
	size_t len = 0, colons = 0;

	while (s + len < end && len < 46 &&
	       (is_hex(s[len]) || s[len] == ':' || s[len] == '.')) {
		colons += s[len] == ':';
		len++;
	}
	if (colons < 2)
		return 0;
	if (is_mac(s, len) || address_parse(&a, s, len))
		return len;
	/* "::1." and such: as much of it as is an address. */
	while (--len > 1)
		if (address_parse(&a, s, len))
			return len;

	return 0;
}

/* nft's strings: a letter, then letters, digits, "/-_.", and a last "*". */
static size_t name_length(const char *s, const char *end)
{
	size_t len = 1;

	while (s + len < end && (is_letter(s[len]) || is_digit(s[len]) ||
				 (s[len] && strchr("/-.", s[len]))))
		len++;
	if (s + len < end && s[len] == '*')
		len++;
	return len;
}

/* 22, 0x1f, 10.0.0.1, 1h30m. */
static size_t number_length(const char *s, const char *end)
{
	size_t len = 1;

	while (s + len < end &&
	       (is_letter(s[len]) || is_digit(s[len]) ||
		(s[len] == '.' && s + len + 1 < end && is_digit(s[len + 1]))))
		len++;
	return len;
}

/* "# handle 8" and "handle 8 (…)". */
static void note_handle(struct nft_lex *l, const char *s, const char *end)
{
	static const char word[] = "handle ";
	const char *found = memmem(s, (size_t)(end - s), word, strlen(word));
	uint64_t value = 0;

	if (!found)
		return;

	for (found += strlen(word); found < end && is_digit(*found); found++)
		value = value * 10 + (uint64_t)(*found - '0');
	l->handle = value;
}

static bool skip_space(struct nft_lex *l)
{
	const char *start = l->pos;

	while (l->pos < l->end) {
		char c = *l->pos;

		if (c == ' ' || c == '\t' || c == '\r') {
			l->pos++;
		} else if (c == '\\' && l->pos + 1 < l->end &&
			   l->pos[1] == '\n') {
			l->pos += 2;
		} else if (c == '#') {
			const char *from = l->pos;

			while (l->pos < l->end && *l->pos != '\n')
				l->pos++;
			note_handle(l, from, l->pos);
		} else {
			break;
		}
	}

	return l->pos != start;
}

static size_t mark_length(const char *s, const char *end)
{
	static const char two[][3] = { "==", "!=", "<=", ">=", "<<", ">>" };

	for (size_t i = 0; end - s >= 2 && i < sizeof(two) / sizeof(two[0]);
	     i++)
		if (memcmp(s, two[i], 2) == 0)
			return 2;

	return 1;
}

static void scan_string(struct nft_lex *l, struct nft_token *t)
{
	t->kind = NFT_TOKEN_STRING;
	t->text = ++l->pos;
	while (l->pos < l->end && *l->pos != '"' && *l->pos != '\n')
		l->pos++;
	t->len = (size_t)(l->pos - t->text);
	if (l->pos < l->end && *l->pos == '"')
		l->pos++;
}

static void scan(struct nft_lex *l)
{
	struct nft_token *t = &l->token;

	*t = (struct nft_token){ .is_spaced = skip_space(l) };
	t->at = l->pos;
	t->text = l->pos;
	if (l->pos == l->end)
		return;

	if (*l->pos == '"') {
		scan_string(l, t);
		return;
	}

	t->kind = NFT_TOKEN_WORD;
	t->len = is_hex(*l->pos) || *l->pos == ':'
			 ? colon_address(l->pos, l->end)
			 : 0;
	if (t->len) {
		l->pos += t->len;
		return;
	}

	if (is_letter(*l->pos)) {
		t->len = name_length(l->pos, l->end);
	} else if (is_digit(*l->pos)) {
		t->len = number_length(l->pos, l->end);
	} else if (*l->pos == '\n' || *l->pos == ';') {
		t->kind = NFT_TOKEN_NEWLINE;
		t->len = 1;
	} else {
		t->kind = NFT_TOKEN_MARK;
		t->len = mark_length(l->pos, l->end);
	}
	l->pos += t->len;
}

void nft_lex_init(struct nft_lex *l, const char *text, size_t len)
{
	*l = (struct nft_lex){ .pos = text, .end = text + len };
	l->last_end = text;
	scan(l);
}

void nft_lex_next(struct nft_lex *l)
{
	l->last_end = l->pos;
	scan(l);
}

bool nft_lex_is(const struct nft_lex *l, const char *text)
{
	const struct nft_token *t = &l->token;

	return (t->kind == NFT_TOKEN_WORD || t->kind == NFT_TOKEN_MARK) &&
	       strlen(text) == t->len && memcmp(t->text, text, t->len) == 0;
}

bool nft_lex_take(struct nft_lex *l, const char *text)
{
	if (!nft_lex_is(l, text))
		return false;

	nft_lex_next(l);
	return true;
}

bool nft_lex_at_end(const struct nft_lex *l)
{
	return l->token.kind == NFT_TOKEN_END ||
	       l->token.kind == NFT_TOKEN_NEWLINE || nft_lex_is(l, "}");
}

void nft_lex_skip(struct nft_lex *l)
{
	unsigned depth = 0;

	while (l->token.kind != NFT_TOKEN_END) {
		if (!depth && nft_lex_at_end(l))
			return;
		if (nft_lex_is(l, "{"))
			depth++;
		else if (nft_lex_is(l, "}"))
			depth--;
		nft_lex_next(l);
	}
}
