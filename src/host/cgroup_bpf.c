#include "host/cgroup_bpf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "host/reader.h"

enum { FILE_BYTES = 1 << 20, IDS_MOST = 64 };

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

static int query(int fd, const char *path, enum cgroup_bpf_hook hook,
		 struct cgroup_bpf *ret)
{
	uint32_t ids[IDS_MOST];
	union bpf_attr attr = { .query = { .target_fd = (uint32_t)fd,
					   .attach_type = hooks[hook].type,
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
			      ret);
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
