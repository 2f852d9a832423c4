#pragma once

#include <stdbool.h>
#include <stddef.h>

struct ruleset;
struct text;

/*
 * The rules of this network namespace, asked of the tools themselves: both
 * backends of iptables, IPv4 and IPv6, nft, and ipset.
 *
 * The tools run as subprocesses, without a shell, with a time limit and with
 * the C locale, and are read through pipes: nft 1.0.6 crashes on some rulesets,
 * and must not take us with it. A source that could not be asked is *not
 * looked*, with the reason, which is another thing than an empty one.
 */
enum live_source {
	LIVE_IPTABLES_LEGACY,
	LIVE_IP6TABLES_LEGACY,
	LIVE_IPTABLES_NFT,
	LIVE_IP6TABLES_NFT,
	LIVE_NFT,
	LIVE_IPSET,
	LIVE_SOURCE_COUNT
};

enum live_state {
	LIVE_READ,          /* asked and read; perhaps it has nothing */
	LIVE_MISSING,       /* the program is not installed: not looked */
	LIVE_NOT_PERMITTED, /* needs CAP_NET_ADMIN: not looked */
	LIVE_FAILED         /* ended badly or took too long: not looked */
};

struct live_row {
	const char *command; /* "iptables-legacy-save" */
	enum live_state state;
	const char *why; /* a sentence, translated, the ruleset's; or NULL */
	size_t bytes;    /* what it printed */
};

struct live {
	struct live_row row[LIVE_SOURCE_COUNT];
};

/* How long one tool may take. */
enum { LIVE_TIMEOUT_MS = 5000 };

/* Reads all of them into r and tells of each. The caller links r afterwards.
 * 0, or -errno for our own failures only. */
int live_read(struct ruleset *r, unsigned timeout_ms, struct live *ret);

/* The same with the tools in these folders, colons between: for tests. */
int live_read_from(struct ruleset *r, const char *path, unsigned timeout_ms,
		   struct live *ret);

/* The same in two parts, for who may ask and who may not are two processes: the
 * first runs the tools and writes what they print, unread, to a descriptor; the
 * second reads these bytes, which may have been kept for long. 0 or -errno; -EIO:
 * they are not whole. nft_tables: what `nft list tables' would print, for who has
 * it sooner; or NULL. */
int live_gather(int fd, unsigned timeout_ms, const char *nft_tables);
int live_read_gathered(struct ruleset *r, const void *data, size_t len,
		       struct live *ret);

/* What one of them printed, as it is, of such bytes: appended to ret. False: it
 * is not there, or ended badly. Tables that nft keeps for iptables-nft are in
 * both's texts; those that iptables-nft-save cannot tell are comments there.
 * ret_other: it came of a host's only iptables-save. */
bool live_gathered_text(const void *data, size_t len, enum live_source source,
			struct text *ret, bool *ret_other);

/* Whether anything could not be looked at. A tool that is not installed made
 * no rules, and others find what is there. */
bool live_is_partial(const struct live *l);
