#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

/*
 * Which rule it is, by the kernel's own trace: one table of nft with the flag
 * `owner', which goes when the process that made it does, sets nftrace for the
 * packets of one flow. Native nft and iptables-nft tell of them by
 * NFNLGRP_NFTRACE, iptables-legacy by nfnetlink_log. No rule of anybody's is
 * touched.
 */
enum { NFTRACE_DEVICES = 8, NFTRACE_NAME = 32, NFTRACE_SECONDS = 2 };

struct nftrace_request {
	uint8_t protocol;              /* IPPROTO_TCP or IPPROTO_UDP */
	uint16_t port;                 /* of the server's end */
	struct address client, server; /* server: has_server */
	bool has_client; /* without: of anybody, which is rate-limited too */
	bool has_server;
	bool is_v4;        /* the family where neither is known */
	bool is_from_here; /* this host is the client */
	bool has_legacy;   /* iptables-legacy has tables of this family */
	bool has_bridge;   /* rules of the bridge family are in use */
	/* That have chains at netdev ingress. */
	char devices[NFTRACE_DEVICES][NFTRACE_NAME];
	size_t device_count;
};

/*
 * Arms, in a process of its own that needs CAP_NET_ADMIN: *file becomes what it
 * writes (path.h reads it, also while it grows), *control a socket: one byte
 * comes when it is armed (0; else the errno that kept it from that), and a 0
 * whenever something was traced. It takes itself away NFTRACE_SECONDS after it
 * was armed, or when the caller shuts down its writing end, or is dead; when the
 * socket ends, all is as it was, net.netfilter.nf_log.* too (nflog.h). For
 * iptables-legacy somebody has to be able to write /run/kiriwake. 0 or -errno.
 */
int nftrace_start(const struct nftrace_request *q, int *file, int *control);

/* What a run that was killed together with its guardian left: settings of
 * net.netfilter.nf_log.* that its journal in /run still holds, and tables of a
 * kernel without owners. 1: settings were, and are as before now; 0: none were;
 * -errno. */
int nftrace_restore(void);
