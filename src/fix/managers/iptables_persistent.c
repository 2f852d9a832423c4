/*
 * iptables-persistent (Debian): /etc/iptables/rules.v4 and rules.v6, which
 * netfilter-persistent.service loads whole. Its own "save" would write what
 * docker, fail2ban and others made into them, to be loaded twice from then on:
 * so lines are changed, and only those that the fix is about.
 */
#include "fix/kept_file.h"
#include "fix/manager.h"

const struct manager manager_iptables_persistent = {
	.id = "iptables-persistent",
	.express = kept_file_express,
	.is_file = true,
};
