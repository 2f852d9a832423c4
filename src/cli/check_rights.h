#pragma once

#include <stdint.h>

#include "drops/drops.h"
#include "host/own_policy.h"
#include "host/reader.h"
#include "nftrace/nftrace.h"
#include "priv/priv.h"
#include "probe/stand_in.h"
#include "ruleset/live.h"
#include "trace/live.h"

/*
 * What check does with root's rights, and how the rest of it gives them up
 * (priv/priv.h). Without root everything is tried as it is, and what is not
 * permitted is told as not looked at.
 */
struct check_rights {
	struct priv *priv;     /* NULL: there was nothing to give up */
	struct reader *reader; /* of the host, by priv; NULL: without it */
	bool is_other_user;    /* --as: sockets are that user's */

	/* What check_rights_rules_begin() began: where the tools' words come,
	 * and what tells that they have. */
	struct check_rights_begun {
		int file, end;
		bool is_there;
	} begun;
};

/* Before the first untrusted byte. as_user: --as, or NULL. 0 or -errno. */
int check_rights_start(struct check_rights *r, const char *as_user);
void check_rights_end(struct check_rights *r);

/* A socket of the user whose application it is: root's own, if root asks. For
 * struct probe_options. */
int check_rights_socket(void *context, int family, int type, int protocol);

/* As live_capture_start(). */
int check_rights_capture(struct check_rights *r,
			 const struct live_request *request, int *file,
			 int *control);

/* As drops_start() and nftrace_start(). */
int check_rights_drops(struct check_rights *r,
		       const struct drops_request *request, int *file,
		       int *control);
int check_rights_trace(struct check_rights *r,
		       const struct nftrace_request *request, int *file,
		       int *control);

/* As stand_in_begin(). */
int check_rights_stand_in(struct check_rights *r, const struct stand_in *q,
			  struct stand_in_sent *sent, int *control);

/* What only root may know of this host's own set-up; its own errors are in it.
 * 0 or -errno. */
int check_rights_policy(struct check_rights *r, struct own_policy *ret);

/* As live_read(): the tools are run by whoever may, and read here. What they
 * print is a note of host/reader.h, so that it is saved with the host. */
int check_rights_rules(struct check_rights *r, struct ruleset *ruleset,
		       struct live *ret);

/* The same in two parts: the bytes for live_read_gathered(), to be read as often
 * as they are wanted. Appended. 0 or -errno. */
int check_rights_gather(struct check_rights *r, struct text *ret);

/* Has the tools begin, for the next check_rights_rules(), so that they run beside
 * what is done until then. Where that cannot be, they begin later. */
void check_rights_rules_begin(struct check_rights *r);

/* Whose the sockets are that check_rights_socket() opens. r may be NULL. */
void check_rights_owner(const struct check_rights *r, uint32_t *uid,
			uint32_t *gid);
