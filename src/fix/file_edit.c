/*
 * Lines are kept with their ends, so that what is not touched stays as it is to
 * the byte. What differs is found as diff does it (Myers, "An O(ND) Difference
 * Algorithm"): few lines differ, so few steps are made; where too many do, all
 * between the first and the last of them is told as one change.
 */
#include "fix/file_edit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MOST = 256, AROUND = 3, MODE = 0644 };

struct line {
	const char *at;
	size_t len; /* with its end, which the last one may lack */
};

struct lines {
	struct line *list;
	size_t count;
};

/* The len bytes' next line; 0: no more. */
static size_t line_length(const char *at, size_t len)
{
	const char *end = len ? memchr(at, '\n', len) : NULL;

	return end ? (size_t)(end - at) + 1 : len;
}

/* Its end: "\n", "\r\n" or nothing. */
static size_t end_length(const char *at, size_t len)
{
	if (!len || at[len - 1] != '\n')
		return 0;

	return len > 1 && at[len - 2] == '\r' ? 2 : 1;
}

static size_t indent_length(const char *at, size_t len)
{
	size_t i = 0;

	while (i < len && (at[i] == ' ' || at[i] == '\t'))
		i++;

	return i;
}

/* A new line, with the same end as its neighbour has. */
static void put_line(struct text *out, const char *words, const char *near,
		     size_t near_len)
{
	text_str(out, words);
	text_str(out, end_length(near, near_len) == 2 ? "\r\n" : "\n");
}

int file_edit_insert(struct text *out, const char *content, size_t len,
		     uint64_t line, const char *words)
{
	size_t at = 0, n = 0, before = 0;
	uint64_t number = 1;

	while (number < line && (n = line_length(content + at, len - at))) {
		before = at;
		at += n;
		number++;
	}
	if (!line || number < line)
		return -ENOENT;

	n = at == len ? at - before : line_length(content + at, len - at);
	if (at != len)
		before = at;
	text_bytes(out, content, at);
	/* The last one gets the end that it lacks. */
	if (at && content[at - 1] != '\n')
		text_char(out, '\n');
	put_line(out, words, content + before, n);
	text_bytes(out, content + at, len - at);
	return text_ok(out) ? 0 : -ENOMEM;
}

int file_edit_replace(struct text *out, const char *content, size_t len,
		      uint64_t line, const char *words)
{
	size_t at = 0, n = line_length(content, len);
	uint64_t number = 1;

	for (; n && number < line; number++) {
		at += n;
		n = line_length(content + at, len - at);
	}
	if (!line || !n)
		return -ENOENT;

	text_bytes(out, content, at);
	if (words) {
		size_t end = end_length(content + at, n);

		text_bytes(out, content + at,
			   indent_length(content + at, n - end));
		text_str(out, words);
		text_bytes(out, content + at + n - end, end);
	}
	text_bytes(out, content + at + n, len - at - n);
	return text_ok(out) ? 0 : -ENOMEM;
}

static int split(struct lines *ret, const char *s)
{
	size_t len = strlen(s), count = 0, n;

	for (size_t at = 0; (n = line_length(s + at, len - at)); at += n)
		count++;
	ret->list = calloc(count + 1, sizeof(*ret->list));
	if (!ret->list)
		return -ENOMEM;
	for (size_t at = 0; (n = line_length(s + at, len - at)); at += n)
		ret->list[ret->count++] = (struct line){ s + at, n };

	return 0;
}

static bool is_same(const struct line *x, const struct line *y)
{
	return x->len == y->len && !memcmp(x->at, y->at, x->len);
}

/* Which lines go and which come: one mark for each. */
struct marks {
	struct lines old, new;
	bool *goes, *comes;
};

/* The furthest that each diagonal got to, of each step. */
struct search {
	const struct lines *old, *new;
	size_t first;             /* lines that are the same at the begin */
	int old_count, new_count; /* of those that are compared */
	int reached[STEPS_MOST + 1][2 * STEPS_MOST + 3];
};

static bool at_same(const struct search *s, int x, int y)
{
	return x < s->old_count && y < s->new_count &&
	       is_same(&s->old->list[s->first + (size_t)x],
		       &s->new->list[s->first + (size_t)y]);
}

/* Whether the step before comes from the diagonal above: a line came. */
static bool is_from_above(const int *row, int k, int d)
{
	int at = STEPS_MOST + 1 + k;

	return k == -d || (k != d && row[at - 1] < row[at + 1]);
}

/* The steps that it takes; -1: too many. */
static int find_steps(struct search *s)
{
	static const int none[2 * STEPS_MOST + 3];

	for (int d = 0; d <= STEPS_MOST; d++) {
		const int *from = d ? s->reached[d - 1] : none;
		int *row = s->reached[d];

		memcpy(row, from, sizeof(s->reached[0]));
		for (int k = -d; k <= d; k += 2) {
			int at = STEPS_MOST + 1 + k;
			int x = is_from_above(from, k, d) ? from[at + 1]
							  : from[at - 1] + 1;

			x = d ? x : 0;
			while (at_same(s, x, x - k))
				x++;
			row[at] = x;
			if (x >= s->old_count && x - k >= s->new_count)
				return d;
		}
	}

	return -1;
}

static void walk_back(const struct search *s, struct marks *m, int steps)
{
	int x = s->old_count, y = s->new_count;

	for (int d = steps; d > 0; d--) {
		const int *from = s->reached[d - 1];
		int k = x - y;
		bool came = is_from_above(from, k, d);
		int before = came ? k + 1 : k - 1;

		x = from[STEPS_MOST + 1 + before];
		y = x - before;
		if (came && y >= 0 && y < s->new_count)
			m->comes[s->first + (size_t)y] = true;
		else if (!came && x >= 0 && x < s->old_count)
			m->goes[s->first + (size_t)x] = true;
	}
}

static int mark(struct marks *m)
{
	size_t first = 0, last = 0, most = m->old.count;
	struct search *s = calloc(1, sizeof(*s));
	int steps;

	if (!s)
		return -ENOMEM;
	if (m->new.count < most)
		most = m->new.count;
	while (first < most &&
	       is_same(&m->old.list[first], &m->new.list[first]))
		first++;
	while (last < most - first &&
	       is_same(&m->old.list[m->old.count - 1 - last],
		       &m->new.list[m->new.count - 1 - last]))
		last++;

	*s = (struct search){ .old = &m->old, .new = &m->new, .first = first };
	s->old_count = (int)(m->old.count - first - last);
	s->new_count = (int)(m->new.count - first - last);
	steps = find_steps(s);
	for (int i = 0; steps < 0 && i < s->old_count; i++)
		m->goes[first + (size_t)i] = true;
	for (int i = 0; steps < 0 && i < s->new_count; i++)
		m->comes[first + (size_t)i] = true;
	walk_back(s, m, steps);
	free(s);
	return 0;
}

/* Where both stand: the next lines of each. */
struct spot {
	size_t old, new;
};

static bool is_changed(const struct marks *m, const struct spot *p)
{
	return (p->old < m->old.count && m->goes[p->old]) ||
	       (p->new < m->new.count && m->comes[p->new]);
}

static bool is_end(const struct marks *m, const struct spot *p)
{
	return p->old >= m->old.count && p->new >= m->new.count;
}

/* The end of the hunk that begins here: AROUND lines behind its last change,
 * or all where the next change is near. */
static struct spot hunk_end(const struct marks *m, struct spot p)
{
	struct spot end = p;
	size_t same = 0;

	while (!is_end(m, &p) && same <= 2 * (size_t)AROUND) {
		if (p.old < m->old.count && m->goes[p.old]) {
			p.old++;
			same = 0;
		} else if (p.new < m->new.count && m->comes[p.new]) {
			p.new ++;
			same = 0;
		} else {
			p.old++;
			p.new ++;
			same++;
		}
		if (same <= (size_t)AROUND)
			end = p;
	}

	return end;
}

static void put_marked(struct text *out, char mark, const struct line *l)
{
	text_char(out, mark);
	text_bytes(out, l->at, l->len);
	if (l->at[l->len - 1] != '\n')
		text_str(out, "\n\\ No newline at end of file\n");
}

static void put_span(struct text *out, char sign, size_t from, size_t to)
{
	size_t count = to - from;

	/* An empty one is told by the line before it. */
	text_format(out, "%c%zu", sign, count ? from + 1 : from);
	if (count != 1)
		text_format(out, ",%zu", count);
}

static void put_hunk(struct text *out, const struct marks *m, struct spot p,
		     const struct spot *end)
{
	text_str(out, "@@ ");
	put_span(out, '-', p.old, end->old);
	text_char(out, ' ');
	put_span(out, '+', p.new, end->new);
	text_str(out, " @@\n");
	while (p.old < end->old || p.new < end->new) {
		if (p.old < end->old && m->goes[p.old]) {
			put_marked(out, '-', &m->old.list[p.old++]);
		} else if (p.new < end->new && m->comes[p.new]) {
			put_marked(out, '+', &m->new.list[p.new ++]);
		} else {
			put_marked(out, ' ', &m->old.list[p.old++]);
			p.new ++;
		}
	}
}

static void put_hunks(struct text *out, const struct marks *m)
{
	struct spot p = { 0 };

	while (!is_end(m, &p)) {
		struct spot begin = p, end;
		size_t back;

		if (!is_changed(m, &p)) {
			p.old++;
			p.new ++;
			continue;
		}
		end = hunk_end(m, p);
		back = begin.old < (size_t)AROUND ? begin.old : (size_t)AROUND;
		if (begin.new < back)
			back = begin.new;
		begin.old -= back;
		begin.new -= back;
		put_hunk(out, m, begin, &end);
		p = end;
	}
}

void file_edit_diff(struct text *out, const char *path, const char *before,
		    const char *after)
{
	struct marks m = { 0 };
	int err = split(&m.old, before ? before : "");

	if (!err)
		err = split(&m.new, after);
	if (!err) {
		m.goes = calloc(m.old.count + 1, sizeof(*m.goes));
		m.comes = calloc(m.new.count + 1, sizeof(*m.comes));
		err = m.goes && m.comes ? mark(&m) : -ENOMEM;
	}
	if (err) {
		out->failed = true;
	} else {
		text_format(out, "--- %s\n+++ %s\n",
			    before ? path : "/dev/null", path);
		put_hunks(out, &m);
	}
	free(m.old.list);
	free(m.new.list);
	free(m.goes);
	free(m.comes);
}

static uint64_t first_difference(const char *before, const char *after)
{
	uint64_t line = 1;

	for (size_t i = 0; before && before[i] && before[i] == after[i]; i++)
		line += before[i] == '\n';

	return line;
}

struct fix_change *file_edit_change(struct fix_planning *p,
				    struct fix_candidate *c, bool is_lasting,
				    const char *path, const char *before,
				    const char *after)
{
	struct arena *a = p->plan->arena;
	struct file_change f = { .line = first_difference(before, after),
				 .mode = MODE };
	struct fix_change *ret;

	f.path = arena_string(a, path);
	f.before = before ? arena_string(a, before) : NULL;
	f.after = arena_string(a, after);
	if (!f.path || !f.after || (before && !f.before))
		return NULL;
	ret = is_lasting ? fix_change_lasting(p, c, CHANGE_FILE)
			 : fix_change_now(p, c, CHANGE_FILE);
	if (ret)
		ret->file = f;
	return ret;
}
