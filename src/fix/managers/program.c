/*
 * Programs that make their rules themselves, and for which nothing can be said
 * that is sure to be right: what stands in their chains is gone within seconds
 * or at the next start. So no rule is proposed; it is told where the program is
 * asked for it.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "fix/manager.h"
#include "ruleset/model.h"
#include "ruleset/owner.h"

static const char pods[] = N_(
	"%1$s wrote %2$s, and writes it again within seconds: no rule is proposed. Look at the NetworkPolicies of the pod's namespace and at the Service: kubectl get networkpolicy,service,endpoints -A");

static const struct {
	const char *id, *text;
} programs[] = {
	{ "calico", pods },
	{ "cilium", pods },
	{ "cni", pods },
	{ "flannel", pods },
	{ "istio", pods },
	{ "kube", pods },
	{ "weave", pods },
	{ "libvirt",
	  N_("%1$s wrote %2$s for one of its networks, and writes it again when the network starts. Guests behind NAT are not reached from outside: give the network another mode (virsh net-edit NETWORK: <forward mode=\"route\"/> or \"open\"), or a guest a bridge.") },
	{ "lxd",
	  N_("%1$s wrote %2$s for one of its networks, and writes it again when the network starts. Ask it for the port: lxc config device add INSTANCE NAME proxy listen=tcp:0.0.0.0:PORT connect=tcp:127.0.0.1:PORT, or the network's ACL (lxc network acl).") },
	{ "networkmanager",
	  N_("%1$s wrote %2$s for a shared connection, and writes it again when that goes up. What is behind it is not reached from outside: nmcli connection modify NAME ipv4.method manual, with a route instead.") },
	{ "neutron",
	  N_("%1$s wrote %2$s from a security group, and writes it again: openstack security group rule create --protocol tcp --dst-port PORT --remote-ip CLIENT GROUP") },
	{ "podman",
	  N_("%1$s wrote %2$s for its networks, and writes it again: publish the port of the container (podman run -p), or podman network reload.") },
	{ "tailscale",
	  N_("%1$s wrote %2$s, and writes it again: addresses of 100.64.0.0/10 are let in by its own device only. Who may connect is said in the tailnet's access rules; tailscale set --netfilter-mode=nodivert leaves the rules to you.") },
	{ "wg-quick",
	  N_("%1$s wrote %2$s: look at PostUp and Table in /etc/wireguard, and at the peer's AllowedIPs; it is written again when the tunnel goes up.") },
	{ "sshguard",
	  N_("%1$s wrote %2$s: it blocks who failed to log in, for minutes at first. Addresses that it must not block stand in its whitelist (/etc/sshguard/whitelist); restarting it forgets all others.") },
	{ "miniupnpd",
	  N_("%1$s wrote %2$s when a device of the network asked for it, and takes it away with the lease.") },
};

static const struct owner *owner_of(const struct chain *chain,
				    const struct rule *rule)
{
	const struct owner *o = rule ? owner_of_rule(rule) : NULL;

	return o || !chain ? o : owner_of_chain(chain);
}

static int express(struct fix_planning *p, struct fix_candidate *c)
{
	const struct rule_edit *edit;
	const struct rule *rule;
	const struct chain *chain = manager_edited(p, c, &edit, &rule);
	const struct owner *o = owner_of(chain, rule);

	if (!o)
		return -ENOENT;
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (!strcmp(programs[i].id, o->id)) {
			fix_remark(p, _(programs[i].text), o->title,
				   chain->name);
			return -ENOENT;
		}

	fix_remark(
		p,
		_("%1$s wrote %2$s, and writes it again: what is changed there by hand is lost. Change its configuration."),
		o->title, chain->name);
	return -ENOENT;
}

const struct manager manager_program = {
	.id = "program",
	.express = express,
};
