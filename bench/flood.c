/*
 * Datagrams to a port that drops them, at a rate.
 *
 * usage: flood ADDRESS PORT RATE SECONDS SOURCES
 *
 * SOURCES sockets take turns, each with a port of its own. Prints how many were
 * sent, the seconds, and the CPU time in seconds.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, SOURCES_MOST = 1024 };

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static long send_batch(int fd)
{
	static char data[18];
	static struct iovec part = { data, sizeof(data) };
	struct mmsghdr all[BATCH];
	int n;

	memset(all, 0, sizeof(all));
	for (int i = 0; i < BATCH; i++)
		all[i].msg_hdr =
			(struct msghdr){ .msg_iov = &part, .msg_iovlen = 1 };
	n = sendmmsg(fd, all, BATCH, 0);
	return n > 0 ? n : 0;
}

static int open_all(int *fds, int count, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)atoi(argv[2])) };

	if (inet_pton(AF_INET, argv[1], &to.sin_addr) != 1)
		return -1;
	for (int i = 0; i < count; i++) {
		fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
		if (fds[i] < 0 ||
		    connect(fds[i], (struct sockaddr *)&to, sizeof(to)))
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static int fds[SOURCES_MOST];
	double begin, rate, seconds;
	long sent = 0, turn = 0;
	int count;

	if (argc != 6)
		return 2;
	rate = atof(argv[3]);
	seconds = atof(argv[4]);
	count = atoi(argv[5]);
	if (count < 1 || count > SOURCES_MOST || open_all(fds, count, argv))
		return 1;
	begin = now();
	while (now() - begin < seconds) {
		const double due = (now() - begin) * rate;

		if ((double)sent < due)
			sent += send_batch(fds[turn++ % count]);
		else
			(void)usleep(100);
	}
	printf("%ld %.3f %.3f\n", sent, now() - begin, cpu());
	return 0;
}
