#include "trace/pasted_input.h"

#include <errno.h>
#include <string.h>

#include "trace/pasted_clean.h"

void pasted_input_done(struct pasted_input *in)
{
	text_done(&in->bytes);
	text_done(&in->clean);
}

int pasted_input_feed(struct pasted_input *in, const char *data, size_t len)
{
	size_t left = in->bytes.len - in->at;

	/* Only when that moves less than it frees. */
	if (in->at > left) {
		memmove(in->bytes.data, in->bytes.data + in->at, left);
		text_cut(&in->bytes, left);
		in->searched -= in->at;
		in->at = 0;
	}

	text_bytes(&in->bytes, data, len);
	return text_ok(&in->bytes) ? 0 : -ENOMEM;
}

/* The next line of bytes, without its end. */
static bool raw_next(struct pasted_input *in, const char **s, size_t *len)
{
	size_t left = in->bytes.len - in->at;
	const char *start;
	const char *end;

	if (!left)
		return false;

	start = in->bytes.data + in->at;
	end = memchr(in->bytes.data + in->searched, '\n',
		     in->bytes.len - in->searched);
	if (!end && !in->ended && left <= PASTED_LINE_MOST) {
		in->searched = in->bytes.len;
		return false;
	}

	*s = start;
	*len = end ? (size_t)(end - start) : left;
	in->at += *len + (end != NULL);
	in->searched = in->at;
	return true;
}

static void trim(struct pasted_physical *line)
{
	while (line->len && line->s[line->len - 1] == ' ')
		line->len--;
}

/* The next of the lines that one was turned into. */
static bool clean_next(struct pasted_input *in, struct pasted_physical *ret)
{
	size_t left = in->clean.len - in->clean_at;
	const char *start;
	const char *end;

	if (!left)
		return false;

	start = in->clean.data + in->clean_at;
	end = memchr(start, '\n', left);
	*ret = (struct pasted_physical){
		.s = start,
		.len = end ? (size_t)(end - start) : left,
	};
	in->clean_at += ret->len + (end != NULL);
	trim(ret);
	return true;
}

static void clean(struct pasted_input *in, const char *s, size_t len)
{
	text_clear(&in->clean);
	in->clean_at = 0;
	pasted_clean_bytes(&in->clean, s, len);
	/* So that a line of nothing is still a line. */
	text_char(&in->clean, '\n');
}

bool pasted_input_next(struct pasted_input *in, struct pasted_physical *ret)
{
	const char *s;
	size_t len;

	for (;;) {
		bool dropped = in->dropping;
		bool ends;

		if (clean_next(in, ret))
			return true;
		if (!raw_next(in, &s, &len))
			return false;

		ends = in->at && in->bytes.data[in->at - 1] == '\n';
		in->dropping = !ends && !in->ended;
		if (dropped)
			continue;

		in->lines++;
		if (len > PASTED_LINE_MOST)
			len = PASTED_LINE_MOST;
		if (!pasted_clean_needed(s, len)) {
			*ret = (struct pasted_physical){ s, len, true };
			trim(ret);
			return true;
		}
		clean(in, s, len);
	}
}
