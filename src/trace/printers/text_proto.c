#include "trace/printers/layers.h"

/*
 * Protocols whose requests and answers are lines of text. Of those that also
 * carry bodies only packets that begin like a request or an answer show their
 * first line.
 */
enum {
	TOKEN_MOST = 128,
};

struct text_proto {
	const char *name; /* as ndo_protocol */
	const char *title;
	const char *const *requests; /* NULL: every packet shows its line */
};

static bool is_print(uint8_t c)
{
	return c >= 0x20 && c <= 0x7e;
}

/* The next token of printable ASCII in c, which moves to the one after it.
 * Its length; 0: there is none, or it is cut, or not text. */
static size_t take_token(struct cursor *c, struct cursor *ret)
{
	*ret = *c;
	for (;;) {
		uint8_t byte = cursor_peek(c);
		size_t len = (size_t)(c->pos - ret->pos);

		if (!cursor_left(c) || byte == ' ' || byte == '\t' ||
		    byte == '\r' || byte == '\n')
			break;
		if (!is_print(byte) || len == TOKEN_MOST)
			return 0;
		cursor_skip(c, 1);
	}

	ret->end = c->pos;
	while (cursor_left(c) && cursor_peek(c) == ' ')
		cursor_skip(c, 1);
	return cursor_left(ret);
}

static uint8_t to_upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

static bool is_word(struct cursor token, const char *word)
{
	for (; *word; word++)
		if (to_upper(cursor_u8(&token)) != (uint8_t)*word)
			return false;
	return !cursor_left(&token);
}

static bool is_status(struct cursor token)
{
	if (cursor_left(&token) != 3)
		return false;

	while (cursor_left(&token)) {
		uint8_t c = cursor_u8(&token);

		if (c < '0' || c > '9')
			return false;
	}
	return true;
}

/* A request, or an answer with its status in second place. c: no more than
 * the packet has; is_cut: it has more. */
static bool is_beginning(const struct text_proto *proto, struct cursor c,
			 bool is_cut)
{
	struct cursor token;

	if (!take_token(&c, &token) || (is_cut && token.end == c.end))
		return false;

	for (const char *const *r = proto->requests; *r; r++)
		if (is_word(token, *r))
			return true;

	if (!take_token(&c, &token) || (is_cut && token.end == c.end))
		return false;
	return is_status(token);
}

/* Where the line ends, as far as it is text. */
enum line_end {
	LINE_ENDS,
	LINE_UNENDED, /* the packet ends before it */
	LINE_BINARY,
	LINE_CUT,
};

static enum line_end find_end(struct cursor c, uint32_t length, bool has_tabs,
			      size_t *ret)
{
	for (uint32_t i = 0; i < length; i++) {
		uint8_t byte = cursor_u8(&c);

		if (!cursor_ok(&c))
			return LINE_CUT;
		*ret = i;
		if (byte == '\n')
			return LINE_ENDS;
		if (byte == '\r') {
			if (i + 1 == length)
				return LINE_BINARY;
			if (!cursor_left(&c))
				return LINE_CUT;
			return cursor_peek(&c) == '\n' ? LINE_ENDS
						       : LINE_BINARY;
		}
		if (!is_print(byte) && !(byte == '\t' && has_tabs))
			return LINE_BINARY;
	}

	*ret = length;
	return LINE_UNENDED;
}

static bool print(struct line *l, struct cursor c, uint32_t length,
		  const struct text_proto *proto)
{
	size_t len = 0;
	enum line_end end;

	l->protocol = proto->name;
	text_str(l->out, proto->title);
	if (proto->requests && !is_beginning(proto, layers_within(c, length),
					     cursor_left(&c) < length))
		return true;

	end = find_end(c, length, true, &len);
	if (end == LINE_CUT)
		return false;
	if (end == LINE_BINARY)
		return true;

	text_str(l->out, ": ");
	text_bytes(l->out, cursor_bytes(&c, len), len);
	return end == LINE_ENDS;
}

bool text_proto_http(struct line *l, struct cursor c, uint32_t length)
{
	static const char *const requests[] = {
		"GET",
		"PUT",
		"COPY",
		"HEAD",
		"LOCK",
		"MOVE",
		"POLL",
		"POST",
		"BCOPY",
		"BMOVE",
		"MKCOL",
		"TRACE",
		"LABEL",
		"MERGE",
		"DELETE",
		"SEARCH",
		"UNLOCK",
		"REPORT",
		"UPDATE",
		"NOTIFY",
		"BDELETE",
		"CONNECT",
		"OPTIONS",
		"CHECKIN",
		"PROPFIND",
		"CHECKOUT",
		"CCM_POST",
		"SUBSCRIBE",
		"PROPPATCH",
		"BPROPFIND",
		"BPROPPATCH",
		"UNCHECKOUT",
		"MKACTIVITY",
		"MKWORKSPACE",
		"UNSUBSCRIBE",
		"RPC_CONNECT",
		"VERSION-CONTROL",
		"BASELINE-CONTROL",
		NULL,
	};
	static const struct text_proto proto = { "http", "HTTP", requests };

	return print(l, c, length, &proto);
}

bool text_proto_rtsp(struct line *l, struct cursor c, uint32_t length)
{
	static const char *const requests[] = {
		"DESCRIBE", "ANNOUNCE",      "GET_PARAMETER", "OPTIONS",
		"PAUSE",    "PLAY",          "RECORD",        "REDIRECT",
		"SETUP",    "SET_PARAMETER", "TEARDOWN",      NULL,
	};
	static const struct text_proto proto = { "rtsp", "RTSP", requests };

	return print(l, c, length, &proto);
}

bool text_proto_sip(struct line *l, struct cursor c, uint32_t length)
{
	static const char *const requests[] = {
		"ACK",    "BYE",     "CANCEL",   "DO",      "INFO",
		"INVITE", "MESSAGE", "NOTIFY",   "OPTIONS", "PRACK",
		"QAUTH",  "REFER",   "REGISTER", "SPRACK",  "SUBSCRIBE",
		"UPDATE", "PUBLISH", NULL,
	};
	static const struct text_proto proto = { "sip", "SIP", requests };

	return print(l, c, length, &proto);
}

bool text_proto_smtp(struct line *l, struct cursor c, uint32_t length)
{
	static const struct text_proto proto = { "smtp", "SMTP", NULL };

	return print(l, c, length, &proto);
}

bool text_proto_ftp(struct line *l, struct cursor c, uint32_t length)
{
	static const struct text_proto proto = { "ftp", "FTP", NULL };

	return print(l, c, length, &proto);
}

bool text_proto_whois(struct line *l, struct cursor c, uint32_t length)
{
	static const struct text_proto proto = { "whois", "WHOIS", NULL };

	return print(l, c, length, &proto);
}

/* Only the version, RFC 4253 4.2; what else there is prints nothing. */
bool text_proto_ssh(struct line *l, struct cursor c, uint32_t length)
{
	static const char magic[4] = { 'S', 'S', 'H', '-' };
	struct cursor rest = c;
	enum line_end end;
	size_t len = 0;

	l->protocol = "ssh";
	for (size_t i = 0; i < sizeof(magic); i++) {
		uint8_t byte = cursor_u8(&rest);

		if (!cursor_ok(&rest))
			return false;
		if (byte != (uint8_t)magic[i])
			return true;
	}
	if (length < sizeof(magic))
		return true;

	end = find_end(rest, length - (uint32_t)sizeof(magic), false, &len);
	if (end != LINE_ENDS)
		return end != LINE_CUT;

	len += sizeof(magic);
	text_str(l->out, ": SSH: ");
	text_bytes(l->out, cursor_bytes(&c, len), len);
	return true;
}

/* RFC 3164: facility and severity. */
bool text_proto_syslog(struct line *l, struct cursor c, uint32_t length)
{
	static const char *const facilities[] = {
		"kernel", "user",     "mail",    "daemon", "auth",     "syslog",
		"lpr",    "news",     "uucp",    "cron",   "authpriv", "ftp",
		"ntp",    "security", "console", "cron",   "local0",   "local1",
		"local2", "local3",   "local4",  "local5", "local6",   "local7",
	};
	static const char *const severities[] = {
		"emergency", "alert",  "critical", "error",
		"warning",   "notice", "info",     "debug",
	};
	unsigned priority = 0;
	uint8_t byte = cursor_u8(&c);

	l->protocol = "syslog";
	if (cursor_ok(&c) && byte == '<') {
		byte = cursor_u8(&c);
		for (int i = 0; i < 3 && byte >= '0' && byte <= '9'; i++) {
			priority = priority * 10 + byte - '0';
			byte = cursor_u8(&c);
		}
	} else {
		byte = 0;
	}
	if (!cursor_ok(&c))
		return false;
	if (byte != '>') {
		text_str(l->out, " (invalid)");
		return true;
	}

	text_str(l->out, "SYSLOG ");
	if (priority >> 3 < sizeof(facilities) / sizeof(facilities[0]))
		text_str(l->out, facilities[priority >> 3]);
	else
		text_format(l->out, "unknown (%u)", priority >> 3);
	text_char(l->out, '.');
	text_str(l->out, severities[priority & 7]);
	text_str(l->out, ", length: ");
	text_u64(l->out, length);
	return true;
}
