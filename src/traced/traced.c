#include "traced/traced.h"

#include <elf.h>
#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "traced/traced_inside.h"

/*
 * Every thread of the program stops at the calls of the filter; it is looked at,
 * goes on to the call's end, is looked at again, and runs free. A thread that
 * speaks to a name server, or has a filter of its own, stops at every call.
 */

/* Threads. */

static struct traced_thread *find(struct traced *t, pid_t tid)
{
	for (size_t i = 0; i < t->thread_count; i++)
		if (t->threads[i].tid == tid)
			return &t->threads[i];

	return NULL;
}

static struct traced_thread *find_or_add(struct traced *t, pid_t tid)
{
	struct traced_thread *thread = find(t, tid);

	if (thread)
		return thread;
	if (t->thread_count == t->thread_room) {
		size_t room = t->thread_room ? t->thread_room * 2 : 16;

		thread = realloc(t->threads, room * sizeof(*thread));
		if (!thread)
			return NULL;
		t->threads = thread;
		t->thread_room = room;
	}

	thread = &t->threads[t->thread_count++];
	*thread =
		(struct traced_thread){ .tid = tid, .pid = tid, .dns_fd = -1 };
	return thread;
}

static void forget(struct traced *t, pid_t tid)
{
	struct traced_thread *thread = find(t, tid);
	pid_t pid;

	if (!thread)
		return;

	pid = thread->pid;
	*thread = t->threads[--t->thread_count];
	for (size_t i = 0; i < t->thread_count; i++)
		if (t->threads[i].pid == pid)
			return;
	traced_pending_gone(t, pid);
}

static void come(struct traced_thread *thread)
{
	struct traced_attempt a = { .pid = thread->tid };

	traced_socket_owner(thread->tid, &a);
	thread->pid = a.pid;
	thread->has_come = true;
}

/* What a new one has of the one that made it. */
static void inherit(struct traced *t, pid_t parent, pid_t tid)
{
	struct traced_thread *child = find_or_add(t, tid);
	const struct traced_thread *p = find(t, parent);

	if (!child || !p)
		return;
	child->domain = p->domain;
	child->has_filter = p->has_filter;
}

/* Letting it go on. */

static void resume(const struct traced_thread *thread, int signal)
{
	bool is_stepping = thread->has_filter || thread->dns_fd >= 0 ||
			   thread->in.stop != STOP_NONE;

	(void)syscall(SYS_ptrace, is_stepping ? PTRACE_SYSCALL : PTRACE_CONT,
		      thread->tid, 0L, (long)signal);
}

/* Calls. */

static uint64_t number_of_socketcall(uint32_t arch)
{
	/* The one call for all of sockets that some architectures have. */
	return arch == AUDIT_ARCH_I386 ? 102 : UINT64_MAX;
}

static void read_socketcall(pid_t tid, struct traced_enter *e)
{
	static const enum stop stops[] = {
		[1] = STOP_SOCKET,      [2] = STOP_BIND,
		[3] = STOP_CONNECT,     [9] = STOP_SEND,
		[11] = STOP_SENDTO,     [12] = STOP_RECVFROM,
		[15] = STOP_GETSOCKOPT, [16] = STOP_SENDMSG,
		[17] = STOP_RECVMSG,    [20] = STOP_SENDMMSG,
	};

	uint64_t call = e->args[0];
	uint32_t words[6] = { 0 };

	(void)traced_memory_read(tid, e->args[1], words, sizeof(words));
	e->stop =
		call < sizeof(stops) / sizeof(*stops) ? stops[call] : STOP_NONE;
	for (int i = 0; i < 6; i++)
		e->args[i] = words[i];
}

static void read_enter(pid_t tid, const struct __ptrace_syscall_info *info,
		       struct traced_enter *ret)
{
	bool is_filter = info->op == PTRACE_SYSCALL_INFO_SECCOMP;
	uint64_t number = is_filter ? info->seccomp.nr : info->entry.nr;

	*ret = (struct traced_enter){
		.stop = traced_filter_stop(info->arch, number),
		.is_narrow =
			!(info->arch & __AUDIT_ARCH_64BIT) && sizeof(long) == 8,
	};
	for (int i = 0; i < 6; i++)
		ret->args[i] =
			is_filter ? info->seccomp.args[i] : info->entry.args[i];
	if (number == number_of_socketcall(info->arch))
		read_socketcall(tid, ret);
}

static void on_call(struct traced *t, struct traced_thread *thread)
{
	struct __ptrace_syscall_info info = { 0 };
	struct traced_enter e;

	t->about.stops++;
	if (ptrace(PTRACE_GET_SYSCALL_INFO, thread->tid, sizeof(info), &info) <=
	    0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
		if (thread->in.stop != STOP_NONE && t->is_running)
			traced_calls_leave(t, thread, info.exit.rval);
		thread->in.stop = STOP_NONE;
		return;
	}
	/* Both the filter and the stop at every call tell of one. */
	if (info.op == PTRACE_SYSCALL_INFO_NONE || !t->is_running ||
	    thread->in.stop != STOP_NONE)
		return;

	read_enter(thread->tid, &info, &e);
	if (e.stop == STOP_NONE || !traced_calls_enter(t, thread, &e))
		thread->in.stop = STOP_NONE;
	/* What a name server is spoken to by counts, too. */
	if (thread->in.stop == STOP_NONE && thread->dns_fd >= 0)
		traced_messages_leave(t, thread, 0);
}

/* exec() */

static void note_rights(struct traced *t, pid_t pid)
{
	char path[48], name[sizeof(t->about.lost_rights)] = "";
	struct stat s;

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	if (t->is_pure || *t->about.lost_rights || stat(path, &s))
		return;
	if (((s.st_mode & S_ISUID) && s.st_uid != geteuid()) ||
	    ((s.st_mode & S_ISGID) && (s.st_mode & S_IXGRP) &&
	     s.st_gid != getegid()) ||
	    getxattr(path, "security.capability", NULL, 0) > 0) {
		if (readlink(path, name, sizeof(name) - 1) > 0)
			memcpy(t->about.lost_rights, name, sizeof(name));
	}
}

/* Its other threads are gone, and it has the number of the first. */
static void on_exec(struct traced *t, pid_t tid)
{
	unsigned long former = 0;
	struct traced_thread *thread;

	(void)ptrace(PTRACE_GETEVENTMSG, tid, NULL, &former);
	if ((pid_t)former != tid) {
		struct traced_thread *old = find(t, (pid_t)former);
		const struct traced_thread kept =
			old ? *old : (struct traced_thread){ .dns_fd = -1 };

		forget(t, (pid_t)former);
		thread = find_or_add(t, tid);
		if (thread) {
			*thread = kept;
			thread->tid = thread->pid = tid;
			thread->has_come = true;
		}
	}
	thread = find(t, tid);
	if (thread) {
		thread->in.stop = STOP_NONE;
		thread->dns_fd = -1;
	}
	if (tid == t->pid)
		t->is_running = true;
	note_rights(t, tid);
}

/* Stops. */

static void on_event(struct traced *t, struct traced_thread *thread, int event)
{
	unsigned long message = 0;
	pid_t tid = thread->tid;

	if (event == PTRACE_EVENT_SECCOMP) {
		on_call(t, thread);
	} else if (event == PTRACE_EVENT_EXEC) {
		on_exec(t, tid);
	} else if ((event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK ||
		    event == PTRACE_EVENT_VFORK) &&
		   !ptrace(PTRACE_GETEVENTMSG, tid, NULL, &message)) {
		inherit(t, tid, (pid_t)message);
	}
}

static bool is_group_stop(int event, int signal)
{
	return event == PTRACE_EVENT_STOP &&
	       (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN ||
		signal == SIGTTOU);
}

static void on_stop(struct traced *t, pid_t tid, int status)
{
	enum { SYSCALL = SIGTRAP | 0x80 };

	struct traced_thread *thread = find_or_add(t, tid);
	int signal = WSTOPSIG(status);
	int event = (int)((unsigned)status >> 16);

	if (!thread)
		return;
	if (!thread->has_come)
		come(thread);
	if (is_group_stop(event, signal)) {
		(void)ptrace(PTRACE_LISTEN, tid, NULL, NULL);
		return;
	}

	if (event) {
		on_event(t, thread, event);
		signal = 0;
	} else if (signal == SYSCALL) {
		on_call(t, thread);
		signal = 0;
	}
	thread = find(t, tid); /* they may lie elsewhere now */
	if (thread)
		resume(thread, signal);
}

static void on_end(struct traced *t, pid_t tid, int status)
{
	forget(t, tid);
	if (tid != t->pid)
		return;

	t->is_over = true;
	t->status = status;
	if (t->is_running || t->exec_pipe < 0)
		return;
	if (read(t->exec_pipe, &t->exec_error, sizeof(t->exec_error)) <
	    (ssize_t)sizeof(t->exec_error))
		t->exec_error = 0;
}

static int on_child(struct traced *t, pid_t pid, int status)
{
	bool is_ours = pid == t->pid || find(t, pid) ||
		       (WIFSTOPPED(status) && status >> 16);

	if (WIFSTOPPED(status))
		on_stop(t, pid, status);
	else if (is_ours)
		on_end(t, pid, status);
	else if (t->q.events.other)
		t->q.events.other(t->q.events.context, pid, status);
	return 1;
}

/* 1: something had happened; 0: nothing; -ECHILD: nobody is left. */
static int reap(struct traced *t)
{
	int status;
	pid_t pid = waitpid(-1, &status, __WALL | WNOHANG);

	if (pid < 0)
		return -errno;

	return pid ? on_child(t, pid, status) : 0;
}

static void wait_for_child(int64_t until_ns)
{
	int64_t left = until_ns == INT64_MAX ? 3600 * CLOCK_SECOND
					     : until_ns - clock_now();
	struct timespec ts = {
		.tv_sec = (time_t)(left / CLOCK_SECOND),
		.tv_nsec = (long)(left % CLOCK_SECOND),
	};
	sigset_t set;

	if (left <= 0)
		return;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigtimedwait(&set, NULL, &ts);
}

int traced_turn(struct traced *t, int64_t until_ns)
{
	/* A busy program must not keep us from the clock. */
	enum { AT_ONCE = 256 };

	int64_t next;
	int err = 1;

	for (int i = 0; i < AT_ONCE && err > 0; i++)
		err = reap(t);
	if (err == -ECHILD || (t->is_over && !t->thread_count))
		return 0;
	if (err < 0)
		return err;

	next = traced_pending_turn(t, clock_now());
	if (!err)
		wait_for_child(next < until_ns ? next : until_ns);
	return 1;
}

void traced_about(const struct traced *t, struct traced_about *ret)
{
	*ret = t->about;
	ret->is_over = t->is_over;
	ret->status = t->status;
	ret->exec_error = t->exec_error;
	ret->processes = 0;
	for (size_t i = 0; i < t->thread_count; i++)
		ret->processes += t->threads[i].tid == t->threads[i].pid;
}

void traced_signal(const struct traced *t, int signal)
{
	if (!t->is_over)
		(void)kill(t->pid, signal);
}
