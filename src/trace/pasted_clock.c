#include "trace/pasted_clock.h"

#include "base/clock.h"

#define DAY_NS (86400 * CLOCK_SECOND)

/* Days since 1970-01-01, after "chrono-compatible low-level date algorithms"
 * (Howard Hinnant): years begin in March, so that leap days come last. */
static int64_t days_of(int64_t year, uint32_t month, uint32_t day)
{
	int64_t y = year - (month <= 2);
	int64_t era = y / 400;
	int64_t in_era = y - era * 400;
	int64_t in_year =
		(153 * (month > 2 ? (int64_t)month - 3 : (int64_t)month + 9) +
		 2) / 5 +
		(int64_t)day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 +
	       in_year - 719468;
}

/* ".356355": nanoseconds, and how many digits there are. */
static int fraction(struct cursor *c, int64_t *ns)
{
	static const int64_t unit[] = { 1000000000, 100000000, 10000000,
					1000000,    100000,    10000,
					1000,       100,       10,
					1 };
	struct cursor ahead = *c;
	uint64_t value;
	size_t digits;

	if (!SCAN(&ahead, "."))
		return 0;

	digits = cursor_left(&ahead);
	if (!scan_u64(&ahead, &value))
		return 0;

	/* More than nine come from files that hold nonsense for a time. */
	digits -= cursor_left(&ahead);
	if (digits <= 9)
		*ns = (int64_t)value * unit[digits];
	*c = ahead;
	return (int)digits;
}

/* "09:30:56.355936" */
static bool day_time(struct cursor *c, struct pasted_stamp *ret)
{
	struct cursor ahead = *c;
	uint32_t hours;
	uint32_t minutes;
	uint32_t seconds;

	if (!scan_upto(&ahead, 23, &hours) || !SCAN(&ahead, ":") ||
	    !scan_is_digit(scan_at(&ahead, 1)) ||
	    !scan_upto(&ahead, 59, &minutes) || !SCAN(&ahead, ":") ||
	    !scan_is_digit(scan_at(&ahead, 1)) ||
	    !scan_upto(&ahead, 60, &seconds))
		return false;

	ret->ns = 0;
	ret->digits = fraction(&ahead, &ret->ns);
	ret->ns +=
		(((int64_t)hours * 60 + minutes) * 60 + seconds) * CLOCK_SECOND;
	ret->form = PASTED_STAMP_DAY;
	*c = ahead;
	return true;
}

/* The number of two digits, or something above 99. */
static uint32_t pair(const uint8_t *s)
{
	uint32_t tens = s[0] - (uint32_t)'0';
	uint32_t ones = s[1] - (uint32_t)'0';

	return tens > 9 || ones > 9 ? UINT16_MAX : tens * 10 + ones;
}

/* As day_time() reads it, but only the form that nearly every line begins with:
 * fifteen characters, then a blank. */
static bool usual_time(struct cursor *c, struct pasted_stamp *ret)
{
	struct cursor ahead = *c;
	const uint8_t *s = cursor_bytes(&ahead, 16);
	uint32_t hours, minutes, seconds, a, b, d;

	if (!s || s[2] != ':' || s[5] != ':' || s[8] != '.' || s[15] != ' ')
		return false;

	hours = pair(s);
	minutes = pair(s + 3);
	seconds = pair(s + 6);
	a = pair(s + 9);
	b = pair(s + 11);
	d = pair(s + 13);
	if (hours > 23 || minutes > 59 || seconds > 60 || a > 99 || b > 99 ||
	    d > 99)
		return false;

	ret->ns = (((int64_t)hours * 60 + minutes) * 60 + seconds) *
			  CLOCK_SECOND +
		  (int64_t)(a * 10000 + b * 100 + d) * CLOCK_MICROSECOND;
	ret->digits = 6;
	ret->form = PASTED_STAMP_DAY;
	cursor_skip(c, 15);
	return true;
}

/* "2026-11-21 09:30:56.355936" */
static bool dated_time(struct cursor *c, struct pasted_stamp *ret)
{
	struct cursor ahead = *c;
	uint32_t year;
	uint32_t month;
	uint32_t day;

	/* Nanoseconds in 64 bits last from 1677 to 2262. */
	if (!scan_upto(&ahead, 2199, &year) || year < 1900 ||
	    !SCAN(&ahead, "-") || !scan_upto(&ahead, 12, &month) || !month ||
	    !SCAN(&ahead, "-") || !scan_upto(&ahead, 31, &day) || !day)
		return false;

	if (!SCAN(&ahead, "T"))
		scan_blanks(&ahead);
	if (!day_time(&ahead, ret))
		return false;

	ret->ns += days_of(year, month, day) * DAY_NS;
	ret->form = PASTED_STAMP_EPOCH;
	*c = ahead;
	return true;
}

/* "1258594162.123456"; tcpdump 3 writes spans as "2. 000043" and "000043". */
static bool plain_seconds(struct cursor *c, struct pasted_stamp *ret)
{
	struct cursor ahead = *c;
	uint32_t value;
	size_t digits = cursor_left(c);

	if (!scan_u32(&ahead, &value))
		return false;

	digits -= cursor_left(&ahead);
	ret->ns = 0;
	ret->digits = fraction(&ahead, &ret->ns);
	if (ret->digits) {
		ret->ns += value * CLOCK_SECOND;
		ret->form = PASTED_STAMP_EPOCH;
	} else if (digits == 6 && scan_at(&ahead, 1) != ' ') {
		ret->ns = (int64_t)value * CLOCK_MICROSECOND;
		ret->digits = 6;
		ret->form = PASTED_STAMP_DELTA;
	} else if (SCAN(&ahead, ". ")) {
		ret->ns = value * CLOCK_SECOND;
		digits = cursor_left(&ahead);
		if (!scan_u32(&ahead, &value) ||
		    digits - cursor_left(&ahead) != 6)
			return false;
		ret->ns += (int64_t)value * CLOCK_MICROSECOND;
		ret->digits = 6;
		ret->form = PASTED_STAMP_DELTA;
	} else {
		return false;
	}

	*c = ahead;
	return true;
}

bool pasted_clock_read(struct cursor *c, struct pasted_stamp *ret)
{
	struct cursor ahead = *c;
	struct pasted_stamp stamp = { 0 };

	stamp.negative = SCAN(&ahead, "-");
	if (!usual_time(&ahead, &stamp) &&
	    !SCAN(&ahead, "[Error converting time]") &&
	    !SCAN(&ahead, "[timestamp overflow]") &&
	    !day_time(&ahead, &stamp) && !dated_time(&ahead, &stamp) &&
	    !plain_seconds(&ahead, &stamp))
		return false;
	if (!scan_ended(&ahead) && !SCAN(&ahead, " "))
		return false;

	scan_blanks(&ahead);
	*c = ahead;
	*ret = stamp;
	return true;
}

/* Text may claim any number of days. */
static int64_t sum(int64_t a, int64_t b)
{
	int64_t result;

	if (__builtin_add_overflow(a, b, &result))
		return b > 0 ? INT64_MAX : INT64_MIN;

	return result;
}

static enum pasted_clock_kind kind_of(const struct pasted_stamp *stamp)
{
	if (!stamp->ns || stamp->negative ||
	    (stamp->set_apart && stamp->ns < 60 * CLOCK_SECOND))
		return PASTED_CLOCK_SINCE_FIRST;

	return PASTED_CLOCK_DAY;
}

static int64_t span_time(struct pasted_clock *k,
			 const struct pasted_stamp *stamp)
{
	int64_t ns = stamp->negative ? -stamp->ns : stamp->ns;

	k->sum_ns = sum(k->sum_ns, ns);
	if (ns < k->last_ns)
		k->kind = PASTED_CLOCK_SINCE_LAST;

	k->last_ns = ns;
	return k->kind == PASTED_CLOCK_SINCE_LAST ? k->sum_ns : ns;
}

static int64_t day_stamp_time(struct pasted_clock *k,
			      const struct pasted_stamp *stamp)
{
	int64_t back = k->last_ns - stamp->ns;

	/* Late packets of the evening before do not turn the day back. */
	if (k->day_ns && -back > DAY_NS / 2)
		return sum(stamp->ns - DAY_NS, k->day_ns);
	if (back > DAY_NS / 2)
		k->day_ns = sum(k->day_ns, DAY_NS);

	k->last_ns = stamp->ns;
	return sum(stamp->ns, k->day_ns);
}

static int64_t stamp_time(struct pasted_clock *k,
			  const struct pasted_stamp *stamp)
{
	if (stamp->form == PASTED_STAMP_NONE)
		return k->given_ns;
	if (stamp->form == PASTED_STAMP_EPOCH)
		return stamp->ns;
	if (stamp->form == PASTED_STAMP_DELTA) {
		k->sum_ns = sum(k->sum_ns, stamp->ns);
		return k->sum_ns;
	}

	/* Exactly midnight is where spans begin: of another paste, too. */
	if (k->kind == PASTED_CLOCK_DAY && !stamp->ns && k->last_ns)
		*k = (struct pasted_clock){ .kind = PASTED_CLOCK_SINCE_FIRST };
	if (k->kind == PASTED_CLOCK_FRESH)
		k->kind = kind_of(stamp);
	if (k->kind == PASTED_CLOCK_DAY)
		return day_stamp_time(k, stamp);

	/* A time of day after all: another paste begins. */
	if (k->kind == PASTED_CLOCK_SINCE_FIRST && !stamp->set_apart &&
	    stamp->ns > k->last_ns + DAY_NS / 4) {
		*k = (struct pasted_clock){ .kind = PASTED_CLOCK_DAY };
		return day_stamp_time(k, stamp);
	}

	return span_time(k, stamp);
}

int64_t pasted_clock_time(struct pasted_clock *k,
			  const struct pasted_stamp *stamp)
{
	k->given_ns = stamp_time(k, stamp);
	return k->given_ns;
}
