#include "ruleset/owner.h"

#include <string.h>

#include "base/i18n.h"
#include "ruleset/model.h"

enum who {
	CALICO,
	CILIUM,
	CNI,
	CROWDSEC,
	DOCKER,
	FAIL2BAN,
	FIREWALLD,
	FLANNEL,
	FW3,
	FW4,
	IPTABLES_PERSISTENT,
	IPTABLES_SERVICE,
	ISTIO,
	KUBE,
	LIBVIRT,
	LXD,
	MINIUPNPD,
	NETAVARK,
	NETWORK_MANAGER,
	NEUTRON,
	NFTABLES_SERVICE,
	SHOREWALL,
	SSHGUARD,
	TAILSCALE,
	UFW,
	WEAVE,
	WG_QUICK,
	OWNERS
};

static const char rebuilt[] = N_("It builds them again by itself.");

static const struct owner owners[OWNERS] = {
	[CALICO] = { "calico", "Calico", rebuilt },
	[CILIUM] = { "cilium", "Cilium", rebuilt },
	[CNI] = { "cni", "CNI", rebuilt },
	[CROWDSEC] = { "crowdsec", "CrowdSec", rebuilt },
	[DOCKER] = { "docker", "Docker", rebuilt },
	[FAIL2BAN] = { "fail2ban", "fail2ban",
		       N_("It makes them when it starts: /etc/fail2ban.") },
	[FIREWALLD] = { "firewalld", "firewalld",
			N_("Its zones: /etc/firewalld, firewall-cmd.") },
	[FLANNEL] = { "flannel", "flannel", rebuilt },
	[FW3] = { "fw3", "OpenWrt fw3", "/etc/config/firewall" },
	[FW4] = { "fw4", "OpenWrt fw4", "/etc/config/firewall" },
	[IPTABLES_PERSISTENT] = { "iptables-persistent", "iptables-persistent",
				  "/etc/iptables" },
	[IPTABLES_SERVICE] = { "iptables-services", "iptables.service",
			       "/etc/sysconfig" },
	[ISTIO] = { "istio", "Istio", rebuilt },
	[KUBE] = { "kube", "Kubernetes", rebuilt },
	[LIBVIRT] = { "libvirt", "libvirt",
		      N_("It makes them for its networks: virsh net-edit.") },
	[LXD] = { "lxd", "LXD, Incus",
		  N_("It makes them for its networks: lxc network edit.") },
	[MINIUPNPD] = { "miniupnpd", "miniupnpd", rebuilt },
	[NETAVARK] = { "podman", "Podman", rebuilt },
	[NETWORK_MANAGER] = { "networkmanager", "NetworkManager",
			      N_("It makes them for shared connections.") },
	[NEUTRON] = { "neutron", "OpenStack Neutron", rebuilt },
	[NFTABLES_SERVICE] = { "nftables.service", "nftables.service",
			       "/etc/nftables.conf" },
	[SHOREWALL] = { "shorewall", "Shorewall", "/etc/shorewall" },
	[SSHGUARD] = { "sshguard", "sshguard", rebuilt },
	[TAILSCALE] = { "tailscale", "Tailscale", rebuilt },
	[UFW] = { "ufw", "ufw", "/etc/ufw" },
	[WEAVE] = { "weave", "Weave Net", rebuilt },
	[WG_QUICK] = { "wg-quick", "wg-quick", "/etc/wireguard" },
};

/* The start of a name, or with a '$' at its end the whole of it. */
struct fingerprint {
	const char *text;
	enum who who;
};

static const struct fingerprint tables[] = {
	{ "calico$", CALICO },
	{ "crowdsec", CROWDSEC },
	{ "docker-bridges$", DOCKER },
	{ "f2b-table$", FAIL2BAN },
	{ "firewalld$", FIREWALLD },
	{ "firewalld_policy_drop$", FIREWALLD },
	{ "fw4$", FW4 },
	{ "incus$", LXD },
	{ "kube-proxy$", KUBE },
	{ "libvirt_network$", LIBVIRT },
	{ "lxd$", LXD },
	{ "miniupnpd$", MINIUPNPD },
	{ "netavark$", NETAVARK },
	{ "nm-shared-", NETWORK_MANAGER },
	{ "sshguard$", SSHGUARD },
	{ "ts-", TAILSCALE },
	{ "wg-quick-", WG_QUICK },
};

static const struct fingerprint chains[] = {
	{ "CILIUM_", CILIUM },
	{ "CNI-", CNI },
	{ "CNI_", CNI },
	{ "CROWDSEC", CROWDSEC },
	{ "DOCKER", DOCKER },
	{ "FLANNEL-", FLANNEL },
	{ "FORWARD_IN_ZONES", FIREWALLD },
	{ "FORWARD_OUT_ZONES", FIREWALLD },
	{ "FORWARD_POLICIES_", FIREWALLD },
	{ "FORWARD_direct$", FIREWALLD },
	{ "FWDI_", FIREWALLD },
	{ "FWDO_", FIREWALLD },
	{ "FWD_", FIREWALLD },
	{ "INPUT_POLICIES_", FIREWALLD },
	{ "INPUT_ZONES", FIREWALLD },
	{ "INPUT_direct$", FIREWALLD },
	{ "IN_", FIREWALLD },
	{ "ISTIO_", ISTIO },
	{ "KUBE-", KUBE },
	{ "LIBVIRT_", LIBVIRT },
	{ "MINIUPNPD", MINIUPNPD },
	{ "NETAVARK", NETAVARK },
	{ "OUTPUT_POLICIES_", FIREWALLD },
	{ "OUTPUT_direct$", FIREWALLD },
	{ "POSTROUTING_POLICIES_", FIREWALLD },
	{ "POSTROUTING_ZONES", FIREWALLD },
	{ "POSTROUTING_direct$", FIREWALLD },
	{ "POST_", FIREWALLD },
	{ "PREROUTING_POLICIES_", FIREWALLD },
	{ "PREROUTING_ZONES", FIREWALLD },
	{ "PREROUTING_direct$", FIREWALLD },
	{ "PRE_", FIREWALLD },
	{ "WEAVE", WEAVE },
	{ "cali-", CALICO },
	{ "f2b-", FAIL2BAN },
	{ "fail2ban-", FAIL2BAN },
	{ "fw2net$", SHOREWALL },
	{ "net-fw$", SHOREWALL },
	{ "net2fw$", SHOREWALL },
	{ "neutron-", NEUTRON },
	{ "nm-sh-", NETWORK_MANAGER },
	{ "sshguard$", SSHGUARD },
	{ "ts-", TAILSCALE },
	{ "ufw-", UFW },
	{ "ufw6-", UFW },
};

static const struct fingerprint comments[] = {
	{ "!fw3", FW3 },
	{ "!fw4", FW4 },
	{ "cali:", CALICO },
	{ "cilium", CILIUM },
	{ "flanneld ", FLANNEL },
	{ "generated for Incus network ", LXD },
	{ "generated for LXD network ", LXD },
	{ "kubernetes ", KUBE },
	{ "managed by lxd-bridge", LXD },
	{ "nm-shared-", NETWORK_MANAGER },
	{ "wg-quick(8) rule", WG_QUICK },
};

/* Anywhere in a rule of a chain that is nobody's. */
static const struct fingerprint words[] = {
	{ "--match-set crowdsec-", CROWDSEC },
	{ "--match-set f2b-", FAIL2BAN },
	{ " docker0", DOCKER },
	{ " docker_gwbridge", DOCKER },
	{ " cni0", CNI },
	{ " lxdbr", LXD },
	{ " incusbr", LXD },
	{ " virbr", LIBVIRT },
	{ " tailscale0", TAILSCALE },
};

/* The end of the name of the file that the rule stands in. */
static const struct fingerprint files[] = {
	{ "etc/iptables/rules.v4", IPTABLES_PERSISTENT },
	{ "etc/iptables/rules.v6", IPTABLES_PERSISTENT },
	{ "etc/sysconfig/iptables", IPTABLES_SERVICE },
	{ "etc/sysconfig/ip6tables", IPTABLES_SERVICE },
	{ "etc/nftables.conf", NFTABLES_SERVICE },
	{ "etc/sysconfig/nftables.conf", NFTABLES_SERVICE },
};

/* What firewalld's iptables backend puts into the kernel's own chains besides
 * its jumps. Others write these too, so they count only beside its chains. */
static const char *const firewalld_rules[] = {
	"-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
	"-m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT",
	"-i lo -j ACCEPT",
	"-o lo -j ACCEPT",
	"-m conntrack --ctstate DNAT -j ACCEPT",
	"-m conntrack --ctstate INVALID -j DROP",
	"-j REJECT --reject-with icmp-host-prohibited",
	"-j REJECT --reject-with icmp6-adm-prohibited",
};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static bool starts(const char *name, const char *print)
{
	size_t len = strlen(print);

	if (len && print[len - 1] == '$')
		return strlen(name) == len - 1 && !memcmp(name, print, len - 1);

	return !strncmp(name, print, len);
}

static const struct owner *by_start(const struct fingerprint *list,
				    size_t count, const char *name)
{
	for (size_t i = 0; name && i < count; i++)
		if (starts(name, list[i].text))
			return &owners[list[i].who];

	return NULL;
}

static const struct owner *by_part(const char *text)
{
	for (size_t i = 0; text && i < COUNT(words); i++)
		if (strstr(text, words[i].text))
			return &owners[words[i].who];

	return NULL;
}

static const struct owner *by_file(const char *file)
{
	size_t len;

	if (!file)
		return NULL;

	len = strlen(file);
	for (size_t i = 0; i < COUNT(files); i++) {
		size_t n = strlen(files[i].text);

		if (len >= n && !strcmp(file + len - n, files[i].text))
			return &owners[files[i].who];
	}
	/* ufw's file may have any name below its folder. */
	if (strstr(file, "etc/ufw/"))
		return &owners[UFW];
	if (strstr(file, "etc/nftables"))
		return &owners[NFTABLES_SERVICE];

	return NULL;
}

static const struct owner *by_jump(const struct rule *r)
{
	const struct owner *o = NULL;

	for (size_t i = 0; i < r->term_count && !o; i++) {
		const struct action *a = r->terms[i].action;

		if (!r->terms[i].is_action)
			continue;
		if (a->chain)
			o = by_start(chains, COUNT(chains), a->chain->name);
		else if (a->chain_name)
			o = by_start(chains, COUNT(chains), a->chain_name);
	}

	return o;
}

/* Docker names its bridges br- and twelve digits of the network's id. */
static bool has_docker_bridge(const char *text)
{
	for (const char *at = strstr(text, " br-"); at;
	     at = strstr(at, " br-")) {
		at += 4;
		if (strspn(at, "0123456789abcdef") == 12 &&
		    (at[12] == ' ' || at[12] == '\0'))
			return true;
	}

	return false;
}

static bool is_firewalld_rule(const struct rule *r)
{
	const struct table *t = r->chain->table;

	if (t->engine == ENGINE_NFT || !r->text ||
	    (!ruleset_find_chain(t, "INPUT_direct") &&
	     !ruleset_find_chain(t, "INPUT_ZONES")))
		return false;

	for (size_t i = 0; i < COUNT(firewalld_rules); i++)
		if (strstr(r->text, firewalld_rules[i]))
			return true;

	return false;
}

const struct owner *owner_of_chain(const struct chain *c)
{
	const struct owner *o = by_start(tables, COUNT(tables), c->table->name);

	if (!o && (c->hook == HOOK_NONE || c->table->engine == ENGINE_NFT))
		o = by_start(chains, COUNT(chains), c->name);
	return o ? o : by_file(c->place.file);
}

const struct owner *owner_of_rule(const struct rule *r)
{
	const struct owner *o =
		by_start(tables, COUNT(tables), r->chain->table->name);

	if (!o && r->chain->hook == HOOK_NONE)
		o = by_start(chains, COUNT(chains), r->chain->name);
	if (!o)
		o = by_start(comments, COUNT(comments), r->comment);
	if (!o)
		o = by_jump(r);
	if (!o)
		o = by_part(r->text);
	if (!o && r->text && has_docker_bridge(r->text))
		o = &owners[DOCKER];
	if (!o && is_firewalld_rule(r))
		o = &owners[FIREWALLD];
	return o ? o : by_file(r->place.file);
}
