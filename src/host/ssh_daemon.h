#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * This host's SSH daemon (OpenSSH 8.2 and later), and the ports that its usual
 * file asks for. What the file holds now need not be what the daemon read when
 * it was started.
 */

/*
 * Whether a process is the daemon as its usual file sets it up, by what it
 * writes into its own command line. One that was started with another file,
 * port or option is not: it may be a second one. Anybody may write such a line:
 * whose the process is, the caller looks at.
 */
bool ssh_daemon_is_usual(int pid);

/* The same of such a line. */
bool ssh_daemon_is_usual_line(const char *line);

enum { SSH_DAEMON_PORTS = 16 };

struct ssh_daemon_ports {
	uint16_t list[SSH_DAEMON_PORTS];
	size_t count;    /* 0: the usual one, 22 */
	bool has_folder; /* it includes that of the distributions */
	bool is_unsure;  /* more than is understood here */
};

/* Of /etc/ssh/sshd_config and what it includes. 0; -ENOTSUP: they say more than
 * is understood here; -errno. */
int ssh_daemon_ports(struct ssh_daemon_ports *ret);

/* Of one file's text, in addition (sshd_config(5)). Any bytes. */
void ssh_daemon_ports_read(struct ssh_daemon_ports *p, const char *text,
			   size_t len);

bool ssh_daemon_ports_has(const struct ssh_daemon_ports *p, uint16_t port);
