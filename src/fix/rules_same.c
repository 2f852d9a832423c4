#include "fix/rules_same.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "ruleset/live.h"

enum { GATHERED_MOST = 256 << 20, HANDLES_MOST = 1 << 20 };

/* Behind "[12:3400]", counters as iptables-save prints them, or where at is. */
static const char *behind_counters(const char *at, const char *end)
{
	const char *p = at + 1;

	while (p < end && isdigit((unsigned char)*p))
		p++;
	if (p == at + 1 || p >= end || *p != ':')
		return at;
	for (p++; p < end && isdigit((unsigned char)*p);)
		p++;

	return p < end && *p == ']' ? p + 1 : at;
}

/* Words with a number (or a time) behind each, which grow by themselves. */
static const char *const growing[] = {
	"packets ", "bytes ", "expires ", "used ", "last used ",
};

static const char *behind_growing(const char *at, const char *end)
{
	for (size_t i = 0; i < sizeof(growing) / sizeof(*growing); i++) {
		size_t len = strlen(growing[i]);
		const char *p = at + len;

		if ((size_t)(end - at) <= len || memcmp(at, growing[i], len) ||
		    !isdigit((unsigned char)*p))
			continue;
		while (p < end && isalnum((unsigned char)*p))
			p++;
		return p;
	}

	return at;
}

/* Where the line ends but for a comment of the tool's own. */
static const char *end_of(const char *line, const char *end)
{
	bool is_quoted = false;

	for (const char *p = line; p < end; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '"')
			is_quoted = !is_quoted;
		else if (*p == '#' && !is_quoted)
			return p;
	}

	return end;
}

static void put_line(struct text *out, const char *line, const char *end)
{
	const char *at = line;
	bool is_quoted = false;

	end = end_of(line, end);
	while (at < end && isspace((unsigned char)end[-1]))
		end--;
	while (at < end) {
		const char *next = at;

		if (*at == '\\' && at + 1 < end) {
			text_bytes(out, at, 2);
			at += 2;
			continue;
		}
		is_quoted ^= *at == '"';
		if (!is_quoted && *at == '[')
			next = behind_counters(at, end);
		else if (!is_quoted && (at == line || at[-1] == ' '))
			next = behind_growing(at, end);
		if (next == at)
			text_char(out, *at++);
		else
			at = next;
	}
	text_char(out, '\n');
}

void rules_same_text(struct text *out, const char *printed, size_t len)
{
	const char *end = printed + len;

	while (printed < end) {
		const char *line_end =
			memchr(printed, '\n', (size_t)(end - printed));

		if (!line_end)
			line_end = end;
		put_line(out, printed, line_end);
		printed = line_end + 1;
	}
}

/* False: the tool did not say. */
static bool put_tool(struct text *out, const void *data, size_t len,
		     enum live_source source)
{
	struct text printed = TEXT_NULL;
	bool is_other;
	bool is_there =
		live_gathered_text(data, len, source, &printed, &is_other);

	if (is_there)
		rules_same_text(out, text_string(&printed), printed.len);
	text_done(&printed);
	return is_there;
}

bool rules_same(const void *x, size_t x_len, const void *y, size_t y_len)
{
	struct text a = TEXT_NULL, b = TEXT_NULL;
	bool ret = true;

	for (int s = 0; s < LIVE_SOURCE_COUNT && ret; s++) {
		text_clear(&a);
		text_clear(&b);
		ret = put_tool(&a, x, x_len, (enum live_source)s) ==
			      put_tool(&b, y, y_len, (enum live_source)s) &&
		      text_ok(&a) && text_ok(&b) && a.len == b.len &&
		      (!a.len || !memcmp(a.data, b.data, a.len));
	}
	text_done(&a);
	text_done(&b);
	return ret;
}

int rules_same_gather(struct text *ret)
{
	int fd = memfd_create("rules", MFD_CLOEXEC);
	int err = fd < 0 ? -errno : live_gather(fd, LIVE_TIMEOUT_MS, NULL);

	if (!err && lseek(fd, 0, SEEK_SET) < 0)
		err = -errno;
	if (!err)
		err = file_read(ret, fd, GATHERED_MOST);
	if (fd >= 0)
		(void)close(fd);
	return err;
}

struct handles {
	unsigned long long *list;
	size_t count;
};

static int by_number(const void *x, const void *y)
{
	unsigned long long a = *(const unsigned long long *)x;
	unsigned long long b = *(const unsigned long long *)y;

	return a < b ? -1 : a > b;
}

static void take_handles(struct handles *h, const void *data, size_t len)
{
	static const char word[] = "# handle ";
	struct text printed = TEXT_NULL;
	const char *at;
	bool is_other;

	h->list = calloc(HANDLES_MOST, sizeof(*h->list));
	h->count = 0;
	if (h->list &&
	    live_gathered_text(data, len, LIVE_NFT, &printed, &is_other)) {
		for (at = text_string(&printed);
		     (at = strstr(at, word)) && h->count < HANDLES_MOST;) {
			at += sizeof(word) - 1;
			h->list[h->count++] = strtoull(at, NULL, 10);
		}
		qsort(h->list, h->count, sizeof(*h->list), by_number);
	}
	text_done(&printed);
}

void rules_same_echo(struct text *out, const void *before, size_t before_len,
		     const void *now, size_t now_len)
{
	struct handles old, new;

	take_handles(&old, before, before_len);
	take_handles(&new, now, now_len);
	for (size_t i = 0; old.list && i < new.count; i++)
		if (!bsearch(&new.list[i], old.list, old.count,
			     sizeof(*old.list), by_number))
			text_format(out, "add rule # handle %llu\n",
				    new.list[i]);
	free(old.list);
	free(new.list);
}
