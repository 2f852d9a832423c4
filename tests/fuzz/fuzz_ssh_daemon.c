/* sshd_config's ports, and the line that the daemon writes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/ssh_daemon.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ssh_daemon_ports p = { 0 };
	char *line = malloc(len + 1);

	ssh_daemon_ports_read(&p, (const char *)data, len);
	if (p.count > SSH_DAEMON_PORTS)
		abort();
	for (size_t i = 0; i < p.count; i++)
		if (!p.list[i] || !ssh_daemon_ports_has(&p, p.list[i]))
			abort();

	if (line) {
		memcpy(line, data, len);
		line[len] = '\0';
		(void)ssh_daemon_is_usual_line(line);
	}
	free(line);
	return 0;
}
