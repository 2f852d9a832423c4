/*
 * What the kernel says of its packets here, a line an event.
 *
 * usage: watch_drops [-p PORT] [-c ADDRESS] [-t PROCESS] [-o FILE]
 *
 * Says "armed MILLISECONDS" once it watches, and prints what came when its input
 * ends; -o keeps the stream. 77 where the kernel refuses it.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "drops/drops.h"
#include "drops/event.h"

static const char *const whats[] = {
	"packet", "reset", "synack",    "state",
	"error",  "icmp",  "neighbour", "connect"
};
static const char *const hooks[] = { "-",          "ingress",     "bridge",
				     "prerouting", "input",       "forward",
				     "output",     "postrouting", "egress" };
static const char *const engines[] = { "-", "nft", "hook" };

static void print_stack(const struct drop_event *e)
{
	for (size_t i = 0; i < DROP_STACK && e->stack[i]; i++)
		printf("%s%s", i ? "," : "", e->stack[i]);
	printf("\n");
}

static void print(const struct drop_event *e)
{
	struct text t = TEXT_NULL;

	text_str(&t, " from=");
	address_text(&t, &e->from);
	text_str(&t, " to=");
	address_text(&t, &e->to);
	printf("what=%s protocol=%u from_port=%u to_port=%u%s", whats[e->what],
	       e->protocol, e->from_port, e->to_port, text_string(&t));
	printf(" flags=%u reason=%s place=%s hook=%s engine=%s", e->flags,
	       e->reason, e->place, hooks[e->hook], engines[e->engine]);
	printf(" error=%d soft=%d icmp=%u/%u state=%u>%u", e->error,
	       e->soft_error, e->icmp_type, e->icmp_code, e->old_state,
	       e->new_state);
	printf(" device=%u count=%llu at=%lld pid=%u program=%s stack=",
	       e->device, (unsigned long long)e->count, (long long)e->at_ns,
	       e->pid, e->program);
	print_stack(e);
	text_done(&t);
}

static int keep(const char *path, const void *data, size_t size)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return -errno;
	if (fwrite(data, 1, size, f) != size)
		(void)fprintf(stderr, "%s: not written\n", path);
	return fclose(f);
}

/* told_ns: when we first heard of something. */
static int print_all(int file, const char *to, int64_t told_ns)
{
	struct arena *arena = arena_new();
	struct drops_list l;
	struct stat about;
	void *data;
	int err;

	if (!arena || fstat(file, &about))
		return 1;
	data = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file,
		    0);
	if (data == MAP_FAILED)
		return 1;
	err = drops_read(data, (size_t)about.st_size, arena, &l);
	for (size_t i = 0; i < l.count; i++)
		print(&l.events[i]);
	for (size_t i = 0; l.missing[i]; i++)
		printf("missing %s\n", l.missing[i]);
	printf("attached=%d lost=%llu error=%d bytes=%lld", l.is_attached,
	       (unsigned long long)l.lost, err, (long long)about.st_size);
	printf(" told_us=%lld\n",
	       l.count ? (long long)(told_ns - l.events[0].at_ns) / 1000 : 0);
	if (to)
		err |= keep(to, data, (size_t)about.st_size);
	arena_free(arena);
	return err ? 1 : 0;
}

/* Bytes that say that there is more are taken until our input ends; when the
 * first of them came. */
static int64_t wait_input(int control)
{
	struct pollfd fds[] = { { STDIN_FILENO, POLLIN, 0 },
				{ control, POLLIN, 0 } };
	int64_t first = 0;
	char bytes[64];

	while (poll(fds, 2, -1) >= 0 && !fds[0].revents) {
		if (!fds[1].revents)
			continue;
		if (!first)
			first = clock_now();
		if (recv(control, bytes, sizeof(bytes), 0) <= 0)
			break;
	}
	return first;
}

static int watch(const struct drops_request *q, const char *to)
{
	const int64_t begin = clock_now();
	int file, control, err = drops_start(q, &file, &control);
	unsigned char told = EIO;
	int64_t told_ns;
	char bytes[64];

	if (!err) {
		(void)recv(control, &told, 1, 0);
		err = -told;
	}
	if (err) {
		printf("refused: %s\n", strerror(-err));
		return err == -EPERM || err == -EOPNOTSUPP ? 77 : 1;
	}
	printf("armed %.1f\n", (double)(clock_now() - begin) / 1e6);
	(void)fflush(stdout);
	told_ns = wait_input(control);
	(void)shutdown(control, SHUT_WR);
	while (recv(control, bytes, sizeof(bytes), 0) > 0)
		;
	return print_all(file, to, told_ns);
}

int main(int argc, char **argv)
{
	struct drops_request q = { 0 };
	const char *to = NULL;
	int c;

	while ((c = getopt(argc, argv, "p:c:t:o:")) >= 0) {
		if (c == 'p')
			q.port = (uint16_t)strtoul(optarg, NULL, 10);
		else if (c == 'c')
			q.has_client = address_parse(&q.client, optarg,
						     strlen(optarg));
		else if (c == 't')
			q.tree = (pid_t)strtol(optarg, NULL, 10);
		else if (c == 'o')
			to = optarg;
		else
			return 2;
	}
	return watch(&q, to);
}
