#pragma once

#include <stdbool.h>

/*
 * Whether any firewall rules of this host could meet a packet at all, which is
 * quicker asked than all of them are read: chains of nft with a hook, and
 * tables of the legacy iptables. CAP_NET_ADMIN.
 */
enum { NETFILTER_NAME = 32 };

struct netfilter {
	bool has_nft;    /* a chain of a family of IP, with a hook */
	bool has_legacy; /* a table of that family was made */
	/* Of nft: such a chain; one whose policy drops, if there is any, or else
	 * one that has rules. */
	char table[NETFILTER_NAME], chain[NETFILTER_NAME];
	bool is_dropping;
};

/* family: AF_INET or AF_INET6. 0; -EPERM; -errno. */
int netfilter_read(int family, struct netfilter *ret);

/* The tables of nf_tables, a line for each as nft writes it: "table ip filter".
 * Appended. 0; -EPERM; -errno, then they are not known. */
struct text;
int netfilter_tables(struct text *ret);

/* The same of what sees ARP: chains of the families arp and netdev, and tables
 * of arptables. */
int netfilter_read_arp(struct netfilter *ret);
