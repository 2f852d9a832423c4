#include "probe/dns_ask.h"

#include "base/cursor.h"
#include "base/i18n.h"
#include "probe/talk_facts.h"

enum {
	ID = 0x6b77,
	HEADER = 12,
	RESPONSE = 0x8000,
	CODE = 0x000f,
	PREFIX = 2,
};

/* "." NS IN, RFC 1035 4.1. */
static const unsigned char query[] = { 0, 17, ID >> 8, ID & 0xff, 0, 0, 0,
				       1, 0,  0,       0,         0, 0, 0,
				       0, 0,  2,       0,         1 };

static const char *code_name(unsigned code)
{
	static const char *const names[] = { "NOERROR",  "FORMERR", "SERVFAIL",
					     "NXDOMAIN", "NOTIMP",  "REFUSED" };

	return code < sizeof(names) / sizeof(*names) ? names[code] : "?";
}

static bool parse(const struct talk *t, bool is_tcp, unsigned *code)
{
	struct cursor c = cursor_over(t->in.data, t->in.len);
	unsigned id, flags;

	if (is_tcp)
		cursor_skip(&c, PREFIX);
	id = cursor_be16(&c);
	flags = cursor_be16(&c);
	cursor_skip(&c, HEADER - 4);
	*code = flags & CODE;

	return cursor_ok(&c) && id == ID && flags & RESPONSE;
}

int dns_ask_speak(struct talk *t, bool is_tcp)
{
	size_t skip = is_tcp ? 0 : PREFIX;
	size_t wanted = HEADER + (is_tcp ? PREFIX : 0);
	unsigned code;
	int n = talk_ask(t, query + skip, sizeof(query) - skip);

	if (n <= 0)
		return n;
	if (is_tcp)
		(void)talk_read_to(t, wanted, talk_answer_until(t));
	if (parse(t, is_tcp, &code))
		talk_tell_well(t, _("a name server, which answers %s"),
			       code_name(code));
	else
		talk_tell_other(t, "DNS");

	return 0;
}
