#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/text.h"
#include "fact/case.h"
#include "probe/probe.h"

/*
 * One conversation with a service over a connected TCP (or UDP) socket: what a
 * speaker writes and reads, how long it took, and how the peer ended it. It
 * waits with poll(2), never longer than the deadline that it is given, and gives
 * up as soon as the options' stop flag is set.
 *
 * What the peer sends is kept from its first byte on, bounded, and is untrusted:
 * read it through base/cursor.h. What it means is the speaker's business, and
 * what it shows of the connection that of talk_facts.h.
 */
struct talk_tls;

enum { TALK_KEPT = 64 * 1024, TALK_RAW = 4096 };

enum talk_end {
	TALK_OPEN,
	TALK_EOF,   /* the peer closed */
	TALK_RESET, /* by a RST */
	TALK_LOST,  /* by another error: an ICMP error, a timeout of TCP */
};

struct talk {
	const struct target *target;
	const struct probe_options *options;
	struct facts *facts;
	/* Of whom it is; NULL in tests, where there is one connection only. */
	struct probing *probing;

	int fd;           /* -1: none */
	int64_t began_ns; /* clock_now() when it was connected */
	struct text in;   /* what came: after decryption, with TLS */
	struct text raw;  /* the first bytes as they came */
	uint64_t in_total, raw_total;
	uint64_t sent;    /* bytes, as they went */
	int64_t spoke_ns; /* when the first of ours was sent; 0: not yet */
	int64_t heard_ns; /* when the first of theirs came; 0: never */
	int64_t ended_ns;
	enum talk_end end;
	int error; /* errno of the end, or 0 */
	struct talk_tls *tls;
	uint32_t repeated_before; /* SYNs of the first */
	unsigned connections;     /* that were made besides the first */
	bool is_datagram; /* UDP: an empty one is an answer, not an end */
	bool is_hasty;    /* a repetition: it is not waited for as long */
	bool is_stuck;    /* a request was sent, and its answer did not come or
			* stopped */

	/* What the step says; the first words count. */
	enum step_status status;
	struct text words;
};

/* Takes the descriptor over. */
void talk_init(struct talk *t, int fd);
/* Closes it, and frees what came. */
void talk_done(struct talk *t);

/* Sends all of it. 0; -ETIMEDOUT: the peer took nothing more until then;
 * -EPIPE: it has ended; -EINTR: stopped. */
int talk_write(struct talk *t, const void *data, size_t len, int64_t until_ns);
int talk_write_text(struct talk *t, const char *text, int64_t until_ns);

/* Reads what is there, or waits for it. The number of bytes that were added;
 * 0: it has ended; -ETIMEDOUT; -EINTR. */
int talk_read(struct talk *t, int64_t until_ns);
/* Until there are that many, since the beginning. 1; or as talk_read(). */
int talk_read_to(struct talk *t, size_t len, int64_t until_ns);
/* Until the text holds that word at or behind `from`. 1; or as talk_read(). */
int talk_read_until(struct talk *t, const char *word, size_t from,
		    int64_t until_ns);
/* What came is forgotten; the connection goes on. */
void talk_forget(struct talk *t);

/* A reader over what came, from there on; over what came as it was. */
struct cursor talk_cursor(const struct talk *t, size_t from);
struct cursor talk_raw(const struct talk *t);

/* clock_now() and so much more. */
int64_t talk_until(int64_t span_ns);
/* Since the connection was made. */
int64_t talk_age(const struct talk *t);

/* Another connection to the same place, instead of this one; most_segment: the
 * largest segment that it asks for, or 0. 0, -ETIMEDOUT, -ECONNREFUSED and the
 * like, -EINTR; -ENOTSUP: there may be none. */
int talk_again(struct talk *t, int most_segment);

/* What the step says: only the first call counts. */
__attribute__((format(printf, 3, 4))) void
talk_says(struct talk *t, enum step_status status, const char *format, ...);

/* TCP's own view of the connection; zeros where there is none. */
struct talk_tcp {
	uint32_t unacked;       /* segments of ours under way */
	uint32_t retransmits;   /* of the one that is sent now */
	uint32_t repeated;      /* since the first SYN, and not in vain */
	uint32_t out_of_order;  /* segments that arrived behind a hole */
	uint32_t segment;       /* the largest that we send */
	uint32_t their_segment; /* that we allow to be sent */
	uint32_t window;        /* that the peer has open */
	int64_t round_trip_ns;
	uint32_t not_sent; /* bytes that wait for room */
	bool has_window;   /* the kernel tells it */
};

void talk_tcp(const struct talk *t, struct talk_tcp *ret);

/* Segments arrived behind one that is missing: what is waited for was sent. */
bool talk_has_hole(const struct talk *t);

/* For talk_tls: the socket itself. Bytes; 0: it ended; -EAGAIN. */
int talk_receive(struct talk *t, void *buffer, size_t len);
int talk_send(struct talk *t, const void *data, size_t len);
/* Until it is ready for one of these events. 0, -ETIMEDOUT, -EINTR. */
int talk_wait(struct talk *t, short events, int64_t until_ns);
