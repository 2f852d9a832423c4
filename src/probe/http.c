#include "probe/http.h"

#include <string.h>
#include <strings.h>
#include <time.h>

enum { FIELDS_MOST = 100, STATUS_LINE_LEAST = 12, DATE_LEN = 29 };

/* The next line without its end; false: no whole line is left. */
static bool next_line(const char **pos, const char *end, struct http_span *ret)
{
	const char *stop = memchr(*pos, '\n', (size_t)(end - *pos));

	if (!stop)
		return false;

	ret->data = *pos;
	ret->len = (size_t)(stop - *pos);
	if (ret->len && ret->data[ret->len - 1] == '\r')
		ret->len--;
	*pos = stop + 1;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "HTTP/1.1 200 OK" */
static bool status_line(struct http_answer *ret, struct http_span line)
{
	const char *s = line.data;

	if (line.len < STATUS_LINE_LEAST || memcmp(s, "HTTP/", 5) != 0 ||
	    s[8] != ' ' || s[9] < '1' || s[9] > '5' || !is_digit(s[10]) ||
	    !is_digit(s[11]))
		return false;

	ret->status = (unsigned)((s[9] - '0') * 100 + (s[10] - '0') * 10 +
				 (s[11] - '0'));
	if (line.len > STATUS_LINE_LEAST + 1)
		ret->reason = (struct http_span){ s + 13, line.len - 13 };
	return true;
}

/* The value, where the line is that field. */
static bool value_of(struct http_span line, const char *name,
		     struct http_span *ret)
{
	size_t len = strlen(name);

	if (line.len <= len || line.data[len] != ':' ||
	    strncasecmp(line.data, name, len) != 0)
		return false;

	ret->data = line.data + len + 1;
	ret->len = line.len - len - 1;
	while (ret->len && (*ret->data == ' ' || *ret->data == '\t')) {
		ret->data++;
		ret->len--;
	}
	return true;
}

int64_t http_date(const char *s, size_t len)
{
	char copy[DATE_LEN + 1];
	struct tm tm = { 0 };

	if (len != DATE_LEN || memcmp(s + DATE_LEN - 4, " GMT", 4) != 0)
		return 0;

	memcpy(copy, s, DATE_LEN);
	copy[DATE_LEN] = 0;
	/* The months are English in the C locale only. */
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *month = NULL;

	for (int i = 0; i < 12 && !month; i++)
		if (!memcmp(copy + 8, months + (ptrdiff_t)i * 3, 3))
			month = months + (ptrdiff_t)i * 3;
	if (!month || !strptime(copy + 5, "%d", &tm) ||
	    !strptime(copy + 12, "%Y %H:%M:%S", &tm))
		return 0;

	tm.tm_mon = (int)(month - months) / 3;
	return timegm(&tm);
}

static void field(struct http_answer *ret, struct http_span line)
{
	struct http_span value;

	if (value_of(line, "Server", &value))
		ret->server = value;
	else if (value_of(line, "Location", &value))
		ret->location = value;
	else if (value_of(line, "Via", &value))
		ret->via = value;
	else if (value_of(line, "Date", &value))
		ret->date_s = http_date(value.data, value.len);
	else if (value_of(line, "Proxy-Authenticate", &value) ||
		 value_of(line, "Proxy-Agent", &value) ||
		 value_of(line, "X-Squid-Error", &value) ||
		 value_of(line, "Proxy-Connection", &value))
		ret->is_proxy = true;
}

bool http_parse(struct http_answer *ret, const void *data, size_t len)
{
	const char *pos = len ? data : "";
	const char *end = pos + len;
	struct http_span line;

	*ret = (struct http_answer){ 0 };
	if (!next_line(&pos, end, &line) || !status_line(ret, line))
		return false;

	for (int i = 0; i < FIELDS_MOST && next_line(&pos, end, &line); i++) {
		if (!line.len) {
			ret->body = (size_t)(pos - (const char *)data);
			break;
		}
		field(ret, line);
	}

	return true;
}
