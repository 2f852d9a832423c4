#pragma once

#include <stddef.h>

#include "base/text.h"
#include "ruleset/model.h"

/*
 * What a host's files would load at its next boot, in the order in which their
 * units run: nftables.conf; netfilter-persistent's sets and rules; iptables'
 * and ip6tables' services; files that boot scripts restore; ufw's pieces. What
 * a program builds when it starts (firewalld, docker, …) is in no file: such
 * are told as not looked.
 *
 * Units count as enabled when a link below etc/systemd/system or etc/rc?.d says
 * so; where there is neither, every file counts.
 *
 * Theory: a save file takes the place of the whole of each table that it names,
 * so of two files for one table the later holds. ufw alone adds to what is
 * there (iptables-restore -n).
 */
enum boot_state {
	BOOT_LOADED,
	BOOT_EMPTY,         /* 0 bytes: loads nothing, and says nothing */
	BOOT_NOT_ENABLED,   /* there is a file, but nothing loads it */
	BOOT_REPLACED,      /* a later unit replaces its tables */
	BOOT_NOT_LOOKED,    /* built by a program */
	BOOT_NOT_PERMITTED, /* the file cannot be read */
	BOOT_NOTE           /* something about the order that one must know */
};

struct boot_row {
	const char *unit; /* "netfilter-persistent.service" */
	const char *file; /* NULL: none */
	enum boot_state state;
	const char *why; /* a sentence, translated; NULL when loaded */
};

/* One text that a unit hands to a tool, whole; in their order. */
enum boot_tool {
	BOOT_NFT,     /* nft -f */
	BOOT_IPSET,   /* ipset restore */
	BOOT_RESTORE, /* iptables-restore, ip6tables-restore */
};

struct boot_step {
	const char *unit, *file;
	enum boot_tool tool;
	enum table_family family; /* RESTORE: ip or ip6 */
	enum engine engine; /* RESTORE: ENGINE_COUNT: whichever is usual */
	bool adds;          /* RESTORE: --noflush */
	const char *text;   /* terminated */
	struct boot_step *next;
};

enum { BOOT_ROWS = 64 };

struct boot {
	struct boot_row row[BOOT_ROWS];
	size_t count;
	struct boot_step *first_step, *last_step;
};

/* root: "/" or the folder that stands for it. Rows and places live in the
 * ruleset's arena. The caller links r afterwards. 0, or -errno for our own
 * failures only. */
int boot_read(struct ruleset *r, const char *root, struct boot *ret);

/* Reads a file, at most so many bytes: as file_load(). */
typedef int boot_file(const char *path, size_t most, struct text *ret);

/* The same, with files read by somebody who may: they are root's. */
int boot_read_by(struct ruleset *r, const char *root, boot_file *file,
		 struct boot *ret);
