/*
 * Arms nftrace for one flow, and tells what was traced.
 *
 * usage: nftrace_probe [OPTION...]
 *   -p tcp|udp  -P PORT  -c CLIENT  -s SERVER  -6  -l (legacy)  -b (bridge)
 *   -d DEVICE (of ingress chains)  -h (from here)  -r (nftrace_restore() alone)
 *   -o FILE (what was recorded)
 *   -t COUNT (so many connections from here to SERVER: for each a line with the
 *      microseconds until its last step was read)
 * Prints `armed' and how long it took; ends at the end of its input, or when the
 * collector does; then a line a packet and a line a step.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "nftrace/nftrace.h"
#include "nftrace/path.h"

static const char *const verdicts[] = {
	[NFTRACE_CONTINUE] = "continue", [NFTRACE_ACCEPT] = "accept",
	[NFTRACE_DROP] = "drop",         [NFTRACE_JUMP] = "jump",
	[NFTRACE_RETURN] = "return",     [NFTRACE_QUEUE] = "queue",
	[NFTRACE_STOLEN] = "stolen",     [NFTRACE_UNSAID] = "unsaid",
};

static void print_step(const char *word, const struct nftrace_step *s)
{
	printf("%s %s %u %s %s %s %u %" PRIu64 " %s\n", word,
	       s->engine == NFTRACE_LEGACY ? "legacy" : "nft", s->family,
	       s->table, s->chain, s->is_policy ? "policy" : "rule", s->number,
	       s->handle, verdicts[s->verdict]);
}

static void print_list(const struct nftrace_list *l)
{
	struct text t = TEXT_NULL;

	printf("armed=%d lost=%" PRIu64 " missing=%s\n", l->is_armed, l->lost,
	       l->missing ? l->missing : "-");
	for (size_t i = 0; i < l->count; i++) {
		const struct nftrace_packet *p = &l->packets[i];
		const struct nftrace_step *end = nftrace_end(p, true);

		text_clear(&t);
		address_text(&t, &p->from);
		text_format(&t, " %u ", p->from_port);
		address_text(&t, &p->to);
		printf("packet %08x %u %s %u flags=%02x seq=%u\n", p->id,
		       p->protocol, text_string(&t), p->to_port, p->flags,
		       p->seq);
		for (size_t n = 0; n < p->count; n++)
			print_step("step", &p->steps[n]);
		if (end)
			print_step("end", end);
	}
	text_done(&t);
}

static int tell(int file, const char *save)
{
	struct arena *arena = arena_new();
	struct nftrace_list list;
	struct stat st;
	void *data;
	int err;

	if (fstat(file, &st) || !st.st_size)
		return 1;
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, file, 0);
	err = nftrace_read(data, (size_t)st.st_size, arena, &list);
	if (err)
		printf("read %d\n", err);
	print_list(&list);
	if (save) {
		FILE *f = fopen(save, "wbe");

		if (f) {
			(void)fwrite(data, 1, (size_t)st.st_size, f);
			(void)fclose(f);
		}
	}
	arena_free(arena);
	return err != 0;
}

static struct address parse(const char *s)
{
	struct address a = { 0 };

	if (!address_parse(&a, s, strlen(s)))
		fprintf(stderr, "%s: no address\n", s);
	return a;
}

static void read_option(struct nftrace_request *q, int option, const char *word)
{
	if (option == 'p')
		q->protocol = strcmp(word, "udp") ? IPPROTO_TCP : IPPROTO_UDP;
	else if (option == 'P')
		q->port = (uint16_t)strtol(word, NULL, 10);
	else if (option == 'c')
		q->client = parse(word), q->has_client = true;
	else if (option == 's')
		q->server = parse(word), q->has_server = true;
	else if (option == '6')
		q->is_v4 = false;
	else if (option == 'l')
		q->has_legacy = true;
	else if (option == 'b')
		q->has_bridge = true;
	else if (option == 'h')
		q->is_from_here = true;
	else if (option == 'd')
		(void)snprintf(q->devices[q->device_count++], NFTRACE_NAME,
			       "%s", word);
}

/* Until the input ends. */
static void wait_for_end(int control)
{
	struct pollfd fds[] = { { 0, POLLIN, 0 }, { control, POLLIN, 0 } };
	char c[64];

	for (;;) {
		(void)poll(fds, 2, -1);
		if (fds[1].revents && recv(control, c, sizeof(c), 0) <= 0)
			return;
		if (fds[1].revents) {
			printf("traced %" PRId64 "\n", clock_now());
			(void)fflush(stdout);
		}
		if (fds[0].revents && read(0, c, 1) <= 0)
			break;
	}
	(void)shutdown(control, SHUT_WR);
	while (recv(control, c, sizeof(c), 0) > 0)
		;
}

/* Whether a step that ended the packet from this port is there. */
static bool is_named(int file, uint16_t port)
{
	struct arena *arena = arena_new();
	struct nftrace_list l = { 0 };
	bool found = false;
	struct stat st;
	void *data;

	if (fstat(file, &st) || !st.st_size)
		return false;
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, file, 0);
	if (!nftrace_read(data, (size_t)st.st_size, arena, &l))
		for (size_t i = 0; i < l.count; i++)
			found |= l.packets[i].from_port == port &&
				 nftrace_end(&l.packets[i], true) != NULL;
	(void)munmap(data, (size_t)st.st_size);
	arena_free(arena);
	return found;
}

/* From the connect() to the rule's name. */
static int64_t time_one(const struct nftrace_request *q, int file, int control)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(q->port) };
	struct sockaddr_in own = { 0 };
	struct pollfd fd = { control, POLLIN, 0 };
	socklen_t size = sizeof(own);
	int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	const int64_t at = clock_now();
	char c[64];

	memcpy(&to.sin_addr, q->server.bytes + 12, 4);
	(void)connect(s, (struct sockaddr *)&to, sizeof(to));
	(void)getsockname(s, (struct sockaddr *)&own, &size);
	while (!is_named(file, ntohs(own.sin_port))) {
		if (clock_now() - at > CLOCK_SECOND)
			break;
		if (poll(&fd, 1, 100) > 0 &&
		    recv(control, c, sizeof(c), MSG_DONTWAIT) <= 0)
			break;
	}
	(void)close(s);
	return clock_now() - at;
}

static void time_all(const struct nftrace_request *q, int file, int control,
		     int count)
{
	for (int i = 0; i < count; i++) {
		printf("named %" PRId64 "\n",
		       time_one(q, file, control) / 1000);
		(void)fflush(stdout);
		(void)usleep(25000);
	}
}

int main(int argc, char *argv[])
{
	struct nftrace_request q = { .protocol = IPPROTO_TCP, .is_v4 = true };
	const char *save = NULL;
	int file, control, err, option, count = 0;
	unsigned char first;
	int64_t at;

	while ((option = getopt(argc, argv, "p:P:c:s:6lbd:hro:t:")) != -1) {
		if (option == 'r')
			return nftrace_restore() < 0;
		if (option == 'o')
			save = optarg;
		if (option == 't')
			count = (int)strtol(optarg, NULL, 10);
		read_option(&q, option, optarg);
	}
	at = clock_now();
	err = nftrace_start(&q, &file, &control);
	if (err || recv(control, &first, 1, 0) != 1) {
		printf("error %d\n", err);
		return 1;
	}
	if (first) {
		printf("refused %d %s\n", first, strerror(first));
		return 1;
	}
	printf("armed %" PRId64 "\n", (clock_now() - at) / 1000);
	(void)fflush(stdout);
	if (count) {
		time_all(&q, file, control, count);
		if (save)
			(void)tell(file, save);
		return 0;
	}
	wait_for_end(control);
	return tell(file, save);
}
