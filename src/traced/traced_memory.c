#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "traced/traced_inside.h"

/* A word at a time: for a process that only its tracer may read. */
static size_t peek(pid_t tid, uint64_t at, void *out, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t more = len - done;
		long word;

		/* Of the system call itself; libc's takes a pointer. */
		if (syscall(SYS_ptrace, PTRACE_PEEKDATA, tid, at + done, &word))
			break;
		if (more > sizeof(word))
			more = sizeof(word);
		memcpy((char *)out + done, &word, more);
		done += more;
	}

	return done;
}

size_t traced_memory_read(pid_t tid, uint64_t at, void *out, size_t len)
{
	/* An address of another process is no pointer of ours. */
	union {
		uint64_t number;
		void *place;
	} there = { .number = at };
	struct iovec own = { out, len }, its = { there.place, len };
	ssize_t got = process_vm_readv(tid, &own, 1, &its, 1, 0);

	return got < 0 ? peek(tid, at, out, len) : (size_t)got;
}
