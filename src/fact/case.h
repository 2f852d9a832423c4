#pragma once

#include "base/arena.h"
#include "fact/fact.h"
#include "fact/packet_line.h"
#include "net/address.h"

/*
 * A case: everything that one question ("why can't I reach it?") brought to
 * light, and what a verdict is drawn from. Sources fill it, diag judges it,
 * report tells it, and it can be saved and judged again elsewhere with the same
 * result. All strings lie in its arena.
 */

/* What is to be reached. */
struct target {
	const char *text; /* as it was typed */
	const char *host; /* a name or an address, without brackets */
	uint8_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	uint16_t port;
	const char *scheme; /* "https"; NULL: none was given */
	const char *path;   /* of a URL, "/" without one */
	/* The speaker that knows this service ("ssh", "tls", "softether"), by
	 * the scheme or else by the port; NULL: none does. */
	const char *service;
	bool is_service_sure; /* the scheme says so, not only the port */
	/* The certificate is to be verified: a wrong one is a fault, not a
	 * note. */
	bool is_verified;
};

/* One address of the target, and what is known of reaching it. On the server:
 * one of its clients, and what became of its connection. */
struct attempt {
	struct address address; /* of the server */
	struct address peer;    /* the client's, seen from the server */
	uint16_t peer_port;     /* 0: not known */
	bool has_peer;
	uint32_t scope; /* interface index of a link-local address, or 0 */
	uint16_t port;
	struct facts facts;
	struct packet_line lines[SHOWN_PACKETS];
	struct address icmp_sender; /* of the error, where facts hold one */
	/* Since its SYN or datagram was sent; 0: not known. */
	int64_t answered_after_ns;
	bool is_connected;
	bool is_from_dns_only; /* the system's resolver gave another address */
	int fd;                /* connected, or -1; case_free() closes it */
	struct address local;  /* that the kernel sends from; has_local */
	bool has_local;
	uint16_t local_port; /* of the connect probe; 0: not known */
	uint8_t reply_ttl;   /* of the echo's answer; 0: not known */
	uint16_t open_port;  /* another one, which answers; 0: none is known */
};

enum step_status {
	STEP_PASS,
	STEP_FAIL,
	STEP_SKIP,    /* not needed */
	STEP_BLOCKED, /* not permitted, or not to be had here */
	STEP_STATUSES,
};

const char *step_status_name(enum step_status s);

/* Something that was tried, in the order in which it was. */
struct step {
	const char *id; /* "connect" */
	enum vantage vantage;
	enum step_status status;
	int64_t took_ns; /* below 0: it took no time worth telling */
	const char *text;
};

/* A source that could not be asked: another thing than one that saw nothing. */
struct not_looked {
	const char *source;
	enum vantage vantage;
	const char *why; /* a sentence */
};

enum { CASE_ATTEMPTS = 16, CASE_STEPS = 64, CASE_NOT_LOOKED = 32 };

struct case_record {
	struct arena *arena;
	struct target target;
	enum vantage vantage; /* where the program runs: client or server */
	int64_t at_ns;
	struct facts general; /* of the target as a whole: its name */
	struct attempt attempts[CASE_ATTEMPTS];
	size_t attempt_count;
	struct step steps[CASE_STEPS];
	size_t step_count;
	struct not_looked not_looked[CASE_NOT_LOOKED];
	size_t not_looked_count;
	unsigned syns; /* that were sent */
};

/* NULL without memory. At the client, until case_at() says otherwise. */
struct case_record *case_new(void);
/* Where it runs: what is told from now on was seen there. */
void case_at(struct case_record *c, enum vantage vantage);
void case_free(struct case_record *c);

/* Adds an address that is to be tried; NULL when there are too many. One that
 * is there already is returned. */
struct attempt *case_attempt(struct case_record *c,
			     const struct address *address, uint32_t scope);

/* Adds a client's connection to an address of this host, the server; one that is
 * there already is returned. NULL when there are too many. */
struct attempt *case_client(struct case_record *c,
			    const struct address *address,
			    const struct address *peer, uint16_t peer_port);

/* Adds a step; the text is copied. NULL when there are too many. */
struct step *case_step(struct case_record *c, const char *id,
		       enum step_status status, int64_t took_ns,
		       const char *text);

/* Adds a source that was not looked at, once. */
void case_not_looked(struct case_record *c, const char *source,
		     const char *why);
