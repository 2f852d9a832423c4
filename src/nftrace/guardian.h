#pragma once

#include "nftrace/arm.h"
#include "nftrace/nflog.h"

/*
 * Who puts back what does not go by itself, when the collector is gone, however
 * it went: net.netfilter.nf_log, and tables of a kernel without owners. It reads
 * nothing but the end of a pipe, keeps CAP_NET_ADMIN alone, has a session of its
 * own, and hears no signal but SIGKILL.
 */

/* log, plain: NULL if there is none. control stays open until all is as before.
 * *life: what has to stay open as long as the collector lives. 0 or -errno. */
int guardian_start(const struct nflog *log, const struct arm *plain,
		   int control, int *life);
