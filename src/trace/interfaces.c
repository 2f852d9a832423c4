#include "trace/interfaces.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "trace/input.h"
#include "trace/savefile.h"

enum {
	OPTION_END = 0,
	OPTION_TSRESOL = 9,
	OPTION_TSOFFSET = 14,
};

enum {
	TSRESOL_BINARY = 0x80, /* the rest is a power of two, else of ten */
	TSRESOL_MOST_BINARY = 63,
	TSRESOL_MOST_DECIMAL = 19, /* 10^19 is the last that 64 bits hold */
	TSRESOL_NANOSECONDS = 9,
};

void interfaces_done(struct interfaces *i)
{
	free(i->list);
	*i = (struct interfaces){ 0 };
}

void interfaces_clear(struct interfaces *i)
{
	i->count = 0;
}

static int64_t saturated(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return a < 0 ? INT64_MIN + 1 : INT64_MAX;

	return sum;
}

static int64_t binary_time(unsigned shift, uint64_t units)
{
	uint64_t seconds = units >> shift;
	uint64_t part = units & ((UINT64_C(1) << shift) - 1);
	int64_t time_ns;

	/* 34 bits and the 30 of a second's nanoseconds fit. */
	if (shift > 34) {
		part >>= shift - 34;
		shift = 34;
	}

	part = (part * (uint64_t)CLOCK_SECOND) >> shift;
	if (__builtin_mul_overflow(seconds, CLOCK_SECOND, &time_ns))
		return INT64_MAX;

	return saturated(time_ns, (int64_t)part);
}

int64_t interfaces_time(const struct interfaces_one *one, uint64_t units)
{
	int64_t time_ns = 0;

	switch (one->clock) {
	case INTERFACES_MULTIPLY:
		if (__builtin_mul_overflow(units, one->factor, &time_ns))
			time_ns = INT64_MAX;
		break;
	case INTERFACES_DIVIDE:
		time_ns = (int64_t)(units / one->factor);
		break;
	case INTERFACES_SHIFT:
		time_ns = binary_time(one->shift, units);
		break;
	}

	return saturated(time_ns, one->offset_ns);
}

static uint64_t power_of_ten(unsigned n)
{
	uint64_t value = 1;

	while (n--)
		value *= 10;

	return value;
}

static void take_tsresol(struct interfaces_one *one, struct input *in,
			 uint64_t value)
{
	struct problem here = input_place(in);
	bool is_binary = value & TSRESOL_BINARY;
	unsigned power = (unsigned)value & (TSRESOL_BINARY - 1);

	if (power > (is_binary ? TSRESOL_MOST_BINARY : TSRESOL_MOST_DECIMAL)) {
		problems_add(
			in->problems, &here,
			_("Interface Description Block if_tsresol option resolution %d^-%u is too high"),
			is_binary ? 2 : 10, power);
		return;
	}

	if (is_binary) {
		one->clock = INTERFACES_SHIFT;
		one->shift = (uint8_t)power;
	} else if (power > TSRESOL_NANOSECONDS) {
		one->clock = INTERFACES_DIVIDE;
		one->factor = power_of_ten(power - TSRESOL_NANOSECONDS);
	} else {
		one->clock = INTERFACES_MULTIPLY;
		one->factor = power_of_ten(TSRESOL_NANOSECONDS - power);
	}
}

static void take_tsoffset(struct interfaces_one *one, struct input *in,
			  uint64_t value)
{
	int64_t seconds = (int64_t)value;

	(void)in;
	if (__builtin_mul_overflow(seconds, CLOCK_SECOND, &one->offset_ns))
		one->offset_ns = seconds < 0 ? INT64_MIN + 1 : INT64_MAX;
}

/* Only what bears on time is looked at; each may be there once. */
static const struct option {
	const char *name;
	uint16_t code;
	uint16_t len;
	void (*take)(struct interfaces_one *one, struct input *in,
		     uint64_t value);
} options[] = {
	{ "if_tsresol", OPTION_TSRESOL, 1, take_tsresol },
	{ "if_tsoffset", OPTION_TSOFFSET, 8, take_tsoffset },
};

enum { OPTION_COUNT = sizeof(options) / sizeof(options[0]) };

static uint64_t read_value(struct cursor c, bool is_big)
{
	uint64_t low;

	if (cursor_left(&c) == 1)
		return cursor_u8(&c);

	if (is_big)
		return cursor_be64(&c);

	low = cursor_le32(&c);
	return low | (uint64_t)cursor_le32(&c) << 32;
}

static void take_option(struct interfaces_one *one, struct input *in,
			const struct option *o, struct cursor value,
			bool is_big)
{
	struct problem here = input_place(in);
	size_t len = cursor_left(&value);

	if (len != o->len) {
		problems_add(
			in->problems, &here,
			_("Interface Description Block has %s option with length %zu != %u"),
			o->name, len, o->len);
	} else {
		o->take(one, in, read_value(value, is_big));
	}
}

static void take_options(struct interfaces_one *one, struct input *in,
			 struct cursor c, bool is_big)
{
	struct problem here = input_place(in);
	bool seen[OPTION_COUNT] = { false };

	while (cursor_left(&c)) {
		uint16_t code = is_big ? cursor_be16(&c) : cursor_le16(&c);
		uint16_t len = is_big ? cursor_be16(&c) : cursor_le16(&c);
		struct cursor value = cursor_take(&c, len);

		/* Every option begins at a multiple of four. */
		cursor_skip(&c, -(size_t)len & 3);
		if (!cursor_ok(&c)) {
			problems_add(
				in->problems, &here,
				_("the options of an Interface Description Block are cut off"));
			return;
		}

		if (code == OPTION_END)
			return;

		for (size_t i = 0; i < OPTION_COUNT; i++) {
			if (options[i].code != code)
				continue;

			if (seen[i]) {
				problems_add(
					in->problems, &here,
					_("Interface Description Block has more than one %s option"),
					options[i].name);
			} else {
				take_option(one, in, &options[i], value,
					    is_big);
			}
			seen[i] = true;
		}
	}
}

static int make_room(struct interfaces *i)
{
	uint32_t room = i->room ? 2 * i->room : 4;
	struct interfaces_one *list;

	if (i->count < i->room)
		return 0;

	list = reallocarray(i->list, room, sizeof(*list));
	if (!list)
		return -ENOMEM;

	i->list = list;
	i->room = room;
	return 0;
}

int interfaces_add(struct interfaces *i, struct input *in, struct cursor body,
		   bool is_big)
{
	struct problem here = input_place(in);
	struct interfaces_one *one;
	int r;

	if (i->count == INTERFACES_MOST) {
		problems_add(in->problems, &here,
			     _("more than %d interfaces in the file"),
			     INTERFACES_MOST);
		return 0;
	}

	r = make_room(i);
	if (r < 0)
		return r;

	one = &i->list[i->count++];
	*one = (struct interfaces_one){ .clock = INTERFACES_MULTIPLY,
					.factor = CLOCK_MICROSECOND };
	one->link =
		savefile_link(is_big ? cursor_be16(&body) : cursor_le16(&body));
	cursor_skip(&body, 2);
	one->snaplen = savefile_snaplen(is_big ? cursor_be32(&body)
					       : cursor_le32(&body));
	one->usual = one->snaplen < SAVEFILE_PACKET_MOST ? one->snaplen
							 : SAVEFILE_PACKET_MOST;
	if (!cursor_ok(&body)) {
		problems_add(
			in->problems, &here,
			_("block of type %u in pcapng dump file is too short"),
			1U);
	} else {
		take_options(one, in, body, is_big);
	}
	return 0;
}
