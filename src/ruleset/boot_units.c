/* Which units of a root folder are enabled, and which of them build rules. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "ruleset/boot_parts.h"

enum { PATH_BYTES = 1024 };

static const char units[] = "/etc/systemd/system";

static bool ends(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len >= n && !strcmp(s + len - n, end);
}

static bool path_of(char path[PATH_BYTES], struct booting *b, const char *a,
		    const char *c)
{
	int n = snprintf(path, PATH_BYTES, "%s%s%s%s",
			 strcmp(b->root, "/") ? b->root : "", a, c ? "/" : "",
			 c ? c : "");

	return n > 0 && n < PATH_BYTES;
}

/* A name that ends in '@' stands for all its instances. */
static bool is_unit(const char *name, const char *unit)
{
	size_t len = strlen(unit);

	if (len && unit[len - 1] == '@')
		return !strncmp(name, unit, len);

	return !strcmp(name, unit);
}

const char *boot_next(DIR *d)
{
	// cppcheck-suppress readdirCalled; RATIONALE: a folder is one caller's
	const struct dirent *e = d ? readdir(d) : NULL;

	return e ? e->d_name : NULL;
}

static bool folder_has(const char *folder, const char *unit)
{
	DIR *d = opendir(folder);
	const char *name;
	bool found = false;

	while (!found && (name = boot_next(d)))
		found = is_unit(name, unit);
	if (d)
		(void)closedir(d);
	return found;
}

/* A link in TARGET.wants or TARGET.requires. */
static bool systemd_has(struct booting *b, const char *unit)
{
	char path[PATH_BYTES], folder[PATH_BYTES];
	const char *name;
	bool found = false;
	DIR *d;

	if (!path_of(path, b, units, NULL))
		return false;

	d = opendir(path);
	while (!found && (name = boot_next(d))) {
		int n;

		if (!ends(name, ".wants") && !ends(name, ".requires"))
			continue;
		n = snprintf(folder, sizeof(folder), "%s/%s", path, name);
		found = n < PATH_BYTES && folder_has(folder, unit);
	}
	if (d)
		(void)closedir(d);
	return found;
}

/* "S08iptables" in /etc/rc3.d. */
static bool rc_folder_has(const char *folder, const char *unit, size_t len)
{
	DIR *d = opendir(folder);
	const char *name;
	bool found = false;

	while (!found && (name = boot_next(d)))
		found = name[0] == 'S' && strlen(name) == len + 3 &&
			!strncmp(name + 3, unit, len);
	if (d)
		(void)closedir(d);
	return found;
}

static bool rc_has(struct booting *b, const char *unit)
{
	static const char *const folders[] = { "/etc/rcS.d", "/etc/rc2.d",
					       "/etc/rc3.d", "/etc/rc5.d",
					       "/etc/rc.d" };
	const char *dot = strchr(unit, '.');
	size_t len = dot ? (size_t)(dot - unit) : strlen(unit);
	char path[PATH_BYTES];

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (path_of(path, b, folders[i], NULL) &&
		    rc_folder_has(path, unit, len))
			return true;

	return false;
}

void boot_units_look(struct booting *b)
{
	char path[PATH_BYTES];

	b->has_units =
		(path_of(path, b, units, NULL) && !access(path, F_OK)) ||
		(path_of(path, b, "/etc/rc3.d", NULL) && !access(path, F_OK));
}

static bool is_shown(struct booting *b, const char *unit)
{
	return systemd_has(b, unit) || rc_has(b, unit);
}

bool boot_is_enabled(struct booting *b, const char *unit)
{
	return !b->has_units || is_shown(b, unit);
}

static const struct builder {
	const char *unit;
	const char *why;
} builders[] = {
	{ "firewalld.service",
	  N_("It builds its rules from its zones when it starts; no file holds them.") },
	{ "docker.service",
	  N_("It builds its rules for its networks and containers when it starts.") },
	{ "kubelet.service",
	  N_("Kubernetes builds its rules from its services when it starts.") },
	{ "k3s.service",
	  N_("Kubernetes builds its rules from its services when it starts.") },
	{ "fail2ban.service",
	  N_("It adds its jails' rules, at the top of INPUT, when it starts.") },
	{ "libvirtd.service",
	  N_("It builds rules for its networks when it starts.") },
	{ "virtnetworkd.service",
	  N_("It builds rules for its networks when it starts.") },
	{ "lxd.service",
	  N_("It builds rules for its networks when it starts.") },
	{ "tailscaled.service", N_("It adds its rules when it starts.") },
	{ "wg-quick@", N_("Its PostUp commands may add rules.") },
	{ "crowdsec-firewall-bouncer.service",
	  N_("It adds its rules when it starts.") },
	{ "shorewall.service",
	  N_("It compiles its rules from /etc/shorewall when it starts.") },
	{ "ferm.service",
	  N_("It compiles its rules from /etc/ferm when it starts.") },
	{ "firewall",
	  N_("OpenWrt builds its rules from /etc/config/firewall when it starts.") },
};

void boot_builders(struct booting *b)
{
	for (size_t i = 0; i < sizeof(builders) / sizeof(*builders); i++)
		if (is_shown(b, builders[i].unit))
			boot_row(b, builders[i].unit, NULL, BOOT_NOT_LOOKED,
				 _(builders[i].why));
}
