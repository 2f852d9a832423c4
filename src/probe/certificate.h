#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "probe/talk.h"

/*
 * What is to be said of the certificate that a server showed: its dates by this
 * host's clock, the names that it covers, and whether a trusted authority
 * vouches for it. It is a fault where the target is to be verified, and a note
 * elsewhere: many a VPN server signs its own.
 */
struct certificate {
	bool is_there;
	bool is_expired, is_early, is_other_name, is_untrusted;
	bool is_self_signed;
	int64_t not_before_s, not_after_s;  /* of the first that is out of date,
					    * or of the server's own */
	struct text subject, issuer, names; /* cleaned */
	const struct culprit *culprit;      /* in the facts' arena */
};

/* A chain as DER, the server's own first. */
enum { CERTIFICATE_CHAIN = 16 };

struct certificate_shown {
	struct cursor ders[CERTIFICATE_CHAIN];
	size_t count;
};

/* Looks at what the server showed. name: that it should cover. 0, or -errno of
 * our own: -ENOENT: the file of authorities cannot be read. */
int certificate_look(struct certificate *ret, const struct talk *t,
		     const char *name);
/* The same of a chain that was not shown in a talk; ca_file NULL: this host's
 * authorities. The culprit is in the arena. */
int certificate_judge(struct certificate *ret,
		      const struct certificate_shown *shown, const char *name,
		      const char *ca_file, struct arena *arena);
void certificate_done(struct certificate *c);

/* Tells the facts. */
void certificate_tell(struct talk *t, const struct certificate *c,
		      const char *name);

/* Another clock's time, in seconds: what an HTTP server says. Settles whose
 * clock is wrong, where dates are in question. */
void certificate_clock(struct talk *t, const struct certificate *c,
		       int64_t other_s);

/* Something keeps this host's clock right. */
bool certificate_clock_is_kept(void);

/* It makes the target fail: verified, and wrong. */
bool certificate_is_fault(const struct talk *t, const struct certificate *c);

/* ", certificate of vpn.example expires in 3 days", for the step. */
void certificate_words(struct text *out, const struct certificate *c);
