#pragma once

#include "fix/repair.h"

/*
 * The unit of systemd, or the init script, that a process belongs to, and how it
 * is started, stopped and asked to read its configuration again.
 */
struct unit_of {
	const char *name;   /* "ssh.service"; NULL: none is known */
	const char *script; /* "/etc/init.d/ssh"; NULL: systemd runs */
	const char *program;
	int pid;
};

/* Of that process (0: none). program may be NULL. */
struct unit_of unit_of_process(struct fix_planning *p, int pid,
			       const char *program);
/* That is called so. */
struct unit_of unit_of_name(struct fix_planning *p, const char *name);

/* "systemctl restart ssh.service"; NULL: it is not known how. */
const char *const *unit_of_command(struct fix_planning *p,
				   const struct unit_of *u, const char *verb);

/* Adds the restart (or the reload, which is none) to now[]. A restart's undo is
 * another one, once the files are as before. Where nobody knows how, a remark
 * says so. 0 or -ENOMEM. */
int unit_of_restart(struct fix_planning *p, struct fix_candidate *c,
		    const struct unit_of *u, bool is_reload);

/* Adds to now[] that systemd reads its units again. 0 or -ENOMEM. */
int unit_of_reload(struct fix_planning *p, struct fix_candidate *c);

/* The file of that unit that counts, of systemd's folders; NULL. */
const char *unit_of_file(struct fix_planning *p, const char *name);
