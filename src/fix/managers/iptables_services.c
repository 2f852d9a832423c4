/*
 * iptables.service and ip6tables.service (RHEL, CentOS, Fedora's
 * iptables-services): /etc/sysconfig/iptables and ip6tables. As with Debian's,
 * "service iptables save" would save too much.
 */
#include "fix/kept_file.h"
#include "fix/manager.h"

const struct manager manager_iptables_services = {
	.id = "iptables-services",
	.express = kept_file_express,
	.is_file = true,
};
