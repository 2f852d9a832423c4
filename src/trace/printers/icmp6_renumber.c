#include "trace/printers/icmp6_renumber.h"

#include "trace/line_names.h"
#include "trace/printers/printer.h"

enum {
	HEAD_LEN = 16,
	MATCH_LEN = 24,
	USE_LEN = 32,
};

enum {
	USE_DECREMENT_VALID = 0x80,
	USE_DECREMENT_PREFERRED = 0x40,
};

static void print_length(struct line *l, uint8_t len)
{
	text_char(l->out, '/');
	text_u64(l->out, len);
}

static void print_code(struct line *l, uint8_t code)
{
	if (code == 0) {
		text_str(l->out, ", command");
	} else if (code == 1) {
		text_str(l->out, ", result");
	} else if (code == 255) {
		text_str(l->out, ", sequence number reset");
	} else {
		text_str(l->out, ", code-#");
		text_u64(l->out, code);
	}
}

static void print_match_code(struct line *l, uint8_t code)
{
	static const char *const names[] = { NULL, "add", "change",
					     "setglobal" };

	if (code >= 1 && code <= 3) {
		text_str(l->out, names[code]);
	} else {
		text_char(l->out, '#');
		text_u64(l->out, code);
	}
}

static bool print_use(struct line *l, struct cursor *c)
{
	struct cursor use = cursor_take(c, USE_LEN);
	uint8_t use_len = cursor_u8(&use);
	uint8_t keep_len = cursor_u8(&use);
	const uint8_t *prefix;
	uint8_t flags;

	cursor_skip(&use, 10);
	flags = cursor_u8(&use);
	cursor_skip(&use, 3);
	prefix = cursor_bytes(&use, 16);
	if (!prefix)
		return false;

	text_str(l->out, " use(");
	if (flags & USE_DECREMENT_VALID)
		text_char(l->out, 'V');
	if (flags & USE_DECREMENT_PREFERRED)
		text_char(l->out, 'P');
	if (flags)
		text_char(l->out, ',');
	line_names_plain_v6(prefix, l->out);
	print_length(l, use_len);
	print_length(l, keep_len);
	text_char(l->out, ')');
	return true;
}

/* The prefix to be matched and those to be put in its place; false when they
 * end early or when their length is none that they can have. */
static bool print_command(struct line *l, struct cursor *c)
{
	struct cursor match = cursor_take(c, MATCH_LEN);
	uint8_t code = cursor_u8(&match);
	uint8_t len = cursor_u8(&match);
	uint8_t match_len;
	const uint8_t *prefix;

	cursor_skip(&match, 1);
	match_len = cursor_u8(&match);
	cursor_skip(&match, 4);
	prefix = cursor_bytes(&match, 16);
	if (!prefix)
		return false;

	text_str(l->out, " match(");
	print_match_code(l, code);
	text_char(l->out, ',');
	line_names_plain_v6(prefix, l->out);
	print_length(l, match_len);
	text_char(l->out, ')');

	/* In units of eight bytes: 3 for the match, 4 for each use. */
	if (len % 4 != 3)
		return false;
	for (unsigned uses = len / 4; uses; uses--) {
		if (!print_use(l, c))
			return false;
	}
	return true;
}

void icmp6_renumber_print(struct line *l, struct cursor c)
{
	struct cursor head = cursor_take(&c, HEAD_LEN);
	uint8_t code;
	uint32_t seq;

	cursor_skip(&head, 1);
	code = cursor_u8(&head);
	cursor_skip(&head, 2);
	seq = cursor_be32(&head);
	if (!cursor_ok(&head)) {
		text_str(l->out, " [|icmp6]");
		return;
	}

	print_code(l, code);
	text_str(l->out, ", seq=");
	text_u64(l->out, seq);
	if (code == 0 && !print_command(l, &c))
		text_str(l->out, " [|icmp6]");
}
