/*
 * How the room's process comes to be alone.
 *
 * There are two: a warden, forked while there are rights, that waits for the
 * first question without reading it, makes the other in namespaces of its own,
 * says who it is there, gives up all rights and waits for its end; and the one
 * that does the work, the first of its process namespace, so that all that it
 * starts goes with it. Each dies with its parent, by PR_SET_PDEATHSIG.
 *
 * In its user namespace it is root; outside it is nobody (or, where the warden
 * has no rights, the user). Where there are no user namespaces and the warden is
 * root, it stays root with three capabilities, in all other namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "fix/room_inside.h"
#include "priv/needs.h"

enum {
	NOBODY = 65534,
	SPACES = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS,
	WHERE = 3, /* the descriptor of the questions */
	LAST_CAPABILITY = 63,
};

/* Newer than many a libc's headers: linux/mount.h. */
enum { RECURSIVE = 0x8000, READ_ONLY = 1 };

struct mount_change {
	uint64_t set, clear, propagation, user;
};

int room_enter_read(int fd, struct text *ret)
{
	uint64_t len = 0;
	size_t got = 0;

	while (got < sizeof(len)) {
		ssize_t n = read(fd, (char *)&len + got, sizeof(len) - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EPIPE;
		got += (size_t)n;
	}
	if (len > ROOM_BYTES || !text_reserve(ret, (size_t)len))
		return -EMSGSIZE;

	while (ret->len < len) {
		ssize_t n =
			read(fd, ret->data + ret->len, (size_t)len - ret->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EPIPE;
		ret->len += (size_t)n;
	}

	return 0;
}

int room_enter_write(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -EPIPE;
		at += n;
		len -= (size_t)n;
	}

	return 0;
}

int room_enter_side(const struct room_inside *in, enum room_side side)
{
	return setns(in->space[side], CLONE_NEWNET) ? -errno : 0;
}

/* Forks with flags of clone(2). */
static pid_t make(unsigned long flags)
{
	pid_t pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL,
				   0UL);

	return pid < 0 ? -errno : pid;
}

int room_enter_try(void)
{
	pid_t pid;

	if (!geteuid())
		return 0;
	pid = make(CLONE_NEWUSER);
	if (pid < 0)
		return -EPERM;
	if (!pid)
		_exit(0);
	(void)waitpid(pid, NULL, 0);
	return 0;
}

/* Deaf to the terminal, with this descriptor alone. */
static void be_alone(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	for (int i = 0; i < 3 && null >= 0; i++)
		(void)dup2(null, i);
	if (fd != WHERE)
		(void)dup2(fd, WHERE);
	(void)fcntl(WHERE, F_SETFD, FD_CLOEXEC);
	if (syscall(SYS_close_range, WHERE + 1U, ~0U, 0U))
		for (int i = WHERE + 1; i < 1024; i++)
			(void)close(i);
}

static int put_file(pid_t pid, const char *name, const char *words)
{
	struct text path = TEXT_NULL;
	int err = -ENOMEM, fd;

	text_format(&path, "/proc/%d/%s", (int)pid, name);
	if (text_ok(&path)) {
		fd = open(text_string(&path), O_WRONLY | O_CLOEXEC);
		err = fd < 0 ? -errno : file_write(fd, words, strlen(words));
		if (fd >= 0)
			(void)close(fd);
	}
	text_done(&path);
	return err;
}

/* Once for each: what was written cannot be written again. */
static int put_id(pid_t pid, const char *name, unsigned outside)
{
	struct text words = TEXT_NULL;
	int err;

	text_format(&words, "0 %u 1", outside);
	err = put_file(pid, name, text_string(&words));
	text_done(&words);
	return err;
}

/* Who root of the namespace is outside: nobody, where there is such an id at all
 * (a container may have but a few). */
static int put_ids(pid_t pid)
{
	bool is_root = !geteuid();
	int err;

	if (!is_root)
		(void)put_file(pid, "setgroups", "deny");
	if (!is_root || put_id(pid, "gid_map", NOBODY)) {
		err = put_id(pid, "gid_map", getegid());
		if (err)
			return err;
	}
	if (is_root && !put_id(pid, "uid_map", NOBODY))
		return 0;
	return put_id(pid, "uid_map", geteuid());
}

static void change_mounts(const char *path, uint64_t set, uint64_t clear,
			  bool recursive)
{
	struct mount_change c = { .set = set, .clear = clear };

#ifdef SYS_mount_setattr
	(void)syscall(SYS_mount_setattr, AT_FDCWD, path,
		      recursive ? RECURSIVE : 0, &c, sizeof(c));
#else
	(void)path;
	(void)recursive;
	(void)c;
#endif
}

/* Its own /run, where tools keep their lock; its own /proc; nothing else can be
 * written to, as far as the kernel lets us. */
static int see_little(void)
{
	bool has_proc;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	if (mount("none", "/run", "tmpfs", MS_NOSUID | MS_NODEV,
		  "size=4m,mode=755"))
		return -errno;
	has_proc = !mount("proc", "/proc", "proc",
			  MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	change_mounts("/", READ_ONLY, 0, has_proc);
	change_mounts("/run", 0, READ_ONLY, false);
	if (has_proc)
		change_mounts("/proc", 0, READ_ONLY, false);
	return 0;
}

/* Without a user namespace: what the room needs, and no more. */
static void keep_little(void)
{
	static const uint32_t keep =
		1U << CAP_NET_ADMIN | 1U << CAP_NET_RAW | 1U << CAP_SYS_ADMIN;
	struct __user_cap_header_struct h = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[2] = {
		{ .effective = keep, .permitted = keep },
	};

	for (int c = 0; c <= LAST_CAPABILITY; c++)
		if (c >= 32 || !(keep & 1U << c))
			(void)prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
	(void)syscall(SYS_capset, &h, sets);
}

/* Two network namespaces. Not before it is known who is root: to him belong what
 * is in /proc/net as they are made (net/netfilter/x_tables.c xt_proto_init()). */
static int make_sides(struct room_inside *in)
{
	for (int i = 0; i < ROOM_SIDES; i++) {
		if (unshare(CLONE_NEWNET))
			return -errno;
		in->space[i] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		if (in->space[i] < 0)
			return -errno;
	}

	return 0;
}

static void refuse(int fd, int err)
{
	const uint64_t len = sizeof(err);
	struct text q = TEXT_NULL;

	if (!room_enter_read(fd, &q)) {
		(void)room_enter_write(fd, &len, sizeof(len));
		(void)room_enter_write(fd, &err, sizeof(err));
	}
	text_done(&q);
}

/* begin: says that its ids are there, and its other end that the warden is. */
__attribute__((noreturn)) static void inhabit(int begin, bool is_user)
{
	static struct room_inside in;
	char byte = 1;
	int err;

	if (read(begin, &byte, 1) != 1 || !byte)
		_exit(1);
	if (is_user) {
		(void)setgroups(0, NULL);
		if (setresgid(0, 0, 0) || setresuid(0, 0, 0))
			_exit(1);
	}
	/* A change of ids forgets it: so only now. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (poll(&(struct pollfd){ .fd = begin }, 1, 0))
		_exit(1);
	err = make_sides(&in);
	if (!err)
		err = see_little();
	if (!is_user)
		keep_little();
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (err) {
		refuse(WHERE, err);
		_exit(1);
	}

	in.fd = WHERE;
	room_serve(&in);
}

/* Nobody's, without any right. */
static void be_nobody(void)
{
	if (!geteuid()) {
		(void)setgroups(0, NULL);
		if ((setresgid(NOBODY, NOBODY, NOBODY) ||
		     setresuid(NOBODY, NOBODY, NOBODY)) &&
		    errno != EINVAL)
			_exit(1);
	}
	if (needs_drop())
		_exit(1);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Makes the other process; begin is its end of a pipe, kept open. */
static pid_t open_room(int begin[2], bool *is_user)
{
	pid_t pid = make(CLONE_NEWUSER | SPACES);

	*is_user = pid >= 0;
	if (pid < 0 && !geteuid())
		pid = make(SPACES);
	if (!pid) {
		(void)close(begin[1]);
		inhabit(begin[0], *is_user);
	}

	return pid;
}

__attribute__((noreturn)) static void guard(pid_t parent)
{
	int begin[2];
	bool is_user;
	char byte;
	pid_t pid;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	/* Else files of its child in /proc, where the ids go, are root's. */
	if (geteuid())
		(void)prctl(PR_SET_DUMPABLE, 1);
	/* Nothing is read: the question is the other's. */
	while (poll(&(struct pollfd){ .fd = WHERE, .events = POLLIN }, 1, -1) <
	       0)
		continue;
	if (recv(WHERE, &byte, 1, MSG_PEEK) <= 0 || pipe2(begin, O_CLOEXEC))
		_exit(0);

	pid = open_room(begin, &is_user);
	if (pid < 0) {
		refuse(WHERE, pid == -EPERM ? -EPERM : (int)pid);
		_exit(1);
	}
	byte = 1;
	if (is_user && put_ids(pid)) {
		byte = 0;
		refuse(WHERE, -EPERM);
	}
	(void)close(WHERE);
	be_nobody();
	if (getppid() != parent)
		_exit(0);
	(void)!write(begin[1], &byte, 1);
	(void)waitpid(pid, NULL, 0);
	_exit(0);
}

pid_t room_enter_fork(int fd)
{
	pid_t self = getpid();
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid) {
		be_alone(fd);
		guard(self);
	}

	return pid;
}
