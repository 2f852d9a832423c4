#pragma once

#include "host/cgroup_bpf.h"
#include "priv/priv.h"
#include "trace/live.h"

/*
 * What check does with root's rights, and how the rest of it gives them up
 * (priv/priv.h). Without root everything is tried as it is, and what is not
 * permitted is told as not looked at.
 */
struct check_rights {
	struct priv *priv;  /* NULL: there was nothing to give up */
	bool is_other_user; /* --as: sockets are that user's */
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

/* The packet filter's rules, for live_read_gathered(): a descriptor, the
 * caller's, or -errno. r NULL: as we are. */
int check_rights_rules(struct check_rights *r);

/* As cgroup_bpf_read(). */
int check_rights_programs(struct check_rights *r, const char *cgroup,
			  struct cgroup_bpf *ret);
