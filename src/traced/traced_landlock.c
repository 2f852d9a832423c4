#include <string.h>

#include "traced/traced_inside.h"

/*
 * What a program allows itself by Landlock (landlock(7)) cannot be asked for
 * afterwards; so its making is watched.
 */
enum { CONNECT_TCP = 2, RULE_NET_PORT = 2 };

/* struct landlock_ruleset_attr, as far as TCP. */
struct ruleset_attribute {
	uint64_t files, net;
};

struct port_attribute {
	uint64_t allowed, port;
};

static void begin(struct traced *t, struct traced_thread *thread, int fd)
{
	struct ruleset_attribute a = { 0 };
	size_t len = thread->in.args[1];

	if (thread->in.args[2] || fd < 0)
		return; /* the version was asked for */
	if (len > sizeof(a))
		len = sizeof(a);
	(void)traced_memory_read(thread->tid, thread->in.args[0], &a, len);
	thread->ruleset = arena_alloc(t->arena, sizeof(*thread->ruleset));
	thread->ruleset_fd = fd;
	if (thread->ruleset)
		thread->ruleset->is_about_connect = a.net & CONNECT_TCP;
}

static void add(struct traced_thread *thread)
{
	struct traced_layer *l = thread->ruleset;
	struct port_attribute a = { 0 };

	if (!l || (int)thread->in.args[0] != thread->ruleset_fd ||
	    thread->in.args[1] != RULE_NET_PORT ||
	    traced_memory_read(thread->tid, thread->in.args[2], &a, sizeof(a)) <
		    sizeof(a) ||
	    !(a.allowed & CONNECT_TCP))
		return;
	if (l->count < sizeof(l->ports) / sizeof(*l->ports))
		l->ports[l->count++] = (uint16_t)a.port;
	else
		l->is_cut = true;
}

/* A ruleset may be used again, and changed: what is in force is a copy. */
static void enter(struct traced *t, struct traced_thread *thread)
{
	struct traced_layer *l = arena_alloc(t->arena, sizeof(*l));

	if (!l)
		return;
	if (thread->ruleset && (int)thread->in.args[0] == thread->ruleset_fd)
		*l = *thread->ruleset;
	else
		l->is_cut = l->is_about_connect = true; /* made elsewhere */
	l->below = thread->domain;
	thread->domain = l;
}

void traced_landlock_leave(struct traced *t, struct traced_thread *thread,
			   int64_t result)
{
	enum stop s = thread->in.stop;

	if (result < 0)
		return;
	if (s == STOP_LANDLOCK_NEW)
		begin(t, thread, (int)result);
	else if (s == STOP_LANDLOCK_ADD)
		add(thread);
	else if (s == STOP_LANDLOCK_ENTER)
		enter(t, thread);
}

static bool has(const struct traced_layer *l, uint16_t port)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->ports[i] == port)
			return true;

	return false;
}

enum traced_landlock traced_landlock_says(const struct traced_thread *thread,
					  uint16_t port)
{
	enum traced_landlock says = TRACED_LANDLOCK_NONE;

	for (const struct traced_layer *l = thread->domain; l; l = l->below) {
		if (!l->is_about_connect || l->is_cut || has(l, port)) {
			says = TRACED_LANDLOCK_ALLOWS;
			continue;
		}
		return TRACED_LANDLOCK_FORBIDS;
	}

	return says;
}
