#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * What is in the file that nftrace_start() gives: records, each a head and so
 * many bytes, in the byte order of the machine that wrote it (the magic number
 * tells). Messages of netlink are as the kernel sent them: path.c reads them.
 */
enum record_kind {
	RECORD_BEGIN = 1, /* u32 RECORD_MAGIC */
	RECORD_ARMED,     /* nothing */
	RECORD_MISSING,   /* a word: what could not be armed */
	RECORD_RULES,  /* messages of a dump: NFT_MSG_NEWRULE; none: it begins
			   * again, the rules have changed */
	RECORD_TRACE,  /* messages: NFT_MSG_TRACE */
	RECORD_LOG,    /* messages: NFULNL_MSG_PACKET */
	RECORD_CHAINS, /* rows of struct legacy_chain (legacy.h) */
	/* u32 index of a place just before a base chain, its family, and its
	 * table's and its own name, each terminated: who is seen there and no
	 * more was stopped in that chain, which clears nftrace. */
	RECORD_PLACE,
	RECORD_LOST, /* nothing: the kernel could not send one */
	RECORD_END,  /* nothing: no more comes */
	RECORD_KINDS,
};

enum {
	RECORD_MAGIC = 0x6b776e74,
	RECORD_HEAD = 16,
	RECORD_MOST = 1 << 18, /* bytes of one */
	RECORD_FILE_MOST = 32 << 20,
};

struct record_head {
	uint32_t kind, length;
	int64_t at_ns; /* CLOCK_MONOTONIC */
};

/* Where records go, and how many bytes there were: past RECORD_FILE_MOST
 * nothing is written. */
struct record_file {
	int fd;
	size_t written;
};

/* 0 or -errno. */
int record_write(struct record_file *f, enum record_kind kind, const void *data,
		 size_t length);
