#pragma once

#include <stdbool.h>

/*
 * Whether a process is this host's SSH daemon as its usual file sets it up, by
 * what OpenSSH (8.2 and later) writes into its own command line. One that was
 * started with another file, port or option is not: it may be a second one.
 * Anybody may write such a line: whose the process is, the caller looks at.
 */
bool ssh_daemon_is_usual(int pid);

/* The same of such a line. */
bool ssh_daemon_is_usual_line(const char *line);
