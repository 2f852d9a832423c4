#include "drops/programs.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "drops/watch.h"

/* What a kernel may have or not: one of them missing is named by its event. */
struct program {
	const char *name; /* of the tracepoint */
	enum drop_what what;
	const char *missing;
	bool is_of_tree;
};

static const struct program table[] = {
	{ "kfree_skb", DROP_PACKET, "kfree_skb", false },
	{ "tcp_send_reset", DROP_RESET, "tcp_send_reset", false },
	{ "tcp_retransmit_synack", DROP_SYNACK_AGAIN, "tcp_retransmit_synack",
	  false },
	{ "inet_sock_set_state", DROP_STATE, "inet_sock_set_state", false },
	{ "inet_sk_error_report", DROP_ERROR, "inet_sk_error_report", false },
	{ "icmp_send", DROP_ICMP, "icmp_send", false },
	{ "neigh_timer_handler", DROP_NEIGHBOUR, "neigh", false },
	{ "neigh_event_send_dead", DROP_NEIGHBOUR, "neigh", false },
	{ "sched_process_fork", DROP_CONNECT, "connect", true },
	{ "sched_process_exit", DROP_CONNECT, "connect", true },
	{ "sys_exit", DROP_CONNECT, "connect", true },
	{ "sys_enter", DROP_CONNECT, "connect", true },
};

enum { PROGRAMS = sizeof(table) / sizeof(*table), NAME = 64 };

_Static_assert((int)PROGRAMS <= (int)PROGRAMS_MOST,
	       "links has not their number");

/* Which of them are wanted. */
typedef uint32_t program_set;

static int say_nothing(enum libbpf_print_level level, const char *format,
		       va_list ap)
{
	(void)level;
	(void)format;
	(void)ap;
	return 0;
}

/* What this kernel has. */
struct survey {
	int arguments[PROGRAMS]; /* of the tracepoints; 0: it has it not */
	bool has_reasons, has_cast;
};

/* The first is of the tracepoint's own data. */
static int arguments(const struct btf *kernel, const struct btf_type *trace)
{
	const struct btf_type *t = btf__type_by_id(kernel, trace->type);

	if (!t || !btf_is_ptr(t))
		return 0;
	t = btf__type_by_id(kernel, t->type);
	return t && btf_is_func_proto(t) ? (int)btf_vlen(t) - 1 : 0;
}

static void survey_trace(struct survey *s, const struct btf *kernel,
			 const struct btf_type *t, const char *name)
{
	static const char prefix[] = "btf_trace_";

	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return;
	for (size_t i = 0; i < PROGRAMS; i++)
		if (!strcmp(name + sizeof(prefix) - 1, table[i].name))
			s->arguments[i] = arguments(kernel, t);
}

/* All of it at once: there are a hundred thousand types. */
static struct survey survey(const struct btf *kernel)
{
	const uint32_t count = btf__type_cnt(kernel);
	struct survey s = { 0 };

	for (uint32_t id = 1; id < count; id++) {
		const struct btf_type *t = btf__type_by_id(kernel, id);
		const char *name = btf__name_by_offset(kernel, t->name_off);

		if (btf_is_typedef(t))
			survey_trace(&s, kernel, t, name);
		else if (btf_is_enum(t) && !strcmp(name, "skb_drop_reason"))
			s.has_reasons = true;
		else if (btf_is_func(t) && !strcmp(name, "bpf_rdonly_cast"))
			s.has_cast = true;
	}
	return s;
}

static int arguments_of(const struct survey *s, const char *name)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		if (!strcmp(table[i].name, name))
			return s->arguments[i];

	return 0;
}

static int own_space(uint32_t *ret, const char *path)
{
	struct stat about;

	if (stat(path, &about))
		return -errno;
	*ret = (uint32_t)about.st_ino;
	return 0;
}

static int configure(struct record_config *c, const struct survey *s,
		     const struct drops_request *q)
{
	int err;

	*c = (struct record_config){
		.has_client = q->has_client,
		.port = q->port,
		.protocol = q->protocol,
		.is_narrow = q->port || q->has_client,
		.has_reason =
			arguments_of(s, "kfree_skb") > 2 && s->has_reasons,
		.has_reset_reason = arguments_of(s, "tcp_send_reset") > 2,
		.has_names = 1,
		.has_types = s->has_cast,
	};
	memcpy(c->client, q->client.bytes, sizeof(c->client));
	err = own_space(&c->space, "/proc/self/ns/net");
	return err ? err : own_space(&c->pid_space, "/proc/self/ns/pid");
}

static program_set present(const struct survey *s,
			   const struct drops_request *q)
{
	program_set set = 0;

	for (unsigned i = 0; i < PROGRAMS; i++)
		if ((!table[i].is_of_tree || q->tree) && s->arguments[i] > 0)
			set |= UINT32_C(1) << i;

	return set;
}

static struct bpf_program *find(const struct bpf_object *object, size_t i,
				const char *variant)
{
	struct text name = TEXT_NULL;
	struct bpf_program *ret;

	text_format(&name, "watch_%s%s", table[i].name, variant);
	ret = bpf_object__find_program_by_name(object, text_string(&name));
	text_done(&name);
	return ret;
}

/* Some are there twice: for kernels that know types, and for all. */
static void choose(const struct bpf_object *object, size_t i, bool is_wanted,
		   bool has_types)
{
	struct bpf_program *plain = find(object, i, "");
	struct bpf_program *typed = find(object, i, "_typed");

	has_types = has_types && typed;
	(void)bpf_program__set_autoload(plain, is_wanted && !has_types);
	if (typed)
		(void)bpf_program__set_autoload(typed, is_wanted && has_types);
}

/* The one that was chosen. */
static struct bpf_program *program_of(const struct bpf_object *object, size_t i)
{
	struct bpf_program *typed = find(object, i, "_typed");

	return typed && bpf_program__autoload(typed) ? typed
						     : find(object, i, "");
}

static int load(struct bpf_object **ret, const struct record_config *c,
		program_set set)
{
	struct bpf_object *object =
		bpf_object__open_mem(watch_object, watch_object_size, NULL);
	struct bpf_map *map;
	int err;

	*ret = NULL;
	if (!object)
		return -errno;
	for (size_t i = 0; i < PROGRAMS; i++)
		choose(object, i, set >> i & 1, c->has_types);
	map = bpf_object__find_map_by_name(object, ".rodata.config");
	err = map ? bpf_map__set_initial_value(map, c, sizeof(*c)) : -EINVAL;
	if (!err)
		err = bpf_object__load(object);
	if (err) {
		bpf_object__close(object);
		return err;
	}
	*ret = object;
	return 0;
}

/* One that the kernel refuses is found by loading it alone. */
static int load_what_can(struct programs *p, struct record_config *c,
			 program_set *set)
{
	int err = load(&p->object, c, *set), last = err;
	program_set good = 0;

	if (err == -EPERM)
		return err;
	if (err && c->has_types) {
		c->has_types = 0;
		err = load(&p->object, c, *set);
	}
	if (err && c->has_names) {
		c->has_names = 0;
		err = load(&p->object, c, *set);
	}
	if (!err)
		return 0;

	for (size_t i = 0; i < PROGRAMS; i++) {
		struct bpf_object *one;

		if (!(*set >> i & 1))
			continue;
		last = load(&one, c, UINT32_C(1) << i);
		if (!last) {
			bpf_object__close(one);
			good |= UINT32_C(1) << i;
		}
	}
	*set = good;
	return good ? load(&p->object, c, good) : last;
}

static program_set attach(struct programs *p, program_set set)
{
	program_set good = 0;

	for (size_t i = 0; i < PROGRAMS; i++) {
		if (!(set >> i & 1))
			continue;
		p->links[i] = bpf_program__attach(program_of(p->object, i));
		if (p->links[i])
			good |= UINT32_C(1) << i;
	}
	return good;
}

static void name_missing(struct programs *p, program_set set,
			 const struct drops_request *q)
{
	size_t count = 0;

	for (size_t i = 0; i < PROGRAMS; i++) {
		if (set >> i & 1 || (table[i].is_of_tree && !q->tree))
			continue;
		if (!count ||
		    strcmp(p->missing[count - 1], table[i].missing) != 0)
			p->missing[count++] = table[i].missing;
	}
	p->missing[count] = NULL;
}

static int map_shared(struct programs *p)
{
	const struct bpf_map *map =
		bpf_object__find_map_by_name(p->object, ".bss");
	void *at;

	if (!map)
		return -EINVAL;
	at = mmap(NULL, sizeof(*p->shared), PROT_READ | PROT_WRITE, MAP_SHARED,
		  bpf_map__fd(map), 0);
	if (at == MAP_FAILED)
		return -errno;
	p->shared = at;
	return 0;
}

static int follow(const struct programs *p, pid_t root)
{
	const int map = bpf_object__find_map_fd_by_name(p->object, "tree");
	const uint32_t pid = (uint32_t)root, one = 1;

	return root ? bpf_map_update_elem(map, &pid, &one, BPF_ANY) : 0;
}

static int begin(struct programs *p, const struct btf *kernel,
		 const struct drops_request *q)
{
	const struct survey s = survey(kernel);
	program_set set = present(&s, q);
	struct record_config c;
	int err = configure(&c, &s, q);

	if (!err)
		err = load_what_can(p, &c, &set);
	if (!err)
		err = map_shared(p);
	if (err)
		return err;
	p->has_names = c.has_names;
	p->ring = bpf_object__find_map_fd_by_name(p->object, "ring");
	err = follow(p, q->tree);
	if (err)
		return err;
	set = attach(p, set);
	name_missing(p, set, q);
	return set ? 0 : -EOPNOTSUPP;
}

int programs_load(struct programs *p, const struct drops_request *q)
{
	struct btf *kernel;
	int err;

	*p = (struct programs){ .ring = -1 };
	/* Its advice is wrong more often than not. */
	(void)libbpf_set_print(say_nothing);
	kernel = btf__load_vmlinux_btf();
	if (!kernel)
		return errno == EPERM || errno == EACCES ? -EPERM : -EOPNOTSUPP;
	err = begin(p, kernel, q);
	if (!err)
		reasons_read(&p->reasons, kernel);
	btf__free(kernel);
	if (err)
		programs_done(p);
	return err;
}

void programs_stop(struct programs *p)
{
	/* A program runs for microseconds. */
	static const struct timespec moment = { .tv_nsec = 200000 };

	__atomic_store_n(&p->shared->is_over, 1, __ATOMIC_SEQ_CST);
	(void)nanosleep(&moment, NULL);
}

static struct record counted(const struct record_key *k,
			     const struct record_state *s)
{
	const bool has_reason = k->what == DROP_PACKET || k->what == DROP_RESET;
	struct record r = { .at_ns = s->filled_ns,
			    .key = s->id,
			    .location = k->location,
			    .count = s->held,
			    .from_port = k->from_port,
			    .to_port = k->to_port,
			    .what = k->what,
			    .protocol = k->protocol,
			    .flags = k->flags,
			    .icmp_type = k->icmp_type,
			    .icmp_code = k->icmp_code,
			    .old_state = k->old_state,
			    .new_state = k->new_state };

	if (has_reason)
		r.reason = k->reason;
	else
		r.error = (int32_t)k->reason;
	memcpy(r.from, k->from, sizeof(r.from));
	memcpy(r.to, k->to, sizeof(r.to));
	return r;
}

uint64_t programs_held(const struct programs *p,
		       int (*take)(void *context, void *record, size_t size),
		       void *context)
{
	const int map = bpf_object__find_map_fd_by_name(p->object, "keys");
	const struct record_key *last = NULL;
	struct record_key key, next;
	uint64_t sum = 0;

	/* No end of what somebody else adds to it: nobody does any more. */
	while (!bpf_map_get_next_key(map, last, &next)) {
		struct record_state s;

		key = next;
		last = &key;
		if (!bpf_map_lookup_elem(map, &key, &s) && s.held) {
			struct record r = counted(&key, &s);

			(void)take(context, &r, sizeof(r));
			sum += s.held;
		}
	}
	return sum;
}

uint64_t programs_missed(const struct programs *p)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < PROGRAMS; i++) {
		const int fd = bpf_program__fd(program_of(p->object, i));
		struct bpf_prog_info info = { 0 };
		uint32_t size = sizeof(info);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
			sum += info.recursion_misses;
	}
	return sum;
}

void programs_done(struct programs *p)
{
	for (size_t i = 0; i < PROGRAMS; i++) {
		(void)bpf_link__destroy(p->links[i]);
		p->links[i] = NULL;
	}
	if (p->shared)
		(void)munmap(p->shared, sizeof(*p->shared));
	p->shared = NULL;
	bpf_object__close(p->object);
	p->object = NULL;
}
