/* The files that decide what a name means: resolv.conf, the hosts line of
 * nsswitch.conf, /etc/hosts. The same text is read as each. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/hosts_file.h"
#include "net/nsswitch.h"
#include "net/resolv_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct hosts_line lines[HOSTS_LINES];
	char name[DNS_NAME_SIZE];
	struct resolv_conf conf;
	struct nsswitch n;

	resolv_conf_read(&conf, text, len);
	for (size_t i = 0; resolv_conf_candidate(&conf, "vpn.example", i, name);
	     i++)
		if (i > RESOLV_SEARCH || strlen(name) >= sizeof(name))
			abort();
	if (!conf.server_count || conf.server_count > RESOLV_SERVERS)
		abort();

	nsswitch_read(&n, text, len);
	(void)nsswitch_way(&n, "vpn.example");
	if (n.count > NSSWITCH_SERVICES)
		abort();

	if (hosts_file_find(lines, text, len, "vpn") > HOSTS_LINES)
		abort();
	return 0;
}
