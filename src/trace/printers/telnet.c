#include "trace/printers/layers.h"

/* RFC 854 and 855. */
enum {
	IAC = 255,
	SB = 250,
	WILL = 251,
	DONT = 254,
	SE = 240,
	FIRST_COMMAND = 236,
	OPTION_AUTHENTICATION = 37,
	OPTION_ENCRYPT = 38,
};

enum telnet_end {
	TELNET_DONE,
	TELNET_STOP, /* it is no whole command */
	TELNET_CUT,
};

struct telnet {
	struct line *l;
	struct cursor c;
	uint32_t length;  /* what the packet has from c on */
	uint32_t used;    /* of the command so far */
	bool is_printing; /* false: only finds how long the command is */
};

static const char *const commands[] = {
	"EOF", "SUSP", "ABORT", "EOR", "SE",   "NOP", "DMARK",
	"BRK", "IP",   "AO",    "AYT", "EC",   "EL",  "GA",
	"SB",  "WILL", "WONT",  "DO",  "DONT", "IAC",
};

static const char *const options[] = {
	"BINARY",
	"ECHO",
	"RCP",
	"SUPPRESS GO AHEAD",
	"NAME",
	"STATUS",
	"TIMING MARK",
	"RCTE",
	"NAOL",
	"NAOP",
	"NAOCRD",
	"NAOHTS",
	"NAOHTD",
	"NAOFFD",
	"NAOVTS",
	"NAOVTD",
	"NAOLFD",
	"EXTEND ASCII",
	"LOGOUT",
	"BYTE MACRO",
	"DATA ENTRY TERMINAL",
	"SUPDUP",
	"SUPDUP OUTPUT",
	"SEND LOCATION",
	"TERMINAL TYPE",
	"END OF RECORD",
	"TACACS UID",
	"OUTPUT MARKING",
	"TTYLOC",
	"3270 REGIME",
	"X.3 PAD",
	"NAWS",
	"TSPEED",
	"LFLOW",
	"LINEMODE",
	"XDISPLOC",
	"OLD-ENVIRON",
	"AUTHENTICATION",
	"ENCRYPT",
	"NEW-ENVIRON",
};

/* Words for a byte of a subnegotiation; NULL for none. */
struct words {
	const char *const *words;
	size_t count;
};

static void print_text(const struct telnet *t, const char *s)
{
	if (t->is_printing)
		text_str(t->l->out, s);
}

/* As "%#x" prints it. */
static void print_number(const struct telnet *t, uint8_t value)
{
	if (!t->is_printing)
		return;

	text_str(t->l->out, value ? "0x" : "");
	text_hex(t->l->out, value, 1);
}

static void print_word(const struct telnet *t, const struct words *words,
		       uint8_t value)
{
	if (value < words->count && words->words[value])
		print_text(t, words->words[value]);
	else
		print_number(t, value);
}

static enum telnet_end fetch(struct telnet *t, uint8_t *ret)
{
	if (!t->length)
		return TELNET_STOP;

	*ret = cursor_u8(&t->c);
	t->length--;
	t->used++;
	return cursor_ok(&t->c) ? TELNET_DONE : TELNET_CUT;
}

/* Bytes before the IAC SE, or before an IAC at the very end. */
static enum telnet_end find_se(const struct telnet *t, uint32_t *ret)
{
	struct cursor p = t->c;
	uint32_t count = 0;

	for (; t->length > count + 1; count++) {
		uint8_t byte = cursor_u8(&p);

		if (!cursor_ok(&p) || (byte == IAC && !cursor_left(&p)))
			return TELNET_CUT;
		if (byte == IAC && cursor_peek(&p) == SE) {
			*ret = count;
			return TELNET_DONE;
		}
	}

	*ret = count;
	if (!cursor_left(&p))
		return TELNET_CUT;
	return cursor_peek(&p) == IAC ? TELNET_DONE : TELNET_STOP;
}

/* The words that the first two bytes of a subnegotiation stand for. */
static void find_words(uint8_t option, struct words ret[static 2])
{
	static const char *const any[] = { "IS", "SEND", "INFO" };
	static const char *const auth_commands[] = { "IS", "SEND", "REPLY",
						     "NAME" };
	static const char *const auth_types[] = {
		"NULL",   "KERBEROS_V4",  "KERBEROS_V5", "SPX",  "MINK", "SRP",
		"RSA",    "SSL",          NULL,          NULL,   "LOKI", "SSA",
		"KEA_SJ", "KEA_SJ_INTEG", "DSS",         "NTLM",
	};
	static const char *const encrypt_commands[] = {
		"IS",          "SUPPORT",   "REPLY",
		"START",       "END",       "REQUEST-START",
		"REQUEST-END", "END_KEYID", "DEC_KEYID",
	};
	static const char *const encrypt_types[] = {
		"NULL",           "DES_CFB64",      "DES_OFB64",
		"DES3_CFB64",     "DES3_OFB64",     NULL,
		"CAST5_40_CFB64", "CAST5_40_OFB64", "CAST128_CFB64",
		"CAST128_OFB64",
	};

	ret[0] = (struct words){ any, 3 };
	ret[1] = (struct words){ NULL, 0 };
	if (option == OPTION_AUTHENTICATION) {
		ret[0] = (struct words){ auth_commands, 4 };
		ret[1] = (struct words){ auth_types, 16 };
	}
	if (option == OPTION_ENCRYPT) {
		ret[0] = (struct words){ encrypt_commands, 9 };
		ret[1] = (struct words){ encrypt_types, 10 };
	}
}

static enum telnet_end parse_subnegotiation(struct telnet *t, uint8_t option)
{
	struct words words[2];
	uint32_t count;
	enum telnet_end end = find_se(t, &count);

	if (end != TELNET_DONE)
		return end;

	find_words(option, words);
	for (uint32_t i = 0; i < count; i++) {
		uint8_t byte = 0;

		end = fetch(t, &byte);
		if (end != TELNET_DONE)
			return end;
		print_text(t, " ");
		if (i < 2 && words[i].count)
			print_word(t, &words[i], byte);
		else
			print_number(t, byte);
	}

	/* Also where only the IAC is there: the length then wraps below. */
	print_text(t, " SE");
	cursor_skip(&t->c, 2);
	t->used += 2;
	return TELNET_DONE;
}

static enum telnet_end parse_option(struct telnet *t, uint8_t command)
{
	static const struct words known = {
		options, sizeof(options) / sizeof(options[0])
	};
	uint8_t option = 0;
	enum telnet_end end = fetch(t, &option);

	if (end != TELNET_DONE)
		return end;

	print_text(t, commands[command - FIRST_COMMAND]);
	print_text(t, " ");
	print_word(t, &known, option);
	if (command == SB)
		return parse_subnegotiation(t, option);
	return TELNET_DONE;
}

/* One command, from its IAC on. */
static enum telnet_end parse(struct telnet *t)
{
	uint8_t byte = 0;
	enum telnet_end end = fetch(t, &byte);

	if (end == TELNET_DONE)
		end = fetch(t, &byte);
	if (end != TELNET_DONE)
		return end;

	if (byte == IAC) {
		print_text(t, "IAC IAC");
		return TELNET_DONE;
	}
	if (byte < FIRST_COMMAND)
		return TELNET_STOP;
	if (byte >= SB && byte <= DONT)
		return parse_option(t, byte);

	print_text(t, commands[byte - FIRST_COMMAND]);
	return TELNET_DONE;
}

bool telnet_print(struct line *l, struct cursor c, uint32_t length)
{
	bool is_first = true;

	l->protocol = "telnet";
	while (length > 0) {
		struct telnet look = { .l = l, .c = c, .length = length };
		struct telnet print = look;
		enum telnet_end end;

		if (!cursor_left(&c))
			return false;
		if (cursor_peek(&c) != IAC)
			break;

		end = parse(&look);
		if (end == TELNET_CUT)
			return false;
		if (end == TELNET_STOP)
			break;

		text_str(l->out, is_first ? " [telnet " : ", ");
		is_first = false;
		print.is_printing = true;
		(void)parse(&print);
		c = look.c;
		length -= look.used;
	}

	if (!is_first)
		text_char(l->out, ']');
	return true;
}
