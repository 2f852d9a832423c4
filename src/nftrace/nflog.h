#pragma once

#include <stdbool.h>

/*
 * The words of iptables-legacy's trace, by nfnetlink_log. They come there only
 * while net.netfilter.nf_log.2 (or .10) of this network namespace says so, which
 * it goes on saying when we are gone. So what it was is written down in /run
 * first (journal.h), and put back by the guardian, or by the next run.
 *
 * Who has group 0 of nfnetlink_log in a namespace has it alone: that is the lock
 * between runs. The collector and the guardian hold the same socket, so that it
 * is free only when both are dead, or all is as before.
 */
enum { NFLOG_NAME = 64 };

struct nflog {
	int fd;      /* messages, and the lock */
	int setting; /* the sysctl */
	int number;  /* 2 or 10 */
	int journal; /* the folder, or -1: nothing is written down */
	char saved[NFLOG_NAME];
};

#define NFLOG_NONE ((struct nflog){ -1, -1, 0, -1, "" })

/* Takes the lock, puts back what dead ones left, and writes down what there is.
 * Nothing is changed yet. 0; -EBUSY: somebody else has group 0; -errno. */
int nflog_open(struct nflog *l, bool is_v4);

/* 0 or -errno. */
int nflog_switch(const struct nflog *l);

/* As it was; the journal is gone then. 0 or -errno. */
int nflog_back(const struct nflog *l);

void nflog_close(struct nflog *l);

/* What a run left that is dead with its guardian. 1: it is put back; 0: nothing
 * was; -errno. */
int nflog_restore(void);
