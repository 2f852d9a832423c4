#include <errno.h>
#include <netinet/in.h>

#include "base/cursor.h"
#include "base/i18n.h"
#include "probe/first_bytes.h"
#include "probe/greeting.h"
#include "probe/speaker.h"
#include "probe/talk_facts.h"

/*
 * MySQL and MariaDB: the server speaks first, with its version or with an
 * error: "too many connections", "host is not allowed". No login is tried; the
 * server counts that as an interrupted handshake (max_connect_errors is 100).
 */
enum {
	HEADER = 4,
	PROTOCOL = 10,
	IS_ERROR = 0xff,
	PACKET_MOST = 4096,
	STATE_LEN = 6, /* "#08S01" */
};

static const char *const schemes[] = { "mysql", "mariadb", NULL };
static const uint16_t ports[] = { 3306, 0 };

/* The first packet; bad: it is not all there, or is none. */
static struct cursor packet(const struct talk *t)
{
	struct cursor c = talk_cursor(t, 0);
	uint32_t len = cursor_le16(&c);

	len |= (uint32_t)cursor_u8(&c) << 16;
	if (cursor_u8(&c) != 0 || len > PACKET_MOST)
		c.bad = true;

	return cursor_take(&c, len);
}

static void tell_error(struct talk *t, struct cursor c)
{
	cursor_skip(&c, 2); /* the number */
	if (cursor_peek(&c) == '#')
		cursor_skip(&c, STATE_LEN);
	greeting_tell_refusal(t, c.pos, cursor_left(&c));
}

static void tell_packet(struct talk *t, struct cursor c)
{
	struct text version = TEXT_NULL;
	uint8_t kind = cursor_u8(&c);
	size_t len = 0;

	if (kind == IS_ERROR) {
		tell_error(t, c);
		return;
	}
	if (kind != PROTOCOL) {
		talk_tell_other(t, "MySQL");
		return;
	}

	while (len < cursor_left(&c) && c.pos[len])
		len++;
	first_bytes_clean(&version, c.pos, len);
	talk_tell_well(t, _("MySQL %s"), text_string(&version));
	text_done(&version);
}

static int speak(struct talk *t)
{
	int64_t until_ns = talk_answer_until(t);
	int n = talk_greeting(t, "MySQL");
	struct cursor c;

	if (n <= 0)
		return n;
	for (c = packet(t); n > 0 && !cursor_ok(&c); c = packet(t)) {
		if (first_bytes_name(t->in.data, t->in.len))
			break;
		n = talk_read(t, until_ns);
	}
	if (n == -EINTR)
		return n;
	if (cursor_ok(&c))
		tell_packet(t, c);
	else
		talk_tell_other(t, "MySQL");

	return 0;
}

const struct speaker speaker_mysql = {
	.id = "mysql",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speaks_first = true,
	.speak = speak,
};
