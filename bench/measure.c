/*
 * Runs a command with its output thrown away and prints what it took, one line:
 * its wait status, user and system CPU in microseconds, wall in microseconds,
 * peak resident KiB.
 *
 * Apart from bench/run, because a process begins with the peak of the one that
 * it was forked from: started by an interpreter of 10 MB, nothing would seem to
 * need less.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t us(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

static void run(char *command[])
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0)
		_exit(127);
	(void)execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

int main(int argc, char *argv[])
{
	int64_t start = now_us();
	struct rusage u;
	int status;
	pid_t pid;

	if (argc < 2) {
		(void)fputs("usage: measure COMMAND [ARG...]\n", stderr);
		return 2;
	}

	pid = fork();
	if (pid < 0) {
		perror("measure");
		return 1;
	}
	if (!pid)
		run(argv + 1);
	if (wait4(pid, &status, 0, &u) != pid) {
		perror("measure");
		return 1;
	}

	(void)printf("%d %" PRId64 " %" PRId64 " %" PRId64 " %ld\n", status,
		     us(u.ru_utime), us(u.ru_stime), now_us() - start,
		     u.ru_maxrss);
	return 0;
}
