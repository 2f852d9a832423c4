#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "traced/traced_inside.h"

/* A word at a time: for a process that only its tracer may read. */
static size_t peek(pid_t tid, uint64_t at, void *out, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t more = len - done;
		long word;

		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, tid, (void *)(at + done), NULL);
		if (word == -1 && errno)
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
	struct iovec own = { out, len }, its = { (void *)at, len };
	ssize_t got = process_vm_readv(tid, &own, 1, &its, 1, 0);

	return got < 0 ? peek(tid, at, out, len) : (size_t)got;
}
