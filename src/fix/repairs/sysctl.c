/*
 * A kernel's setting: another value now, and where it is set at boot. Of the
 * settings that there are for each device, that of the one device at hand.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "diag/cause.h"
#include "fix/kit.h"
#include "fix/sysctl_files.h"
#include "ruleset/packet_words.h"

enum how { HOW_SET, HOW_DOUBLE, HOW_WIDEN };

static const struct setting {
	const char *cause;
	const char *name; /* NULL: the culprit's */
	enum how how;
	const char *value;
	enum fix_risk risk;
	bool is_unknown;
	const char *effect, *risk_text; /* %s: the name */
} settings[] = {
	{ "rp-filter", NULL, HOW_SET, "2", FIX_RISK_SOME, false,
	  N_("Packets that come in by this device then only need a source that some route leads back to, by whatever device; those without any are dropped as before."),
	  N_("Forged sources are kept out less strictly on this one device.") },
	{ "arp-ignore", NULL, HOW_SET, "0", FIX_RISK_SOME, false,
	  N_("The kernel then answers whoever asks on its links for any of its own addresses."),
	  N_("Where several hosts share an address on purpose (a load balancer's), more than one would answer.") },
	{ "router-forwarding-off", NULL, HOW_SET, "1", FIX_RISK_SOME, false,
	  N_("Packets that come in there for other hosts are then forwarded, as far as the rules of the chain FORWARD let them."),
	  N_("Not only the client's packets are forwarded: look at the rules of FORWARD first.") },
	{ "syn-flood-no-cookies", NULL, HOW_SET, "1", FIX_RISK_LOW, false,
	  N_("Where a port's queue of unfinished handshakes is full, the kernel then answers with SYN cookies instead of dropping."),
	  N_("Nothing changes while no queue is full.") },
	{ "tw-recycle-drop", NULL, HOW_SET, "0", FIX_RISK_LOW, false,
	  N_("Clients behind one address are then no longer dropped for the order of their time stamps."),
	  N_("Closed connections are remembered for a minute, as by default.") },
	{ "ttl-too-small", NULL, HOW_SET, "64", FIX_RISK_LOW, false,
	  N_("New packets of this host then get as far as 64 routers."),
	  N_("It is the kernel's own default.") },
	{ "conntrack-full", NULL, HOW_DOUBLE, NULL, FIX_RISK_SOME, false,
	  N_("New connections are tracked again, of all clients; those that are tracked stay."),
	  N_("Each entry takes about 400 bytes of the kernel's memory. It will fill up again if somebody goes on opening connections: find out who.") },
	{ "neigh-table-overflow", NULL, HOW_DOUBLE, NULL, FIX_RISK_LOW, false,
	  N_("The kernel then has room for new neighbours."),
	  N_("Each neighbour takes less than a kilobyte of the kernel's memory.") },
	{ "nic-ring-drop", NULL, HOW_DOUBLE, NULL, FIX_RISK_LOW, true,
	  N_("The processors' queues of received packets get longer; they help over bursts, not over a lasting load."),
	  N_("Packets may wait longer, and take more memory.") },
	{ "vrf-wrong-table", NULL, HOW_SET, "1", FIX_RISK_SOME, false,
	  N_("Sockets that are in no VRF then serve the clients of all VRFs."),
	  N_("All services that are in no VRF are then reached from every VRF, not this one alone.") },
	{ "bridge-nf-call-iptables", NULL, HOW_SET, "0", FIX_RISK_HIGH, false,
	  N_("No rule of iptables is then asked about packets that are only bridged."),
	  N_("Rules that Docker, Kubernetes or libvirt have for bridged packets stop working: a rule that accepts this connection is better where they run.") },
	{ "client-ports-exhausted", "net.ipv4.ip_local_port_range", HOW_WIDEN,
	  "1024", FIX_RISK_SOME, false,
	  N_("Programs of this host then get source ports from 1024 on."),
	  N_("A service that starts later may find its port above 1024 taken; keep such ports free in net.ipv4.ip_local_reserved_ports.") },
	{ "ecn-blackhole", "net.ipv4.tcp_ecn", HOW_SET, "2", FIX_RISK_LOW, true,
	  N_("This host then asks for ECN no more, and still grants it."),
	  N_("It is the kernel's own default.") },
	{ "tfo-blackhole", "net.ipv4.tcp_fastopen", HOW_SET, "0", FIX_RISK_LOW,
	  true, N_("No connection then carries data in its SYN."),
	  N_("Connections that used Fast Open begin one round trip later.") },
	{ "dnat-to-loopback", "net.ipv4.conf.all.route_localnet", HOW_SET, "1",
	  FIX_RISK_HIGH, false,
	  N_("Packets that come in by this device may then be sent on to addresses of 127.0.0.0/8."),
	  N_("Whoever stands on that link may then send to what listens on 127.0.0.1 alone: keep packets to 127.0.0.0/8 out, before they are translated (iptables -t raw -A PREROUTING ! -i lo -d 127.0.0.0/8 -j DROP). Better let the service listen on the host's own address.") },
	{ "window-scaling-broken", "net.ipv4.tcp_window_scaling", HOW_SET, "0",
	  FIX_RISK_SOME, true,
	  N_("Connections that this host opens or takes then have windows of at most 64 kilobytes."),
	  N_("All transfers over long ways get slower, not only these.") },
};

static const struct setting *setting_of(const struct fix_fault *f)
{
	for (size_t i = 0; f->cause && i < sizeof(settings) / sizeof(*settings);
	     i++)
		if (!strcmp(settings[i].cause, f->cause->id))
			return &settings[i];

	return NULL;
}

/* The value that it is to have; NULL: that is not a change. */
static const char *wanted(struct fix_planning *p, const struct setting *s,
			  const char *now)
{
	char *end = NULL;
	long long n = strtoll(now, &end, 10);

	if (end == now || n < 0)
		return NULL;
	if (s->how == HOW_SET)
		return strcmp(now, s->value) != 0 ? s->value : NULL;
	if (s->how == HOW_DOUBLE)
		return n && n < INT32_MAX / 2 ? fix_words(p, "%lld", 2 * n)
					      : NULL;

	/* The last port stays. */
	return n > strtoll(s->value, NULL, 10)
		       ? fix_words(p, "%s %s", s->value,
				   end + strspn(end, " \t"))
		       : NULL;
}

/* At boot: the line that sets it changes its value, or there is a new one that
 * comes behind. */
static int put_lasting(struct fix_planning *p, struct fix_candidate *c,
		       const char *key, const char *value)
{
	struct sysctl_line at = { 0 };
	const char *name = sysctl_files_name(p, key);
	int err = sysctl_files_find(p, key, &at);
	struct kit_file file = { 0 };
	bool is_own;

	if (err && err != -ENOENT) {
		c->lasts = FIX_LASTS_UNKNOWN;
		c->lasts_text =
			_("The files that set it at boot cannot be read here.");
		return err == -ENOMEM ? err : 0;
	}
	if (!err && !strcmp(at.value, value)) {
		c->lasts_text = fix_words(
			p, _("%1$s, line %2$llu, sets it at boot already."),
			at.path, (unsigned long long)at.line);
		return 0;
	}

	is_own = !err && !at.is_glob && !strncmp(at.path, "/etc/", 5);
	if (is_own) {
		const char *line = kit_line(p, at.content, at.line);

		file.path = at.path;
		file.before = at.content;
		file.after =
			line ? kit_replaced(p, at.content, at.line,
					    sysctl_files_words(p, line, value))
			     : NULL;
	} else {
		const char *line = fix_words(p, "%s = %s", name, value);

		file.path = sysctl_files_path(p, err ? NULL : &at);
		if (kit_read(p, file.path, &file.before))
			file.before = NULL;
		file.after = kit_inserted(
			p, file.before ? file.before : "",
			kit_line_count(file.before ? file.before : "") + 1,
			line);
	}
	if (!kit_file(p, c, true, &file))
		return -ENOMEM;
	c->lasts_text = fix_words(p, _("%s sets it at boot then."), file.path);
	return 0;
}

static int put_now(struct fix_planning *p, struct fix_candidate *c,
		   const char *key, const char *old, const char *value)
{
	const char *name = sysctl_files_name(p, key);
	struct kit_run run = {
		.argv = fix_argv(p, "sysctl", "-w",
				 fix_words(p, "%s=%s", name, value),
				 (char *)NULL),
		.undo = fix_argv(p, "sysctl", "-w",
				 fix_words(p, "%s=%s", name, old),
				 (char *)NULL),
		.text = fix_words(p, _("Sets %1$s from %2$s to %3$s."), name,
				  old, value),
		.undo_text =
			fix_words(p, _("Sets %1$s back to %2$s."), name, old),
	};

	return kit_run(p, c, false, &run) ? 0 : -ENOMEM;
}

static int put(struct fix_planning *p, const struct setting *s,
	       const char *const *keys, size_t count)
{
	struct kit_frame frame = { .id = "sysctl",
				   .risk = s->risk,
				   .risk_text = _(s->risk_text),
				   .is_unknown = s->is_unknown,
				   .lasts = FIX_LASTS_YES };
	struct fix_candidate *c = NULL;
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		const char *now =
			kit_setting(p, fix_words(p, "/proc/sys/%s", keys[i]));
		const char *value = now ? wanted(p, s, now) : NULL;

		if (!value)
			continue;
		frame.summary = fix_words(p, _("set %1$s to %2$s"),
					  sysctl_files_name(p, keys[i]), value);
		if (c)
			c->summary = fix_words(p, "%s; %s", c->summary,
					       frame.summary);
		else
			c = kit_propose(p, &frame);
		err = c ? put_now(p, c, keys[i], now, value) : -ENOMEM;
		if (!err)
			err = put_lasting(p, c, keys[i], value);
	}
	if (c)
		kit_effect(p, c, "%s", _(s->effect));
	return err ? err : c ? 0 : -ENOENT;
}

/* The device that the setting is of: the culprit says it, or its name does. */
static const char *of_device(struct fix_planning *p, const char *key,
			     const char *device)
{
	const char *head = strstr(key, "/conf/");
	const char *tail = strrchr(key, '/');

	if (!device || !head || head + 5 >= tail || !kit_is_word(device) ||
	    strchr(device, '/'))
		return key;
	return fix_words(p, "%.*s%s%s", (int)(head + 6 - key), key, device,
			 tail);
}

/* By which the client's packets come in; NULL. */
static const char *device_of_packet(struct fix_planning *p)
{
	struct text name = TEXT_NULL;
	const char *ret = NULL;

	if (p->has_packet && point_has(&p->packet, FIELD_IIF) &&
	    p->packet.value[FIELD_IIF]) {
		field_name_text(&name, p->packet.value[FIELD_IIF]);
		ret = fix_words(p, "%s", text_string(&name));
	}
	text_done(&name);
	return ret;
}

/* Where the greater of two counts: a greater one is set for the device alone, a
 * lesser one has to be in both. */
static size_t keys_of(struct fix_planning *p, const struct fix_fault *f,
		      const char *key, const char *ret[2])
{
	const char *device = fix_culprit_text(f->culprit, "device");

	/* A rule is to blame there. */
	if (!strcmp(f->cause->id, "dnat-to-loopback"))
		device = device_of_packet(p);
	ret[0] = of_device(p, key, device);
	/* The answers come in by another device, which has to forward, too. */
	if (!strcmp(f->cause->id, "router-forwarding-off") &&
	    !strncmp(key, "net/ipv4/", 9)) {
		const char *all =
			kit_setting(p, "/proc/sys/net/ipv4/ip_forward");

		if (all && !strcmp(all, "0"))
			ret[0] = "net/ipv4/ip_forward";
		return 1;
	}
	if (strcmp(f->cause->id, "arp-ignore") != 0)
		return 1;

	ret[1] = of_device(p, key, "all");
	return strcmp(ret[0], ret[1]) != 0 ? 2 : 1;
}

static bool is_ours_to_set(struct fix_planning *p, const struct setting *s,
			   const struct fix_fault *f)
{
	/* What a box on the way breaks can be left off by the client. */
	if (s->name && s->is_unknown)
		return p->record && p->record->vantage == VANTAGE_CLIENT;

	return kit_is_here(p, f);
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	const struct setting *s = setting_of(f);
	const char *name =
		s && s->name ? s->name : fix_culprit_text(f->culprit, "name");
	const char *keys[2], *key;
	size_t count;
	int err;

	if (!s || !name || !is_ours_to_set(p, s, f))
		return -ENOENT;
	key = kit_is_word(name) ? sysctl_files_key(p, name) : NULL;
	if (!key || strncmp(key, "net/", 4) != 0)
		return -ENOENT;

	count = keys_of(p, f, key, keys);
	err = put(p, s, keys, count);
	if (err == -ENOENT && !p->may_read)
		fix_remark(p, _("The value of %s cannot be read here."),
			   sysctl_files_name(p, key));
	else if (err == -ENOENT)
		fix_remark(p, _("%s cannot be changed for the better by now."),
			   sysctl_files_name(p, key));
	return err;
}

const struct repair repair_sysctl = {
	.id = "sysctl",
	.causes = { "rp-filter", "arp-ignore", "router-forwarding-off",
		    "syn-flood-no-cookies", "tw-recycle-drop", "ttl-too-small",
		    "conntrack-full", "neigh-table-overflow", "nic-ring-drop",
		    "vrf-wrong-table", "bridge-nf-call-iptables",
		    "client-ports-exhausted", "ecn-blackhole", "tfo-blackhole",
		    "dnat-to-loopback", "window-scaling-broken" },
	.propose = propose,
};
