#include "base/json.h"

#include <math.h>
#include <string.h>

struct json json_over(struct text *out, bool indented)
{
	return (struct json){ .out = out, .indented = indented };
}

static void new_line(struct json *j)
{
	if (!j->indented)
		return;

	text_char(j->out, '\n');
	text_fill(j->out, ' ', 2 * (size_t)j->depth);
}

/* What must stand between the value before and the next one. */
static void separate(struct json *j)
{
	if (j->after_name) {
		j->after_name = false;
		return;
	}

	if (!j->depth)
		return;
	if (j->filled[j->depth - 1])
		text_char(j->out, ',');
	j->filled[j->depth - 1] = true;
	new_line(j);
}

static void open_with(struct json *j, char c)
{
	separate(j);
	text_char(j->out, c);
	if (j->depth == JSON_DEPTH) {
		j->failed = true;
		return;
	}

	j->filled[j->depth++] = false;
}

static void close_with(struct json *j, char c)
{
	if (!j->depth) {
		j->failed = true;
		return;
	}

	j->depth--;
	if (j->filled[j->depth])
		new_line(j);
	text_char(j->out, c);
}

void json_object(struct json *j)
{
	open_with(j, '{');
}

void json_object_end(struct json *j)
{
	close_with(j, '}');
}

void json_array(struct json *j)
{
	open_with(j, '[');
}

void json_array_end(struct json *j)
{
	close_with(j, ']');
}

static void escape(struct text *out, unsigned char c)
{
	static const char shorts[] = "b\bf\fn\nr\rt\t\"\"\\\\";
	const char *found = NULL;

	for (const char *s = shorts; *s; s += 2)
		if ((unsigned char)s[1] == c)
			found = s;

	text_char(out, '\\');
	if (found) {
		text_char(out, *found);
		return;
	}
	text_char(out, 'u');
	text_hex(out, c, 4);
}

static void quoted(struct text *out, const char *value)
{
	const unsigned char *s = (const unsigned char *)value;

	text_char(out, '"');
	while (*s) {
		size_t len = 1;

		if (*s < 0x20 || *s == '"' || *s == '\\' || *s == 0x7f) {
			escape(out, *s);
		} else if (*s < 0x80) {
			text_char(out, (char)*s);
		} else {
			len = text_utf8_length(s);
			text_bytes(out, len ? (const void *)s : "\xef\xbf\xbd",
				   len ? len : 3);
		}
		s += len ? len : 1;
	}
	text_char(out, '"');
}

void json_name(struct json *j, const char *name)
{
	separate(j);
	quoted(j->out, name);
	text_str(j->out, j->indented ? ": " : ":");
	j->after_name = true;
}

void json_null(struct json *j)
{
	separate(j);
	text_str(j->out, "null");
}

void json_bool(struct json *j, bool value)
{
	separate(j);
	text_str(j->out, value ? "true" : "false");
}

void json_u64(struct json *j, uint64_t value)
{
	separate(j);
	text_u64(j->out, value);
}

void json_i64(struct json *j, int64_t value)
{
	separate(j);
	text_i64(j->out, value);
}

void json_double(struct json *j, double value, int digits)
{
	separate(j);
	if (isfinite(value))
		text_format(j->out, "%.*f", digits, value);
	else
		text_str(j->out, "null");
}

void json_string(struct json *j, const char *value)
{
	if (!value) {
		json_null(j);
		return;
	}

	separate(j);
	quoted(j->out, value);
}

void json_member(struct json *j, const char *name, const char *value)
{
	json_name(j, name);
	json_string(j, value);
}

void json_member_u64(struct json *j, const char *name, uint64_t value)
{
	json_name(j, name);
	json_u64(j, value);
}
