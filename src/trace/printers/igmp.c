#include "trace/printers/layers.h"

/* RFC 2236, RFC 3376, and mtrace, without what only -v shows. */
enum {
	IGMP_QUERY = 0x11,
	IGMP_V1_REPORT = 0x12,
	IGMP_DVMRP = 0x13,
	IGMP_PIM = 0x14,
	IGMP_V2_REPORT = 0x16,
	IGMP_LEAVE = 0x17,
	IGMP_MRESP = 0x1e,
	IGMP_MTRACE = 0x1f,
	IGMP_V3_REPORT = 0x22,
	V3_QUERY_LEAST = 12,
	V3_REPORT_LEAST = 16,
	MTRACE_LEAST = 24,
	USUAL_TIME = 100, /* tenths of a second */
};

static bool print_bad_len(struct line *l, uint32_t length)
{
	text_str(l->out, " [invalid len ");
	text_u64(l->out, length);
	text_char(l->out, ']');
	return true;
}

/* The four bytes behind the checksum. */
static const uint8_t *group_of(struct cursor c)
{
	cursor_skip(&c, 4);
	return cursor_bytes(&c, 4);
}

static bool print_group(struct line *l, struct cursor c, const char *what)
{
	const uint8_t *group = group_of(c);

	if (!group)
		return false;

	text_str(l->out, what);
	line_address4(l, group);
	return true;
}

/* Tenths of a second, not an hour; long ones in minutes and seconds. */
static void print_time(struct line *l, uint32_t tenths)
{
	uint32_t seconds = tenths / 10;

	text_str(l->out, " [max resp time ");
	if (tenths < 600) {
		text_format(l->out, "%u.%us]", seconds, tenths % 10);
		return;
	}

	text_format(l->out, "%um", seconds / 60);
	if (seconds % 60)
		text_format(l->out, "%us", seconds % 60);
	text_char(l->out, ']');
}

/* Above 127 it is a floating point number. */
static uint32_t tenths_of(uint8_t code)
{
	if (code < 128)
		return code;

	return ((code & 0xfU) | 0x10U) << ((code >> 4 & 7) + 3);
}

static bool print_v3_query(struct line *l, struct cursor c, uint32_t length)
{
	const uint8_t *group = group_of(c);
	uint8_t code;
	uint16_t sources;

	text_str(l->out, " v3");
	if (length < V3_QUERY_LEAST || length % 4)
		return print_bad_len(l, length);

	cursor_skip(&c, 1);
	code = cursor_u8(&c);
	if (!cursor_ok(&c))
		return false;
	if (code != USUAL_TIME)
		print_time(l, tenths_of(code));
	if (!group)
		return false;
	if (!layers_be32(group))
		return true;

	text_str(l->out, " [gaddr ");
	line_address4(l, group);
	cursor_skip(&c, 8);
	sources = cursor_be16(&c);
	if (!cursor_ok(&c))
		return false;
	if (sources && length < V3_QUERY_LEAST + 4U * sources)
		text_str(l->out, " [invalid number of sources]");
	else if (sources)
		text_format(l->out, ", %u source(s)", sources);
	text_char(l->out, ']');
	return true;
}

static bool print_query(struct line *l, struct cursor c, uint32_t length)
{
	const uint8_t *group = group_of(c);
	uint8_t code;

	text_str(l->out, "igmp query");
	if (length >= V3_QUERY_LEAST)
		return print_v3_query(l, c, length);

	cursor_skip(&c, 1);
	code = cursor_u8(&c);
	if (!cursor_ok(&c))
		return false;
	text_str(l->out, code ? " v2" : " v1");
	if (code && code != USUAL_TIME)
		text_format(l->out, " [max resp time %u]", code);

	if (!group)
		return false;
	if (layers_be32(group)) {
		text_str(l->out, " [gaddr ");
		line_address4(l, group);
		text_char(l->out, ']');
	}
	if (length != 8)
		text_format(l->out, " [len %u]", length);
	return true;
}

static bool print_v1_report(struct line *l, struct cursor c, uint32_t length)
{
	if (!print_group(l, c, "igmp v1 report "))
		return false;
	if (length != 8)
		text_format(l->out, " [len %u]", length);
	return true;
}

static bool print_v2_report(struct line *l, struct cursor c, uint32_t length)
{
	(void)length;
	return print_group(l, c, "igmp v2 report ");
}

static bool print_leave(struct line *l, struct cursor c, uint32_t length)
{
	(void)length;
	return print_group(l, c, "igmp leave ");
}

static bool print_v3_report(struct line *l, struct cursor c, uint32_t length)
{
	const uint8_t *counts;

	text_str(l->out, "igmp v3 report");
	if (length < V3_REPORT_LEAST || length % 4)
		return print_bad_len(l, length);

	counts = group_of(c);
	if (!counts)
		return false;
	text_format(l->out, ", %u group record(s)", layers_be16(counts + 2));
	return true;
}

static bool print_trace(struct line *l, struct cursor c, uint32_t length,
			const char *name)
{
	const uint8_t *query;

	if (length < MTRACE_LEAST)
		return print_bad_len(l, length);

	cursor_skip(&c, 8);
	query = cursor_bytes(&c, 16);
	if (!query)
		return false;
	text_format(l->out, "%s %u: ", name,
		    layers_be32(query + 12) & 0xffffff);
	line_address4(l, query);
	text_str(l->out, " to ");
	line_address4(l, query + 4);
	text_str(l->out, " reply-to ");
	line_address4(l, query + 8);
	if (query[8] >> 4 == 0xe)
		text_format(l->out, " with-ttl %u", query[12]);
	return true;
}

static bool print_mresp(struct line *l, struct cursor c, uint32_t length)
{
	return print_trace(l, c, length, "mresp");
}

static bool print_mtrace(struct line *l, struct cursor c, uint32_t length)
{
	return print_trace(l, c, length, "mtrace");
}

static bool print_dvmrp(struct line *l, struct cursor c, uint32_t length)
{
	(void)c;
	if (length >= 8)
		return layers_beyond(l, "dvmrp");

	text_format(l->out, "igmp dvmrp [len %u]", length);
	return true;
}

static bool print_pim(struct line *l, struct cursor c, uint32_t length)
{
	(void)c;
	(void)length;
	return layers_beyond(l, "pimv1");
}

bool igmp_print(struct line *l, struct cursor c, uint32_t length)
{
	static const struct {
		uint8_t type;
		bool (*print)(struct line *l, struct cursor c, uint32_t length);
	} types[] = {
		{ IGMP_QUERY, print_query },
		{ IGMP_V1_REPORT, print_v1_report },
		{ IGMP_V2_REPORT, print_v2_report },
		{ IGMP_V3_REPORT, print_v3_report },
		{ IGMP_LEAVE, print_leave },
		{ IGMP_DVMRP, print_dvmrp },
		{ IGMP_PIM, print_pim },
		{ IGMP_MRESP, print_mresp },
		{ IGMP_MTRACE, print_mtrace },
	};

	l->protocol = "igmp";
	if (!cursor_left(&c))
		return false;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == cursor_peek(&c))
			return types[i].print(l, c, length);

	text_str(l->out, "igmp-");
	text_u64(l->out, cursor_peek(&c));
	return true;
}
