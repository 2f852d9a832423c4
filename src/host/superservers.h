#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/problem.h"
#include "net/inetd_conf.h"
#include "net/xinetd_conf.h"

/*
 * The super-servers that run, inetd and xinetd, with the files that they were
 * told to read. All belongs to the arena. What a file holds now need not be
 * what the process read when it was started, or told to read it anew.
 */
struct superserver {
	int pid;
	bool is_xinetd;
	bool asks_libwrap; /* itself, for what it serves */
	const char *conf;
	const struct superserver *next;
};

/* 0 or -errno. */
int superservers_find(const struct superserver **ret, struct arena *a);

/* That process, if it is one; NULL: it is none. 0 or -errno. */
int superservers_of(const struct superserver **ret, struct arena *a, int pid);

/* Its services. 0 or -errno. */
int superservers_inetd(const struct superserver *s, struct arena *a,
		       struct problems *p, const struct inetd_service **ret);
int superservers_xinetd(const struct superserver *s, struct arena *a,
			struct problems *p, const struct xinetd_service **ret);
