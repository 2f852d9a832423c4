#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * TLS on top of a conversation, by GnuTLS. Nothing is ever verified on the way:
 * the handshake goes on whatever the certificate is, so that all of it is seen;
 * probe/certificate.h says what is wrong with it.
 */
struct talk;
struct talk_tls;

enum talk_tls_outcome {
	TLS_DONE,
	TLS_SILENT,  /* no answer, or none that went on, until the deadline */
	TLS_CLOSED,  /* the peer ended it without a word in TLS */
	TLS_FOREIGN, /* what came is no TLS */
	TLS_ALERTED, /* the peer sent a fatal alert */
	TLS_GAVE_UP, /* we could not go on: no common version, bad data */
	TLS_STOPPED,
};

struct talk_tls_wish {
	const char *server_name; /* SNI; NULL: none is sent */
	bool old_versions;       /* TLS 1.0 and 1.1 too, and weak suites */
};

/* Starts TLS, which afterwards carries all that is said. It is on only when the
 * outcome is TLS_DONE. */
enum talk_tls_outcome talk_tls_start(struct talk *t,
				     const struct talk_tls_wish *wish,
				     int64_t until_ns);
void talk_tls_free(struct talk_tls *tls);

/* As talk_send() and talk_receive(). */
int talk_tls_send(struct talk *t, const void *data, size_t len);
int talk_tls_receive(struct talk *t, void *buffer, size_t len);

/* What is known after the start, whatever came of it, and later. */
struct talk_tls_state {
	int alert;     /* the peer's fatal one, or -1 */
	int our_alert; /* that our side sends for what it gave up for, or -1 */
	bool has_server_hello;
	bool is_certificate_asked;
	const char *version; /* "TLS 1.3"; NULL before the end */
	const char *error;   /* GnuTLS's words where it gave up */
};

void talk_tls_state(const struct talk *t, struct talk_tls_state *ret);

/* The peer's certificate chain, its own first, as DER; NULL past the end. */
uint8_t *talk_tls_certificate(const struct talk *t, size_t i, size_t *len);
