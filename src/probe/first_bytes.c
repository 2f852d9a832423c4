#include "probe/first_bytes.h"

#include <string.h>

#include "base/cursor.h"

enum { SHOWN_MOST = 60 };

struct beginning {
	const char *bytes;
	size_t len;
	const char *name;
};

#define B(bytes, name)                                                         \
	{                                                                      \
		bytes, sizeof(bytes) - 1, name                                 \
	}

/* The longer ones of the same beginning stand first. */
static const struct beginning beginnings[] = {
	B("SSH-", "SSH"),
	B("Exceeded MaxStartups", "SSH"),
	B("HTTP/", "HTTP"),
	B("<!DOCTYPE", "HTTP/0.9"),
	B("<html", "HTTP/0.9"),
	B("\x15\x03", "TLS"),
	B("\x16\x03", "TLS"),
	B("* OK", "IMAP"),
	B("* BYE", "IMAP"),
	B("* PREAUTH", "IMAP"),
	B("+OK", "POP3"),
	B("-ERR unknown command", "Redis"),
	B("-ERR wrong number", "Redis"),
	B("-NOAUTH", "Redis"),
	B("-DENIED", "Redis"),
	B("-ERR", "POP3"),
	B("RFB 0", "VNC"),
	B("\x03\x00\x00", "RDP"),
	B("AMQP", "AMQP"),
	B("\xff\xfb", "telnet"),
	B("\xff\xfc", "telnet"),
	B("\xff\xfd", "telnet"),
	B("\xff\xfe", "telnet"),
	B("220-", "FTP or SMTP"),
	B("220 ", "FTP or SMTP"),
	B("421 ", "FTP or SMTP"),
	B("554 ", "SMTP"),
	B("500 ", "FTP or SMTP"),
	B("530 ", "FTP"),
	B(":", "IRC"),
	B("@RSYNCD:", "rsync"),
};

/* RFC 5321 and RFC 959 greet alike; most say which they are. */
static const char *greeting_name(const char *data, size_t len)
{
	if (memmem(data, len, "SMTP", 4))
		return "SMTP";
	if (memmem(data, len, "FTP", 3))
		return "FTP";

	return "FTP or SMTP";
}

/* Length, number 0, then protocol version 10 or an error. */
static bool is_mysql(const void *data, size_t len)
{
	struct cursor c = cursor_over(len ? data : "", len);
	uint32_t low = cursor_le16(&c);
	uint32_t high = cursor_u8(&c);
	uint8_t number = cursor_u8(&c);
	uint8_t version = cursor_u8(&c);

	low |= high << 16;
	return cursor_ok(&c) && number == 0 && low > 4 && low < 4096 &&
	       (version == 10 || version == 0xff);
}

const char *first_bytes_name(const void *data, size_t len)
{
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++) {
		const struct beginning *b = &beginnings[i];

		if (len < b->len || memcmp(data, b->bytes, b->len) != 0)
			continue;
		return strstr(b->name, " or ") ? greeting_name(data, len)
					       : b->name;
	}

	return is_mysql(data, len) ? "MySQL" : NULL;
}

/* Controls of C1, zero-width and bidirectional characters do not show what
 * they are. */
static bool is_hidden(const unsigned char *s, size_t len)
{
	if (len == 2)
		return s[0] == 0xc2 && s[1] < 0xa0;
	if (len != 3)
		return false;

	return (s[0] == 0xe2 && s[1] == 0x80 && s[2] >= 0x8b) ||
	       (s[0] == 0xe2 && s[1] == 0x81 && s[2] >= 0xa0) ||
	       (s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf);
}

void first_bytes_clean(struct text *out, const void *data, size_t len)
{
	/* The length of a sequence is asked for in a terminated copy. */
	unsigned char copy[SHOWN_MOST * 4 + 1];
	size_t have = len < sizeof(copy) - 1 ? len : sizeof(copy) - 1;
	size_t shown = 0;
	size_t i = 0;

	if (have)
		memcpy(copy, data, have);
	copy[have] = 0;
	while (i < have && shown < SHOWN_MOST && copy[i] != '\n') {
		size_t n = copy[i] < 0x80 ? 1 : text_utf8_length(copy + i);

		if (n == 1 && copy[i] >= ' ' && copy[i] != 0x7f)
			text_char(out, (char)copy[i]);
		else if (n > 1 && i + n <= have && !is_hidden(copy + i, n))
			text_bytes(out, copy + i, n);
		else if (copy[i] != '\r')
			text_char(out, '.');
		i += n ? n : 1;
		shown++;
	}
	if (i < have && copy[i] != '\n')
		text_str(out, "...");
}
