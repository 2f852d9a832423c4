#include "host/listeners_proc.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/netlink.h"
#include "host/reader.h"

enum {
	FILE_BYTES = 16 << 20,
	V4_DIGITS = 8,
	V6_DIGITS = 32,
	WORD_DIGITS = 8,
	HEX = 16,
};

/* The next word of a line; *at moves behind it. "" at the end. */
static const char *next_word(char **at)
{
	char *word = *at + strspn(*at, " ");
	char *end = word + strcspn(word, " ");

	*at = end;
	if (*end) {
		*end = '\0';
		*at = end + 1;
	}
	return word;
}

/* "0100007F:0016": words of this machine's order of bytes, as the kernel keeps
 * an address; the port is a number. */
static bool parse_end(const char *s, struct address *a, uint16_t *port,
		      bool *is_v6)
{
	const char *colon = strchr(s, ':');
	size_t digits = colon ? (size_t)(colon - s) : 0;
	uint32_t words[4] = { 0 };

	if (digits != V4_DIGITS && digits != V6_DIGITS)
		return false;

	for (size_t i = 0; i < digits / WORD_DIGITS; i++) {
		char word[WORD_DIGITS + 1] = { 0 };

		memcpy(word, s + i * WORD_DIGITS, WORD_DIGITS);
		words[i] = (uint32_t)strtoul(word, NULL, HEX);
	}
	*is_v6 = digits == V6_DIGITS;
	*a = netlink_to_address(words, *is_v6 ? 16 : 4);
	*port = (uint16_t)strtoul(colon + 1, NULL, HEX);
	return true;
}

/* "0: 0100007F:0016 00000000:0000 0A 00000000:00000001 00:00000000 00000000
 *  0        0 4711 …" */
static bool parse_line(char *line, struct listener *ret)
{
	const char *queues;
	bool is_v6 = false;

	*ret = (struct listener){ .is_rough = true };
	(void)next_word(&line);
	if (!parse_end(next_word(&line), &ret->address, &ret->port, &is_v6) ||
	    !parse_end(next_word(&line), &ret->peer, &ret->peer_port, &is_v6))
		return false;

	ret->is_v6 = is_v6;
	ret->state = (uint8_t)strtoul(next_word(&line), NULL, HEX);
	queues = strchr(next_word(&line), ':');
	if (!queues)
		return false;

	ret->queued = (uint32_t)strtoul(queues + 1, NULL, HEX);
	(void)next_word(&line); /* timer */
	(void)next_word(&line); /* retransmissions */
	ret->uid = (uint32_t)strtoul(next_word(&line), NULL, 10);
	(void)next_word(&line); /* timeout */
	ret->inode = (uint32_t)strtoul(next_word(&line), NULL, 10);
	ret->cookie = ret->inode;
	return true;
}

static int add(struct listeners *l, const struct listener *one)
{
	if (l->count == l->room) {
		size_t room = l->room ? l->room * 2 : 16;
		struct listener *more =
			realloc(l->list, room * sizeof(*l->list));

		if (!more)
			return -ENOMEM;
		l->list = more;
		l->room = room;
	}

	l->list[l->count++] = *one;
	return 0;
}

static bool is_asked(const struct listeners_question *q,
		     const struct listener *s)
{
	return (!q->port || s->port == q->port) &&
	       (!q->peer_port || s->peer_port == q->peer_port) &&
	       s->state < 32 && q->states >> s->state & 1;
}

int listeners_proc_parse(const struct listeners_question *q, struct text *text,
			 struct listeners *ret)
{
	char *at;
	int error = 0;

	(void)text_string(text); /* terminates it */
	at = text_ok(text) ? text->data : NULL;
	while (at && *at && !error) {
		char *line = at;
		char *end = strchr(at, '\n');
		struct listener one;

		at = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		if (!parse_line(line, &one))
			continue;
		one.protocol = q->protocol;
		if (is_asked(q, &one))
			error = add(ret, &one);
	}

	return error;
}

int listeners_proc_read(const struct listeners_question *q,
			struct listeners *ret)
{
	static const char *const files[][2] = {
		{ "/proc/net/tcp", "/proc/net/tcp6" },
		{ "/proc/net/udp", "/proc/net/udp6" },
	};
	const char *const *names = files[q->protocol == IPPROTO_UDP];
	int error = *q->where ? -ENOENT : 0;

	for (int i = 0; i < 2 && !error; i++) {
		struct text t = TEXT_NULL;

		error = reader_file(names[i], FILE_BYTES, &t);
		if (!error)
			error = listeners_proc_parse(q, &t, ret);
		else if (i == 1 && error == -ENOENT)
			error = 0; /* without IPv6 */
		text_done(&t);
	}

	return error;
}
