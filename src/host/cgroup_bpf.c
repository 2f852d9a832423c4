#include "host/cgroup_bpf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "host/reader.h"

enum {
	FILE_BYTES = 1 << 20,
	PATH_BYTES = 4096,
	IDS_MOST = 64,
	HANDLE_KERNFS = 0xfe, /* FILEID_KERNFS of linux/exportfs.h */
	LINK_NETNS = 5,      /* BPF_LINK_TYPE_NETNS: at the lookup of sockets */
	LINK_NETFILTER = 10, /* BPF_LINK_TYPE_NETFILTER, since Linux 6.4 */
};

static const struct {
	enum bpf_attach_type type;
	const char *name;
} hooks[CGROUP_BPF_HOOKS] = {
	[CGROUP_BPF_CONNECT4] = { BPF_CGROUP_INET4_CONNECT,
				  "cgroup_inet4_connect" },
	[CGROUP_BPF_CONNECT6] = { BPF_CGROUP_INET6_CONNECT,
				  "cgroup_inet6_connect" },
	[CGROUP_BPF_EGRESS] = { BPF_CGROUP_INET_EGRESS, "cgroup_inet_egress" },
	[CGROUP_BPF_INGRESS] = { BPF_CGROUP_INET_INGRESS,
				 "cgroup_inet_ingress" },
	[CGROUP_BPF_SENDMSG4] = { BPF_CGROUP_UDP4_SENDMSG,
				  "cgroup_udp4_sendmsg" },
	[CGROUP_BPF_SENDMSG6] = { BPF_CGROUP_UDP6_SENDMSG,
				  "cgroup_udp6_sendmsg" },
};

const char *cgroup_bpf_hook_name(enum cgroup_bpf_hook h)
{
	return hooks[h].name;
}

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* Where the unified hierarchy is mounted; of several, the first. */
static int find_mount(struct text *ret)
{
	struct text t = TEXT_NULL;
	int error = reader_file("/proc/self/mounts", FILE_BYTES, &t);
	const char *line = text_string(&t);

	while (!error && *line) {
		size_t len = strcspn(line, "\n");
		const char *path = line + strcspn(line, " ");
		size_t path_len = *path ? strcspn(path + 1, " ") : 0;

		if (path_len && !strncmp(path + 1 + path_len, " cgroup2 ", 9)) {
			text_bytes(ret, path + 1, path_len);
			break;
		}
		line += len;
		line += *line == '\n';
	}
	text_done(&t);
	return !error && !ret->len ? -ENOENT : error;
}

int cgroup_bpf_own(char *ret, size_t size)
{
	struct text t = TEXT_NULL;
	int error = reader_file("/proc/self/cgroup", FILE_BYTES, &t);
	const char *line = text_string(&t);

	while (!error && *line && strncmp(line, "0::", 3) != 0) {
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	if (!error && !*line) {
		error = -ENOENT;
	} else if (!error) {
		size_t len = strcspn(line + 3, "\n");

		if (len >= size)
			error = -ENAMETOOLONG;
		else
			memcpy(ret, line + 3, len);
		ret[error ? 0 : len] = 0;
	}
	text_done(&t);
	return error;
}

static int get_info(uint32_t id, struct bpf_prog_info *ret)
{
	union bpf_attr attr = { .prog_id = id };
	long fd = bpf(BPF_PROG_GET_FD_BY_ID, &attr);
	int error = 0;

	if (fd < 0)
		return -errno;

	memset(ret, 0, sizeof(*ret));
	attr = (union bpf_attr){ .info = { .bpf_fd = (uint32_t)fd,
					   .info_len = sizeof(*ret),
					   .info = (uintptr_t)ret } };
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		error = -errno;
	(void)close((int)fd);
	return error;
}

static void put_name(struct cgroup_bpf_program *p)
{
	struct bpf_prog_info info;

	if (!get_info(p->id, &info))
		memcpy(p->name, info.name, sizeof(p->name) - 1);
}

static int find_security(void *context)
{
	union bpf_attr attr = { .start_id = 0 };

	(void)context;
	while (!bpf(BPF_PROG_GET_NEXT_ID, &attr)) {
		uint32_t id = attr.next_id;
		struct bpf_prog_info info = { 0 };
		int error = get_info(id, &info);

		/* It may be gone since. */
		if (error && error != -ENOENT)
			return error;
		if (!error && info.type == BPF_PROG_TYPE_LSM)
			return 1;
		attr = (union bpf_attr){ .start_id = id };
	}

	return errno == ENOENT ? 0 : -errno;
}

int cgroup_bpf_answer_security(const char *none, struct text *ret)
{
	(void)none;
	(void)ret;
	return find_security(NULL);
}

int cgroup_bpf_has_security(void)
{
	return reader_number("bpf-lsm-programs", find_security, NULL);
}

/* flags: BPF_F_QUERY_EFFECTIVE counts those of the cgroups above, too. */
static int query(int fd, const char *path, enum cgroup_bpf_hook hook,
		 uint32_t flags, struct cgroup_bpf *ret)
{
	uint32_t ids[IDS_MOST];
	union bpf_attr attr = { .query = { .target_fd = (uint32_t)fd,
					   .attach_type = hooks[hook].type,
					   .query_flags = flags,
					   .prog_ids = (uintptr_t)ids,
					   .prog_cnt = IDS_MOST } };

	/* A kernel without that hook has no program there. */
	if (bpf(BPF_PROG_QUERY, &attr) && errno != ENOSPC)
		return errno == EINVAL ? 0 : -errno;

	for (uint32_t i = 0; i < attr.query.prog_cnt && i < IDS_MOST; i++) {
		struct cgroup_bpf_program *p = &ret->programs[ret->count];

		if (ret->count == CGROUP_BPF_MOST)
			return 0;
		*p = (struct cgroup_bpf_program){ .hook = hook, .id = ids[i] };
		memcpy(p->cgroup, path, strnlen(path, sizeof(p->cgroup) - 1));
		put_name(p);
		ret->count++;
	}

	return 0;
}

static int query_all(const char *mount, const char *path,
		     struct cgroup_bpf *ret)
{
	struct text whole = TEXT_NULL;
	int fd, error = 0;

	text_str(&whole, mount);
	text_str(&whole, path);
	fd = open(text_string(&whole), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	text_done(&whole);
	if (fd < 0)
		return -errno;

	for (int h = 0; h < CGROUP_BPF_HOOKS && !error; h++)
		error = query(fd, *path ? path : "/", (enum cgroup_bpf_hook)h,
			      0, ret);
	(void)close(fd);
	return error;
}

static int read_programs(void *context, void *filled, size_t size)
{
	struct text mount = TEXT_NULL, path = TEXT_NULL;
	struct cgroup_bpf *ret = filled;
	const char *cgroup = context;
	int error = find_mount(&mount);

	memset(ret, 0, size);
	/* Out of a namespace of cgroups the path is none that we could open. */
	if (!error && strncmp(cgroup, "/..", 3) == 0)
		error = -ENOENT;
	/* The root is the empty path. */
	text_str(&path, strcmp(cgroup, "/") != 0 ? cgroup : "");
	while (!error) {
		const char *slash;

		error = query_all(text_string(&mount), text_string(&path), ret);
		slash = strrchr(text_string(&path), '/');
		if (!slash || !path.len)
			break;
		text_cut(&path, (size_t)(slash - text_string(&path)));
	}
	text_done(&mount);
	text_done(&path);
	return error;
}

/* A cgroup's id is the number of its folder's node, by which kernfs opens it. */
static int open_id(const char *mount, uint64_t id)
{
	struct {
		struct file_handle head;
		uint64_t id;
	} handle = { .head = { .handle_bytes = sizeof(id),
			       .handle_type = HANDLE_KERNFS } };

	int at = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd, error;

	if (at < 0)
		return -errno;

	memcpy(handle.head.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(at, &handle.head,
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	error = fd < 0 ? -errno : 0;
	(void)close(at);
	return error ? error : fd;
}

/* The path below the mount; "/" where it cannot be told. */
static void put_path(struct text *ret, int fd, const char *mount)
{
	char whole[PATH_BYTES];
	struct text link = TEXT_NULL;
	size_t len = strlen(mount);
	ssize_t got;

	text_format(&link, "/proc/self/fd/%d", fd);
	got = readlink(text_string(&link), whole, sizeof(whole) - 1);
	text_done(&link);
	whole[got > 0 ? got : 0] = 0;
	if (strncmp(whole, mount, len) != 0 || whole[len] != '/')
		text_str(ret, "/");
	else
		text_str(ret, whole + len);
}

static int read_effective(void *context, void *filled, size_t size)
{
	static const enum cgroup_bpf_hook asked[] = { CGROUP_BPF_INGRESS,
						      CGROUP_BPF_EGRESS };
	struct text mount = TEXT_NULL, path = TEXT_NULL;
	struct cgroup_bpf *ret = filled;
	const uint64_t *id = context;
	int error = find_mount(&mount);
	int fd = -1;

	memset(ret, 0, size);
	if (!error) {
		fd = open_id(text_string(&mount), *id);
		error = fd < 0 ? fd : 0;
	}
	if (!error)
		put_path(&path, fd, text_string(&mount));
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked) && !error; i++)
		error = query(fd, text_string(&path), asked[i],
			      BPF_F_QUERY_EFFECTIVE, ret);
	if (fd >= 0)
		(void)close(fd);
	text_done(&mount);
	text_done(&path);
	return error;
}

int cgroup_bpf_answer(const char *cgroup, struct text *ret)
{
	struct cgroup_bpf b;
	int error = read_programs((void *)cgroup, &b, sizeof(b));

	text_bytes(ret, &b, sizeof(b));
	return error;
}

/* It may be of a file. */
static bool is_sound(const struct cgroup_bpf *b)
{
	for (size_t i = 0; i < b->count && i < CGROUP_BPF_MOST; i++) {
		const struct cgroup_bpf_program *p = &b->programs[i];

		if ((unsigned)p->hook >= CGROUP_BPF_HOOKS ||
		    !memchr(p->name, 0, sizeof(p->name)) ||
		    !memchr(p->cgroup, 0, sizeof(p->cgroup)))
			return false;
	}

	return b->count <= CGROUP_BPF_MOST;
}

int cgroup_bpf_read(const char *cgroup, struct cgroup_bpf *ret)
{
	struct text key = TEXT_NULL;
	int error;

	memset(ret, 0, sizeof(*ret));
	text_str(&key, "cgroup-bpf ");
	text_str(&key, cgroup);
	error = reader_value(text_string(&key), read_programs, (void *)cgroup,
			     ret, sizeof(*ret));
	text_done(&key);
	if (is_sound(ret))
		return error;

	ret->count = 0;
	return -ENODATA;
}

int cgroup_bpf_answer_id(const char *rest, struct text *ret)
{
	struct cgroup_bpf b;
	char *end;
	uint64_t id = strtoull(rest, &end, 10);
	int error;

	if (end == rest || *end)
		return -EINVAL;

	error = read_effective(&id, &b, sizeof(b));
	text_bytes(ret, &b, sizeof(b));
	return error;
}

int cgroup_bpf_read_id(uint64_t id, struct cgroup_bpf *ret)
{
	struct text key = TEXT_NULL;
	int error;

	memset(ret, 0, sizeof(*ret));
	text_str(&key, "cgroup-bpf-id ");
	text_u64(&key, id);
	error = reader_value(text_string(&key), read_effective, &id, ret,
			     sizeof(*ret));
	text_done(&key);
	if (is_sound(ret))
		return error;

	ret->count = 0;
	return -ENODATA;
}

/*
 * Links of BPF programs to hooks of netfilter, and to the lookup of sockets.
 */
enum { LINK_TRIES = 50, LINK_PAUSE = 1 /* ms */ };

/* One that is just being made, by anybody, says EAGAIN until it is
 * (bpf_link_settle()). */
static int open_link(uint32_t id)
{
	for (int i = 0;; i++) {
		union bpf_attr attr = { .link_id = id };
		long fd = bpf(BPF_LINK_GET_FD_BY_ID, &attr);

		if (fd >= 0)
			return (int)fd;
		if (errno != EAGAIN || i == LINK_TRIES)
			return -errno;
		(void)poll(NULL, 0, LINK_PAUSE);
	}
}

static int link_type(uint32_t id)
{
	union bpf_attr attr;
	struct bpf_link_info info = { 0 };
	int fd = open_link(id);
	int ret;

	if (fd < 0)
		return fd;

	attr = (union bpf_attr){ .info = { .bpf_fd = (uint32_t)fd,
					   .info_len = sizeof(info),
					   .info = (uintptr_t)&info } };
	ret = bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) ? -errno : (int)info.type;
	(void)close(fd);
	return ret;
}

static int find_netfilter(void *context)
{
	union bpf_attr attr = { .start_id = 0 };

	(void)context;
	while (!bpf(BPF_LINK_GET_NEXT_ID, &attr)) {
		uint32_t id = attr.next_id;
		int type = link_type(id);

		if (type < 0 && type != -ENOENT)
			return type;
		if (type == LINK_NETFILTER || type == LINK_NETNS)
			return 1;
		attr = (union bpf_attr){ .start_id = id };
	}

	/* Kernels before 5.8 do not list links, and have none such. */
	return errno == ENOENT || errno == EINVAL ? 0 : -errno;
}

int cgroup_bpf_answer_netfilter(const char *none, struct text *ret)
{
	(void)none;
	(void)ret;
	return find_netfilter(NULL);
}

int cgroup_bpf_has_netfilter(void)
{
	return reader_number("bpf-netfilter-links", find_netfilter, NULL);
}
