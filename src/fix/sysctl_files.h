#pragma once

#include "fix/repair.h"

/*
 * Which line sets a kernel's setting at boot: systemd-sysctl(8) where systemd
 * runs, `sysctl --system' of procps elsewhere (sysctl.d(5), sysctl.conf(5)).
 */
struct sysctl_line {
	const char *path, *content; /* the whole file */
	uint64_t line;
	const char *value;
	bool is_glob; /* it sets others as well */
};

/* The line that counts in the end. key: the path below /proc/sys. 0; -ENOENT:
 * none; -errno. In the plan's arena. */
int sysctl_files_find(struct fix_planning *p, const char *key,
		      struct sysctl_line *ret);

/* What the line's text is with another value: its spelling is kept. */
const char *sysctl_files_words(struct fix_planning *p, const char *line,
			       const char *value);

/* Where a new line wins over that one (NULL: over none). */
const char *sysctl_files_path(struct fix_planning *p,
			      const struct sysctl_line *over);

/* The path below /proc/sys: "net.ipv4.conf.eth0.5.rp_filter" and
 * "net/ipv4/conf/eth0.5/rp_filter" are the same. NULL: it is none. */
const char *sysctl_files_key(struct fix_planning *p, const char *name);
/* What sysctl(8) takes for that path, with dots where these are no doubt. */
const char *sysctl_files_name(struct fix_planning *p, const char *key);

/* For tests and fuzzing: the last line of a text that sets the key; 0: none.
 * Any bytes. */
uint64_t sysctl_files_line(struct fix_planning *p, const char *content,
			   const char *key, struct sysctl_line *ret);
