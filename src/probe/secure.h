#pragma once

#include <stdbool.h>

#include "probe/certificate.h"
#include "probe/talk.h"

/*
 * TLS as a speaker needs it: started, and all that is to be said of it told.
 */
struct secure {
	const char *version; /* "TLS 1.3" */
	struct certificate certificate;
	bool is_certificate_asked; /* the server wants one of the client's */
};

/* The name that the certificate should cover, and that SNI carries: what the
 * user said, or the target's host. */
const char *secure_name(const struct talk *t);

/* Starts TLS and tells what came of it. expected: the service, as one would
 * name it. 1: it is up; 0: it is not, and that is told; -errno. The certificate
 * in it is freed by secure_done(), always. */
int secure_start(struct secure *ret, struct talk *t, const char *expected);
void secure_done(struct secure *s);

/* The step's words of TLS and the certificate: "TLS 1.3, certificate of …". */
void secure_words(struct text *out, const struct secure *s);

/* The end of a conversation that went well: so does the step, unless the
 * certificate is a fault. words: what the service is, or "". */
void secure_well(struct talk *t, const struct secure *s, const char *words);

/* After a read that gave nothing: an alert that came after the handshake, as
 * TLS 1.3 refuses clients, is told. 1: it was one, and was told. */
int secure_late_alert(struct talk *t);
