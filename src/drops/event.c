#include "drops/event.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/cursor.h"
#include "drops/hooks.h"
#include "drops/stream.h"

enum {
	EVENTS_MOST = 1 << 20,
	BUCKETS = 4096, /* of keys; a power of two */
};

/* A key, by its first event, which has its stack. */
struct key {
	uint64_t id;
	struct drop_event first;
	struct key *next;
};

struct reading {
	struct arena *arena;
	struct drops_list *list;
	struct key *keys[BUCKETS];
	size_t room;
	size_t missing;
};

static uint64_t u64(struct cursor *c)
{
	const uint64_t low = cursor_le32(c);

	return low | (uint64_t)cursor_le32(c) << 32;
}

/* NULL: no memory, or damaged. */
static const char *string(struct reading *g, struct cursor *c)
{
	const size_t len = cursor_u8(c);
	const uint8_t *at = cursor_bytes(c, len);

	if (!at)
		return NULL;
	return len ? arena_copy(g->arena, at, len) : "";
}

static struct key **bucket(struct reading *g, uint64_t id)
{
	/* They are times: what changes is in the middle. */
	return &g->keys[(id >> 8 ^ id >> 20 ^ id) & (BUCKETS - 1)];
}

static const struct key *find_key(struct reading *g, uint64_t id)
{
	const struct key *k = *bucket(g, id);

	while (k && k->id != id)
		k = k->next;
	return k;
}

static int keep_key(struct reading *g, uint64_t id, const struct drop_event *e)
{
	struct key *k = arena_alloc(g->arena, sizeof(*k));
	struct key **b = bucket(g, id);

	if (!k)
		return -ENOMEM;
	*k = (struct key){ id, *e, *b };
	*b = k;
	return 0;
}

static int grow(struct reading *g)
{
	struct drops_list *l = g->list;
	const size_t room = g->room ? 2 * g->room : 64;
	struct drop_event *more;

	if (l->count < g->room)
		return 0;
	if (l->count == EVENTS_MOST)
		return -EINVAL;
	more = arena_alloc(g->arena, room * sizeof(*more));
	if (!more)
		return -ENOMEM;
	if (l->count)
		memcpy(more, l->events, l->count * sizeof(*more));
	l->events = more;
	g->room = room;
	return 0;
}

static void read_numbers(struct cursor *c, struct drop_event *e, uint64_t *key)
{
	const uint8_t *from, *to;

	e->what = (enum drop_what)cursor_u8(c);
	e->protocol = cursor_u8(c);
	e->flags = cursor_u8(c);
	e->icmp_type = cursor_u8(c);
	e->icmp_code = cursor_u8(c);
	e->old_state = cursor_u8(c);
	e->new_state = cursor_u8(c);
	from = cursor_bytes(c, sizeof(e->from.bytes));
	to = cursor_bytes(c, sizeof(e->to.bytes));
	if (to && from) {
		memcpy(e->from.bytes, from, sizeof(e->from.bytes));
		memcpy(e->to.bytes, to, sizeof(e->to.bytes));
	}
	e->from_port = cursor_le16(c);
	e->to_port = cursor_le16(c);
	e->at_ns = (int64_t)u64(c);
	*key = u64(c);
	e->count = u64(c);
	e->cookie = u64(c);
	e->seq = cursor_le32(c);
	e->device = cursor_le32(c);
	e->error = (int)cursor_le32(c);
	e->soft_error = (int)cursor_le32(c);
	e->pid = cursor_le32(c);
	e->uid = cursor_le32(c);
}

static void read_program(struct cursor *c, struct drop_event *e)
{
	const size_t len = cursor_u8(c), most = sizeof(e->program) - 1;
	const uint8_t *at = cursor_bytes(c, len);

	if (at)
		memcpy(e->program, at, len < most ? len : most);
}

static int read_stack(struct reading *g, struct cursor *c, struct drop_event *e)
{
	const char *names[DROP_STACK + 2] = { NULL };
	size_t count = 0;

	while (cursor_left(c) && count <= DROP_STACK) {
		names[count] = string(g, c);
		if (!names[count])
			return cursor_ok(c) ? -ENOMEM : -EINVAL;
		count++;
	}
	if (!count)
		return 0;
	e->place = names[0];
	memcpy(e->stack, names + 1, sizeof(e->stack));
	hooks_of(names, &e->hook, &e->engine);
	return 0;
}

/* What its key's first event told holds for the later ones. */
static void take_stack(struct reading *g, uint64_t id, struct drop_event *e)
{
	const struct key *k = find_key(g, id);

	if (!k)
		return;
	e->place = k->first.place;
	memcpy(e->stack, k->first.stack, sizeof(e->stack));
	e->hook = k->first.hook;
	e->engine = k->first.engine;
}

static bool is_one_of(const char *s, const char *const *list)
{
	while (*list && strcmp(s, *list) != 0)
		list++;
	return *list;
}

/* Where packets are freed that were taken: the kernel gives no reason there. */
static bool is_taken(const struct drop_event *e)
{
	/* A queue's at its end. */
	static const char *const queues[] = { "skb_queue_purge",
					      "skb_queue_purge_reason",
					      "__skb_queue_purge",
					      "skb_rbtree_purge",
					      "tcp_write_queue_purge",
					      "sk_stream_kill_queues",
					      "inet_sock_destruct",
					      "skb_release_data",
					      "packet_rcv",
					      "tpacket_rcv",
					      NULL };
	/* TCP's: a reset that is obeyed, another SYN of one that is answered
	 * already, what a closing socket acknowledges. */
	static const char *const tcp[] = { "tcp_v4_rcv", "tcp_v6_rcv", NULL };
	static const char *const states[] = { "tcp_rcv_state_process", NULL };

	enum { SYN = 2, RST = 4 };

	const bool is_open = !strcmp(e->reason, "NOT_SPECIFIED");

	if (e->what != DROP_PACKET || (*e->reason && !is_open))
		return false;
	if (is_one_of(e->place, queues))
		return true;
	if (e->protocol != IPPROTO_TCP)
		return false;
	if (is_one_of(e->place, tcp))
		return is_open || e->flags & RST;

	return is_one_of(e->place, states) && !(e->flags & SYN);
}

static int read_event(struct reading *g, struct cursor *c, bool has_stack)
{
	struct drop_event e = { .reason = "", .place = "" };
	uint64_t key;
	int err = 0;

	read_numbers(c, &e, &key);
	read_program(c, &e);
	e.reason = string(g, c);
	if (!cursor_ok(c))
		return -EINVAL;
	if (!e.reason)
		return -ENOMEM;
	if (e.what >= DROP_WHATS) /* of a newer one */
		return 0;
	if (has_stack)
		err = read_stack(g, c, &e);
	else
		take_stack(g, key, &e);
	if (has_stack && !err)
		err = keep_key(g, key, &e);
	if (err || is_taken(&e))
		return err;
	err = grow(g);
	if (!err)
		g->list->events[g->list->count++] = e;
	return err;
}

static int read_missing(struct reading *g, struct cursor *c)
{
	const char *name = string(g, c);

	if (!name)
		return cursor_ok(c) ? -ENOMEM : -EINVAL;
	if (g->missing < DROP_WHATS)
		g->list->missing[g->missing++] = name;
	return 0;
}

static int read_part(struct reading *g, unsigned type, struct cursor *c)
{
	switch ((enum stream_part)type) {
	case STREAM_ATTACHED:
		g->list->is_attached = true;
		return 0;
	case STREAM_MISSING:
		return read_missing(g, c);
	case STREAM_LOST:
		g->list->lost = u64(c);
		return cursor_ok(c) ? 0 : -EINVAL;
	case STREAM_EVENT:
		return read_event(g, c, false);
	case STREAM_EVENT_STACK:
		return read_event(g, c, true);
	}

	return 0; /* of a newer one */
}

static int read_head(struct cursor *c)
{
	const uint8_t *magic = cursor_bytes(c, STREAM_MAGIC_SIZE);
	const uint32_t version = cursor_le32(c);

	if (!magic || memcmp(magic, STREAM_MAGIC, STREAM_MAGIC_SIZE) != 0 ||
	    version != STREAM_VERSION)
		return -EINVAL;

	return 0;
}

const char *drop_hook_name(enum drop_hook hook)
{
	static const char *const names[DROP_HOOKS] = {
		[DROP_HOOK_INGRESS] = "ingress",
		[DROP_HOOK_BRIDGE] = "bridge",
		[DROP_HOOK_PREROUTING] = "PREROUTING",
		[DROP_HOOK_INPUT] = "INPUT",
		[DROP_HOOK_FORWARD] = "FORWARD",
		[DROP_HOOK_OUTPUT] = "OUTPUT",
		[DROP_HOOK_POSTROUTING] = "POSTROUTING",
		[DROP_HOOK_EGRESS] = "egress",
	};

	return names[hook];
}

int drops_read(const void *data, size_t size, struct arena *arena,
	       struct drops_list *ret)
{
	struct cursor c = cursor_over(data, size);
	struct reading *g = arena_alloc(arena, sizeof(*g));
	int err;

	*ret = (struct drops_list){ 0 };
	if (!g)
		return -ENOMEM;
	if (!size)
		return 0;
	*g = (struct reading){ .arena = arena, .list = ret };
	err = read_head(&c);
	while (!err && cursor_left(&c) >= STREAM_PART_HEAD) {
		const unsigned type = cursor_u8(&c);
		struct cursor part = cursor_take(&c, cursor_le16(&c));

		if (!cursor_ok(&c))
			break;
		err = read_part(g, type, &part);
	}
	return err;
}
