#include "probe/talk.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "probe/talk_tls.h"

enum {
	SLICE_MS = 20,    /* between two looks at the stop flag */
	CONNECT_MS = 900, /* before the kernel repeats the SYN */
	REPEAT_MS = 1000,
	REPEATS_MOST = 2,
	CONNECTIONS_MOST = 2, /* besides the first */
};

/* As who speaks in turns does: small segments are not held back until those
 * before them are acknowledged (RFC 896). */
static void begin(struct talk *t, int fd)
{
	const int on = 1;

	if (!t->is_datagram)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	t->fd = fd;
	t->began_ns = clock_now();
	t->in_total = t->raw_total = t->sent = 0;
	t->spoke_ns = t->heard_ns = t->ended_ns = 0;
	t->end = TALK_OPEN;
	t->error = 0;
	text_clear(&t->in);
	text_clear(&t->raw);
}

void talk_init(struct talk *t, int fd)
{
	struct talk_tcp tcp;

	begin(t, fd);
	talk_tcp(t, &tcp);
	t->repeated_before = tcp.repeated;
}

static void hang_up(struct talk *t)
{
	talk_tls_free(t->tls);
	t->tls = NULL;
	if (t->fd >= 0)
		(void)close(t->fd);
	t->fd = -1;
}

void talk_done(struct talk *t)
{
	hang_up(t);
	text_done(&t->in);
	text_done(&t->raw);
	text_done(&t->words);
}

int64_t talk_until(int64_t span_ns)
{
	return clock_now() + span_ns;
}

int64_t talk_age(const struct talk *t)
{
	return clock_now() - t->began_ns;
}

static bool is_stopped(const struct talk *t)
{
	return t->options->stop && *t->options->stop;
}

static void tell_waiting(const struct talk *t, int64_t until_ns)
{
	const struct probe_options *o = t->options;
	int64_t now = clock_now();

	if (o->waiting)
		o->waiting(o->waiting_context, now - t->began_ns,
			   until_ns - t->began_ns);
}

/* The peer may hold the rest of its answer back until the beginning of it is
 * acknowledged, for which TCP takes its time. */
static void acknowledge(const struct talk *t)
{
	const int on = 1;

	if (!t->is_datagram)
		(void)setsockopt(t->fd, IPPROTO_TCP, TCP_QUICKACK, &on,
				 sizeof(on));
}

int talk_wait(struct talk *t, short events, int64_t until_ns)
{
	struct pollfd watched = { t->fd, events, 0 };

	if (events & POLLIN)
		acknowledge(t);
	for (;;) {
		int64_t left = until_ns - clock_now();
		int ms, n;

		if (is_stopped(t))
			return -EINTR;
		ms = left > SLICE_MS * (int64_t)CLOCK_MILLISECOND
			     ? SLICE_MS
			     : (int)((left + CLOCK_MILLISECOND - 1) /
				     CLOCK_MILLISECOND);
		n = poll(&watched, 1, ms < 0 ? 0 : ms);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (left <= 0)
			return -ETIMEDOUT;
		tell_waiting(t, until_ns);
	}
}

static void note_end(struct talk *t, int error)
{
	if (t->end != TALK_OPEN)
		return;

	t->error = error;
	t->ended_ns = clock_now();
	if (!error)
		t->end = TALK_EOF;
	else if (error == ECONNRESET || error == EPIPE)
		t->end = TALK_RESET;
	else
		t->end = TALK_LOST;
}

int talk_receive(struct talk *t, void *buffer, size_t len)
{
	ssize_t n = recv(t->fd, buffer, len, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return -EAGAIN;
	if (n < 0 || (n == 0 && !t->is_datagram)) {
		note_end(t, n < 0 ? errno : 0);
		return 0;
	}

	if (!t->heard_ns)
		t->heard_ns = clock_now();
	if (n == 0)
		return 0;
	t->raw_total += (uint64_t)n;
	if (t->raw.len < TALK_RAW) {
		size_t room = TALK_RAW - t->raw.len;

		text_bytes(&t->raw, buffer,
			   (size_t)n < room ? (size_t)n : room);
	}
	return (int)n;
}

int talk_send(struct talk *t, const void *data, size_t len)
{
	ssize_t n;

	if (t->end == TALK_RESET || t->end == TALK_LOST)
		return 0;

	n = send(t->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return -EAGAIN;
	/* What the peer said before its end can still be read. */
	if (n < 0)
		return 0;

	if (!t->spoke_ns)
		t->spoke_ns = clock_now();
	t->sent += (uint64_t)n;
	return (int)n;
}

int talk_write(struct talk *t, const void *data, size_t len, int64_t until_ns)
{
	const char *pos = data;

	while (len > 0) {
		int n = t->tls ? talk_tls_send(t, pos, len)
			       : talk_send(t, pos, len);

		if (n == -EAGAIN) {
			int err = talk_wait(t, POLLOUT, until_ns);

			if (err < 0)
				return err;
			continue;
		}
		if (n <= 0)
			return -EPIPE;
		pos += n;
		len -= (size_t)n;
	}

	return 0;
}

int talk_write_text(struct talk *t, const char *text, int64_t until_ns)
{
	return talk_write(t, text, strlen(text), until_ns);
}

int talk_read(struct talk *t, int64_t until_ns)
{
	char buffer[16 * 1024];

	if (t->fd < 0)
		return 0;

	for (;;) {
		int n = t->tls ? talk_tls_receive(t, buffer, sizeof(buffer))
			       : talk_receive(t, buffer, sizeof(buffer));
		int err;

		if (n >= 0) {
			size_t room = TALK_KEPT - t->in.len;

			t->in_total += (uint64_t)n;
			text_bytes(&t->in, buffer,
				   (size_t)n < room ? (size_t)n : room);
			/* TLS may end before its connection does. */
			if (n == 0 && !t->is_datagram)
				note_end(t, 0);
			return n;
		}
		err = talk_wait(t, POLLIN, until_ns);
		if (err < 0)
			return err;
	}
}

int talk_read_to(struct talk *t, size_t len, int64_t until_ns)
{
	while (t->in.len < len) {
		int n = talk_read(t, until_ns);

		if (n <= 0)
			return n;
		if (t->in.len == TALK_KEPT)
			return 1;
	}

	return 1;
}

int talk_read_until(struct talk *t, const char *word, size_t from,
		    int64_t until_ns)
{
	for (;;) {
		int n;

		if (t->in.len > from &&
		    memmem(t->in.data + from, t->in.len - from, word,
			   strlen(word)))
			return 1;
		if (t->in.len == TALK_KEPT)
			return 1;
		n = talk_read(t, until_ns);
		if (n <= 0)
			return n;
	}
}

static struct cursor over(const struct text *t, size_t from)
{
	/* Nothing may have come yet. */
	if (from >= t->len)
		return cursor_over("", 0);

	return cursor_over(t->data + from, t->len - from);
}

struct cursor talk_cursor(const struct talk *t, size_t from)
{
	return over(&t->in, from);
}

struct cursor talk_raw(const struct talk *t)
{
	return over(&t->raw, 0);
}

void talk_forget(struct talk *t)
{
	text_clear(&t->in);
}

/* The outcome of connect(2), waited for as long as no SYN too many is sent. */
static int connected(struct talk *t, struct case_record *c)
{
	unsigned left = PROBE_SYNS_MOST - c->syns;
	int64_t ms = CONNECT_MS +
		     REPEAT_MS * (left < REPEATS_MOST ? left : REPEATS_MOST);
	int err = talk_wait(t, POLLOUT, talk_until(ms * CLOCK_MILLISECOND));
	socklen_t len = sizeof(err);
	struct tcp_info info = { 0 };
	socklen_t info_len = sizeof(info);

	if (!getsockopt(t->fd, IPPROTO_TCP, TCP_INFO, &info, &info_len))
		c->syns += info.tcpi_total_retrans;
	if (err < 0)
		return err;
	if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		return -errno;

	return -err;
}

int talk_again(struct talk *t, int most_segment)
{
	const struct probing *p = t->probing;
	struct sockaddr_storage sa;
	socklen_t len;
	int fd, err;

	if (!p || t->connections == CONNECTIONS_MOST ||
	    p->record->syns >= PROBE_SYNS_MOST)
		return -ENOTSUP;

	hang_up(t);
	fd = probe_socket(
		p, address_is_v4(&p->attempt->address) ? AF_INET : AF_INET6,
		SOCK_STREAM, 0);
	if (fd < 0)
		return fd;

	begin(t, fd);
	t->connections++;
	p->record->syns++;
	if (most_segment)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &most_segment,
				 sizeof(most_segment));
	len = probe_sockaddr(p->attempt, p->attempt->port, &sa);
	err = connect(fd, (struct sockaddr *)&sa, len) ? -errno : 0;
	if (err == -EINPROGRESS)
		err = connected(t, p->record);
	if (err < 0)
		hang_up(t);
	else
		t->began_ns = clock_now();

	return err;
}

void talk_says(struct talk *t, enum step_status status, const char *format, ...)
{
	va_list ap;

	if (t->words.len)
		return;

	t->status = status;
	va_start(ap, format);
	text_format_list(&t->words, format, ap);
	va_end(ap);
}

bool talk_has_hole(const struct talk *t)
{
	struct talk_tcp tcp;

	talk_tcp(t, &tcp);
	return tcp.out_of_order > 0;
}

void talk_tcp(const struct talk *t, struct talk_tcp *ret)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	*ret = (struct talk_tcp){ 0 };
	if (t->fd < 0 ||
	    getsockopt(t->fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return;

	ret->unacked = info.tcpi_unacked;
	ret->retransmits = info.tcpi_retransmits;
	if (info.tcpi_total_retrans > info.tcpi_dsack_dups)
		ret->repeated = info.tcpi_total_retrans - info.tcpi_dsack_dups;
	ret->segment = info.tcpi_snd_mss;
	ret->their_segment = info.tcpi_advmss;
	ret->out_of_order = info.tcpi_rcv_ooopack;
	ret->has_window = len >= offsetof(struct tcp_info, tcpi_snd_wnd) +
					 sizeof(info.tcpi_snd_wnd);
	ret->window = info.tcpi_snd_wnd;
	ret->round_trip_ns = info.tcpi_rtt * (int64_t)CLOCK_MICROSECOND;
	ret->not_sent = info.tcpi_notsent_bytes;
}
