#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cli/check.h"
#include "cli/server_drops.h"
#include "cli/server_host.h"
#include "cli/server_rules.h"
#include "host/look.h"
#include "probe/stand_in.h"

/*
 * kiriwake server, in parts: server.c reads the command line, server_open.c what
 * its words mean, server_run.c decides what is done when, server_local.c speaks to the service from here,
 * server_capture.c captures, server_probe.c makes an attempt, server_watch.c sees the attempts of others in it,
 * server_take.c makes one of them part of the case, server_rules.c walks it
 * through the packet filter.
 */

/* An attempt of somebody else, as its packets show it. */
struct server_seen {
	struct address client, server;
	uint16_t client_port;
	uint32_t device; /* index of that it came in by; 0: not known */
	char device_name[LIVE_NAME];
	unsigned packets; /* SYNs or datagrams, of all tries of this client */
	struct fact_set facts;
	enum status status;
	enum symptom symptom; /* by the packets alone */
	bool is_decided;      /* what comes later does not change what it was */
	bool is_dropped;      /* as the kernel itself reports */
	int64_t first_ns;
	/* Where its first frame came from and to, where the link has such. */
	uint8_t from_mac[6], to_mac[6];
	bool has_macs;
	uint16_t vlan; /* its VLAN's number; 0: it has none */
	uint8_t ttl;   /* of its first packet; 0: not known */
	/* No packet of it came: the address was asked for on its link, in
	 * vain, by this client or by a router. */
	bool is_asked;
	/* Nor did a capture show one: the kernel's report of its drop did. */
	bool is_reported;
};

/* ms: a SYN that is not answered by then is not answered, where that was
 * foretold: this kernel does it within microseconds. */
enum { SERVER_FORETOLD_SILENCE = 100 };

struct server_watch {
	struct recording capture;
	struct live_request request;
	size_t size;      /* of the capture when it was read last */
	int64_t next_ns;  /* when it is worth reading again … */
	int64_t soon_ns;  /* … and when, if more was written */
	bool has_more;    /* was written */
	unsigned healthy; /* attempts that worked */
};

/* Packets that are sent at most: one, server_probe_retry()'s, and one for each
 * round of server_trace. */
enum { SERVER_PROBES = 4 };

/* The attempt that the host makes itself: --probe. */
struct server_probe {
	struct stand_in ask;       /* is_sent */
	struct stand_in_sent sent; /* so is the first */
	/* Closed, they take their SYNs back. */
	int controls[SERVER_PROBES];
	size_t count; /* of controls */
	bool is_wanted, is_sent, is_answered, is_retried;
};

struct server {
	struct case_record *record;
	struct look_question question; /* as the command line has it */
	struct server_host host;
	struct check_rights rights;
	struct check_screen screen;
	struct diag *diag;
	struct looks *looks;
	struct server_rules *rules;
	struct server_watch watch;
	struct server_drops drops;
	struct server_probe probe;
	struct look_question foretold; /* with what was guessed of the way */
	struct case_verdict verdict;
	int64_t timeout_ns; /* 0: until it is interrupted */
	int64_t began_ns;
	enum symptom foretold_as; /* what is set up makes an attempt see */
	bool is_foretelling;      /* --no-wait */
	bool is_mute;             /* --no-local: nothing is sent */
	bool is_unnamed;          /* only the port was: the host names itself */
	int pcap_file, case_file;
	const volatile sig_atomic_t *stop;
};

/* What a command line asks for. */
struct server_request {
	const struct command
		*command; /* whose it is, for what is wrong in it */
	const char *service, *from, *pcap, *save, *host;
	double timeout_s;
	bool is_foretelling, is_mute, is_probing;
};

/* "5555", "ssh", "tcp/5555", "5555/tcp": a service by its port. */
bool server_is_service(const char *word);

/* Reads the words alone. 0; EXIT_USAGE, said; or -errno. */
int server_words(struct server *s, const struct server_request *r,
		 struct case_record *c);

/* Reads the words and opens what is written, then gives up the rights. 0;
 * EXIT_USAGE, said; or -errno. server_close() in any case. */
int server_open(struct server *s, const struct server_request *r,
		struct case_record *c);

/* Looks and judges, and shows it as it happens. 0 or -errno. */
int server_look(struct server *s, const struct cli *cli);

/* Writes the case and the host, if asked for. 0 or -errno. */
int server_save(struct server *s);

/* Frees all; what was written is complete. 0 or -errno. */
int server_close(struct server *s);

/* All of it, in order. 0 or -errno. */
int server_run(struct server *s);

/* Speaks to the service from this host itself: through the loopback, and
 * through the address that the client asks for. Steps and facts. 0 or -errno. */
int server_local(struct server *s);

/* Captures where attempts come in. 0; or -errno, told as not looked. */
int server_watch_begin(struct server *s);

/* Until something was captured or reported that is worth reading, or the time is
 * over. */
void server_watch_wait(struct server *s, int timeout_ms);

/* Whether an attempt was seen of which something can be said. 1: *ret is it; 0:
 * none yet; -errno. */
int server_watch_look(struct server *s, struct server_seen *ret);

/* Its facts and packets become the attempt's, its steps the case's. 0 or
 * -errno. */
int server_watch_take(struct server *s, const struct server_seen *seen,
		      struct attempt *a);

/* --probe: has the kernel take a packet as the client's. Steps, facts; where it
 * cannot be, that is told and s->probe.is_sent stays false. client: the facts that are
 * foretold of it. 0 or -errno. */
int server_probe_begin(struct server *s, const struct fact_set *client);

/* Nothing is captured, so what became of it would not be seen: it is not made. */
void server_probe_unwatched(struct server *s);

/* Whether a client's port is the probe's own; always, where there is none. */
bool server_probe_is(const struct server *s, uint16_t client_port);

/* What the packets of the probe itself show: how its connection ends shows
 * nothing, as nobody goes on with it. */
void server_probe_facts(const struct server *s, struct fact_set *facts);

/* What such a fact means where the probe is the client; NULL: what it always
 * does. */
const char *server_probe_words(const struct server *s, enum fact_kind kind);

/* Nobody else tries again: does so, where the first was a probe. 0 or -errno. */
int server_probe_again(struct server *s);

/* It was not answered where an ICMP error was foretold: the kernel sends one
 * client few of them, so it is tried once more. 1: it was sent; 0; -errno. */
int server_probe_retry(struct server *s, const struct server_seen *seen);

/* What was seen of it, or NULL, is told. */
void server_probe_tell(struct server *s, const struct server_seen *seen);

/* Takes back what it began. */
void server_probe_end(struct server *s);

/* TLS failed: what the client did not like of the service, or the service of
 * the client's hello, as the service shows it from here. Facts. */
void server_tls(struct server *s, const struct server_seen *seen,
		const struct look_question *q, struct attempt *a);

/* Ends the capture; copies it to s->pcap_file. 0 or -errno. */
int server_watch_end(struct server *s);
