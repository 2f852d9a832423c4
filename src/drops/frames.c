#include "drops/frames.h"

#include <stdbool.h>
#include <string.h>

void frames_init(struct frames *f)
{
	*f = (struct frames){ .symbols = { TEXT_NULL, NULL, 0 } };
}

/* "nft_do_chain [nf_tables]", "tcp_v4_rcv.isra.0": the function alone. */
static void cut_name(char *name)
{
	name[strcspn(name, " \t.[")] = '\0';
}

/* An address that is no function's is printed as a number. */
static bool is_name(const char *s)
{
	return *s && !(s[0] == '0' && s[1] == 'x');
}

/* What leads from the tracepoint's caller to the programs. */
static bool is_of_watching(const char *name)
{
	static const char *const begins[] = {
		"bpf_",
		"__bpf_",
		"__traceiter_",
		"kfree_skb",
		"__kfree_skb",
		"sk_skb_reason_drop",
		"tcp_v4_send_reset",
		"tcp_v6_send_reset",
		"__icmp_send",
		"icmp_ndo_send",
	};

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (!strncmp(name, begins[i], strlen(begins[i])))
			return true;

	return false;
}

static size_t split(char *names, int32_t bytes, const char **ret)
{
	const size_t depth = bytes > 0 ? (size_t)bytes / sizeof(uint64_t) : 0;
	size_t count = 0;
	char *next = names;

	for (size_t i = 0; i < depth && i < RECORD_FRAMES && next; i++) {
		char *line = strsep(&next, "\n");

		cut_name(line);
		if (is_name(line))
			ret[count++] = line;
	}
	return count;
}

/* The callers begin behind the place: all before it led to us. */
static size_t first_caller(const char *place, const char *const *names,
			   size_t count)
{
	size_t i = 0;

	for (size_t at = 0; at < count; at++)
		if (!strcmp(names[at], place))
			return at + 1;
	while (i < count && is_of_watching(names[i]))
		i++;

	return i;
}

/* A frame is where a call returns to: behind it another function may begin. */
static void look_up(struct frames *f, const struct record_stack *stack)
{
	const size_t most = sizeof(f->names);
	size_t len = 0;

	(void)strncat(f->place, symbols_find(&f->symbols, stack->head.location),
		      sizeof(f->place) - 1);
	for (size_t i = 0; i < RECORD_FRAMES; i++) {
		const char *name = stack->frames[i]
					   ? symbols_find(&f->symbols,
							  stack->frames[i] - 1)
					   : "";
		const size_t more = strlen(name);

		if (len + more + 2 > most)
			return;
		memcpy(f->names + len, name, more);
		len += more;
		f->names[len++] = '\n';
		f->names[len] = '\0';
	}
}

static void take_names(struct frames *f, const struct record_stack *stack)
{
	memcpy(f->names, stack->names, sizeof(f->names));
	f->names[sizeof(f->names) - 1] = '\0';
	memcpy(f->place, stack->place, sizeof(f->place));
	f->place[sizeof(f->place) - 1] = '\0';
}

void frames_name(struct frames *f, const struct record_stack *stack,
		 const char *ret[RECORD_FRAMES + 2])
{
	const char *names[RECORD_FRAMES];
	size_t count, from, to = 0;

	f->names[0] = f->place[0] = '\0';
	if (stack->has_names)
		take_names(f, stack);
	else
		look_up(f, stack);
	cut_name(f->place);
	count = split(f->names, stack->bytes, names);
	from = first_caller(f->place, names, count);
	/* Where the place is not told, it is who came to us. */
	if (is_name(f->place))
		ret[to++] = f->place;
	else if (from == count)
		ret[to++] = "";
	for (size_t i = from; i < count; i++)
		ret[to++] = names[i];
	ret[to] = NULL;
}
