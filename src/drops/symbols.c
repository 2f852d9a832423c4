#include "drops/symbols.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum {
	BYTES_MOST = 128 << 20,
	FUNCTION_MOST = 256 * 1024, /* bytes; behind that it is none we know */
};

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static bool add(struct symbols *s, size_t *room, struct symbol one)
{
	struct symbol *more;

	if (s->count == *room) {
		*room = *room ? 2 * *room : 1 << 16;
		more = realloc(s->list, *room * sizeof(*more));
		if (!more)
			return false;
		s->list = more;
	}
	s->list[s->count++] = one;
	return true;
}

/* "ffffffff81000000 T name [module]": functions alone. */
int symbols_sort(struct symbols *s)
{
	size_t room = 0;

	text_char(&s->text, '\n');
	if (!text_ok(&s->text))
		return -ENOMEM;
	for (size_t i = 0; i < s->text.len;) {
		char *line = s->text.data + i;
		char *end = memchr(line, '\n', s->text.len - i);
		char *type;
		const uint64_t at = strtoull(line, &type, 16);

		*end = '\0';
		i += (size_t)(end - line) + 1;
		if (!at || type + 3 > end || !strchr("tTwW", type[1]))
			continue;
		if (!add(s, &room,
			 (struct symbol){ at,
					  (size_t)(type + 3 - s->text.data) }))
			return -ENOMEM;
	}
	if (s->count)
		qsort(s->list, s->count, sizeof(*s->list), by_address);
	return 0;
}

int symbols_read(struct symbols *s)
{
	int err;

	*s = (struct symbols){ TEXT_NULL, NULL, 0 };
	err = file_load(&s->text, "/proc/kallsyms", BYTES_MOST);
	if (!err)
		err = symbols_sort(s);
	if (err)
		symbols_done(s);
	return err;
}

void symbols_done(struct symbols *s)
{
	text_done(&s->text);
	free(s->list);
	*s = (struct symbols){ TEXT_NULL, NULL, 0 };
}

const char *symbols_find(const struct symbols *s, uint64_t at)
{
	size_t low = 0, high = s->count;

	/* The last that is not behind it. */
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (s->list[middle].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || at - s->list[low - 1].at > FUNCTION_MOST)
		return "";

	return s->text.data + s->list[low - 1].name;
}
