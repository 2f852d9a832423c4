#include "trace/line_time.h"

#include <string.h>

#include "net/frame.h"
#include "trace/printers/pen.h"

enum {
	QUARTER = 900, /* seconds */
	MILLION = 1000000,
	BILLION = 1000000000,
};

/* tcpdump refuses what a 32-bit signed time could not hold. */
static bool is_convertible(int64_t second)
{
	return !((uint32_t)second & 0x80000000);
}

static int64_t floor_div(int64_t value, int64_t by)
{
	int64_t q = value / by;

	return value % by < 0 ? q - 1 : q;
}

static int64_t floor_mod(int64_t value, int64_t by)
{
	return value - floor_div(value, by) * by;
}

/* Looks up the quarter of an hour that holds second. */
static bool find_block(struct line_time *t, int64_t second)
{
	time_t first = floor_div(second, QUARTER) * QUARTER;
	time_t last = first + QUARTER - 1;
	struct tm end;

	if (!localtime_r(&first, &t->start) || !localtime_r(&last, &end))
		return false;

	t->block = first;
	t->has_block = true;
	t->is_plain = t->start.tm_gmtoff == end.tm_gmtoff &&
		      t->start.tm_sec == 0 && end.tm_sec == 59;
	return true;
}

/* Local time of second, except the weekday and the day of the year. */
static bool local_time(struct line_time *t, int64_t second, struct tm *ret)
{
	time_t whole = second;
	int minutes;

	if (!t->has_block || second < t->block || second >= t->block + QUARTER)
		if (!find_block(t, second))
			return false;

	*ret = t->start;
	minutes = t->start.tm_min + (int)(second - t->block) / 60;
	if (!t->is_plain || minutes > 59)
		return localtime_r(&whole, ret) != NULL;

	ret->tm_min = minutes;
	ret->tm_sec = (int)(second - t->block) % 60;
	return true;
}

static char *pen_clock(char *p, unsigned hour, unsigned minute, unsigned second)
{
	p = pen_char(pen_pair(p, hour % 100), ':');
	p = pen_char(pen_pair(p, minute % 100), ':');
	return pen_pair(p, second % 100);
}

/* Puts "[YYYY-MM-DD ]HH:MM:SS." of a second into words. */
static bool find_words(struct line_time *t, int64_t second, bool has_date)
{
	struct tm tm;
	char *p = t->words;

	if (t->has_second && t->second == second && t->has_date == has_date)
		return true;
	if (!local_time(t, second, &tm))
		return false;

	/* Until 2038, so the year has four digits. */
	if (has_date) {
		unsigned year = (unsigned)(tm.tm_year + 1900);

		p = pen_pair(pen_pair(p, year / 100 % 100), year % 100);
		p = pen_pair(pen_char(p, '-'), (unsigned)tm.tm_mon + 1);
		p = pen_pair(pen_char(p, '-'), (unsigned)tm.tm_mday);
		p = pen_char(p, ' ');
	}

	p = pen_clock(p, (unsigned)tm.tm_hour, (unsigned)tm.tm_min,
		      (unsigned)tm.tm_sec);
	p = pen_char(p, '.');
	t->words_len = (uint8_t)(p - t->words);
	t->second = second;
	t->has_second = true;
	t->has_date = has_date;
	return true;
}

/* Six digits, or more where the file was wrong. */
static char *pen_us(char *p, int64_t us)
{
	uint32_t value = (uint32_t)us;

	p = value < MILLION ? pen_six(p, value) : pen_u32(p, value);
	return pen_char(p, ' ');
}

static char *pen_local(struct line_time *t, char *p,
		       const struct line_stamp *at, bool has_date)
{
	if (!is_convertible(at->second) || !find_words(t, at->second, has_date))
		return pen_str(p, "[Error converting time] ");

	memcpy(p, t->words, t->words_len);
	return pen_us(p + t->words_len, at->us);
}

static char *pen_unix(char *p, const struct line_stamp *at)
{
	if (!is_convertible(at->second))
		return pen_str(p, "[Error converting time] ");

	p = pen_char(pen_u32(p, (uint32_t)at->second), '.');
	return pen_us(p, at->us);
}

static bool is_before(const struct line_stamp *a, const struct line_stamp *b)
{
	return a->second == b->second ? a->us < b->us : a->second < b->second;
}

static struct line_stamp difference(const struct line_stamp *a,
				    const struct line_stamp *b)
{
	struct line_stamp d = { a->second - b->second, a->us - b->us };

	if (d.us < 0) {
		d.second--;
		d.us += MILLION;
	}
	return d;
}

/* The distance to the reference, days left out, as tcpdump does. */
static char *pen_delta(char *p, const struct line_stamp *at,
		       const struct line_stamp *reference)
{
	bool is_negative = is_before(at, reference);
	struct line_stamp d = is_negative ? difference(reference, at)
					  : difference(at, reference);
	unsigned clock;

	p = pen_char(p, is_negative ? '-' : ' ');
	if (!is_convertible(d.second))
		return pen_str(p, "[Error converting time] ");

	clock = (unsigned)(floor_mod(d.second, 86400));
	p = pen_clock(p, clock / 3600, clock / 60 % 60, clock % 60);
	return pen_us(pen_char(p, '.'), d.us);
}

/* The microseconds as the file has them. libpcap takes the number in the file
 * for a signed one and divides it later, which shows where it is wrong; only a
 * file with nanoseconds has some that are not whole microseconds. */
static int64_t microseconds(const struct frame *f, int64_t second)
{
	int64_t ns = (int64_t)((uint64_t)f->time_ns -
			       (uint64_t)second * (uint64_t)BILLION);

	return ns % 1000 ? (int32_t)ns / 1000 : (int32_t)(ns / 1000);
}

static struct line_stamp stamp_of(const struct line_time *t,
				  const struct frame *f)
{
	struct line_stamp at = { floor_div(f->time_ns, BILLION) - f->excess_s,
				 0 };

	at.us = microseconds(f, at.second);
	if (t->is_signed)
		at.second = (int32_t)at.second;
	/* Later than can be told: nothing but an error is printed of it. */
	if (f->time_ns == INT64_MAX)
		at.second = INT64_C(0xffffffffff);
	return at;
}

void line_time_print(struct line_time *t, int form, const struct frame *f,
		     struct text *out)
{
	struct line_stamp at = stamp_of(t, f);
	char *p = pen_begin(out, 64);

	if (!p)
		return;

	if (form == 0 || form == 4)
		p = pen_local(t, p, &at, form == 4);
	else if (form == 2)
		p = pen_unix(p, &at);

	if (form == 3 || form == 5) {
		if (!t->reference.second && !t->reference.us)
			t->reference = at;
		p = pen_delta(p, &at, &t->reference);
		if (form == 3)
			t->reference = at;
	}

	pen_end(out, p);
}
