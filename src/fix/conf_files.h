#pragma once

#include "fix/repair.h"

/*
 * The files that a daemon reads: those that its command line names, and those
 * where it looks by itself.
 */
struct conf_files {
	const char **paths;
	size_t count;
};

/* pid: 0, or the process whose arguments name files. patterns: paths with blanks
 * between, each with one "*" at most. In the plan's arena. 0 or -ENOMEM. */
int conf_files_list(struct fix_planning *p, int pid, const char *patterns,
		    struct conf_files *ret);

/* Its arguments, blanks between; NULL: they cannot be read. */
const char *conf_files_command(struct fix_planning *p, int pid);
