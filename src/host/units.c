/*
 * A unit's file is the first of that name in the folders' order; drop-ins add to
 * it, and an empty ListenStream= takes back all before it. That one is enabled is
 * a link in some TARGET.wants or TARGET.requires; masked, a link to /dev/null.
 */
#include "host/units.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/reader.h"
#include "net/service.h"

enum { FILE_MOST = 256 * 1024 };

static const char *const folders[] = { "/etc/systemd/system",
				       "/run/systemd/system",
				       "/usr/lib/systemd/system",
				       "/lib/systemd/system" };

enum { FOLDERS = sizeof(folders) / sizeof(*folders) };

/* What usually serves a port: the names of its services on the distributions,
 * without the ending. */
static const struct known {
	uint16_t port;
	const char *names;
} known[] = {
	{ 21, "vsftpd proftpd pure-ftpd" },
	{ 22, "ssh sshd dropbear" },
	{ 25, "postfix exim4 exim sendmail" },
	{ 53, "named bind9 unbound dnsmasq knot pdns" },
	{ 80, "nginx apache2 httpd lighttpd caddy haproxy varnish" },
	{ 110, "dovecot courier-pop" },
	{ 111, "rpcbind" },
	{ 123, "ntpd ntp ntpsec chrony chronyd" },
	{ 139, "smbd smb" },
	{ 143, "dovecot courier-imap" },
	{ 161, "snmpd" },
	{ 389, "slapd" },
	{ 443, "nginx apache2 httpd lighttpd caddy haproxy vpnserver "
	       "softether-vpnserver" },
	{ 445, "smbd smb" },
	{ 465, "postfix exim4 exim sendmail" },
	{ 514, "rsyslog syslog-ng" },
	{ 587, "postfix exim4 exim sendmail" },
	{ 631, "cups" },
	{ 636, "slapd" },
	{ 873, "rsync rsyncd" },
	{ 992, "vpnserver softether-vpnserver" },
	{ 993, "dovecot courier-imap-ssl" },
	{ 995, "dovecot courier-pop-ssl" },
	{ 1194, "openvpn vpnserver softether-vpnserver" },
	{ 1883, "mosquitto" },
	{ 2049, "nfs-server nfs-kernel-server nfs-mountd" },
	{ 2375, "docker" },
	{ 2376, "docker" },
	{ 2379, "etcd" },
	{ 3000, "grafana-server" },
	{ 3128, "squid" },
	{ 3306, "mysql mysqld mariadb" },
	{ 3389, "xrdp" },
	{ 5432, "postgresql" },
	{ 5555, "vpnserver softether-vpnserver" },
	{ 5666, "nagios-nrpe-server nrpe" },
	{ 5671, "rabbitmq-server" },
	{ 5672, "rabbitmq-server" },
	{ 5900, "vncserver" },
	{ 6379, "redis redis-server valkey valkey-server" },
	{ 6443, "k3s kubelet" },
	{ 8006, "pveproxy" },
	{ 8080, "tomcat9 tomcat10 tomcat jenkins" },
	{ 8443, "tomcat9 tomcat10 tomcat" },
	{ 9090, "prometheus" },
	{ 9093, "prometheus-alertmanager alertmanager" },
	{ 9100, "prometheus-node-exporter node_exporter" },
	{ 9200, "elasticsearch opensearch" },
	{ 10050, "zabbix-agent zabbix-agent2" },
	{ 10051, "zabbix-server" },
	{ 11211, "memcached" },
	{ 27017, "mongod mongodb" },
};

struct search {
	struct arena *arena;
	uint8_t protocol;
	uint16_t port;
	struct units *ret;
	const struct unit **last;
};

/* What one file says. */
struct found {
	const char *file, *text;
	unsigned line;
};

static bool ends(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len >= n && !strcmp(s + len - n, end);
}

static int list_names(const char *path, struct text *ret)
{
	int err = reader_names(path, ret);

	return err == -ENOENT || err == -ENOTDIR ? 0 : err;
}

uint16_t units_port(const char *value)
{
	const char *digits = strrchr(value, ':');
	unsigned number = 0;

	digits = digits ? digits + 1 : value;
	if (value[0] == '/' || value[0] == '@' || !*digits)
		return 0;

	for (; *digits >= '0' && *digits <= '9' && number <= UINT16_MAX;
	     digits++)
		number = number * 10 + (unsigned)(*digits - '0');
	return *digits || number > UINT16_MAX ? 0 : (uint16_t)number;
}

static const char *value_of(const char *line, uint8_t protocol)
{
	const char *key =
		protocol == IPPROTO_UDP ? "ListenDatagram" : "ListenStream";
	size_t len = strlen(key);

	if (strncmp(line, key, len) != 0)
		return NULL;

	line += len + strspn(line + len, " \t");
	if (*line != '=')
		return NULL;

	return line + 1 + strspn(line + 1, " \t");
}

static int read_lines(struct search *s, const char *path, char *text,
		      struct found *ret)
{
	unsigned number = 0;

	for (char *line = text; line;) {
		char *newline = strchr(line, '\n');
		const char *value;

		if (newline)
			*newline = '\0';
		number++;
		line[strcspn(line, "\r")] = '\0';
		value = value_of(line + strspn(line, " \t"), s->protocol);
		if (value && !*value)
			*ret = (struct found){ 0 };
		else if (value && units_port(value) == s->port)
			*ret = (struct found){ arena_string(s->arena, path),
					       arena_string(s->arena, value),
					       number };
		line = newline ? newline + 1 : NULL;
	}
	return ret->line && (!ret->file || !ret->text) ? -ENOMEM : 0;
}

/* What is not there, or may not be read, says nothing. */
static int read_unit(struct search *s, const char *path, struct found *ret)
{
	struct text t = TEXT_NULL;
	int err = reader_file(path, FILE_MOST, &t);
	char *text;

	if (err) {
		text_done(&t);
		return err == -ENOMEM ? err : 0;
	}
	text = text_steal(&t);
	err = text ? read_lines(s, path, text, ret) : -ENOMEM;
	free(text);
	return err;
}

static int read_drop_ins(struct search *s, const char *folder, const char *unit,
			 struct found *ret)
{
	struct text names = TEXT_NULL, path = TEXT_NULL;
	const char *name;
	size_t at = 0;
	int err;

	text_format(&path, "%s/%s.d", folder, unit);
	err = list_names(text_string(&path), &names);
	while (!err && (name = reader_string(&names, &at))) {
		if (!ends(name, ".conf"))
			continue;
		text_clear(&path);
		text_format(&path, "%s/%s.d/%s", folder, unit, name);
		err = read_unit(s, text_string(&path), ret);
	}
	text_done(&names);
	text_done(&path);
	return err;
}

static bool has_name(const char *folder, const char *wanted)
{
	struct text names = TEXT_NULL;
	bool found = false;
	const char *name;
	size_t at = 0;

	if (!reader_names(folder, &names))
		while (!found && (name = reader_string(&names, &at)))
			found = !strcmp(name, wanted);
	text_done(&names);
	return found;
}

static bool is_enabled_in(const char *folder, const char *unit)
{
	struct text names = TEXT_NULL, path = TEXT_NULL;
	bool found = false;
	const char *name;
	size_t at = 0;

	if (!reader_names(folder, &names))
		while (!found && (name = reader_string(&names, &at))) {
			if (!ends(name, ".wants") && !ends(name, ".requires"))
				continue;
			text_clear(&path);
			text_format(&path, "%s/%s", folder, name);
			found = has_name(text_string(&path), unit);
		}
	text_done(&names);
	text_done(&path);
	return found;
}

static bool is_masked(const char *unit)
{
	bool masked = false;

	/* A unit of vendors can be masked in the first two only. */
	for (size_t i = 0; i < 2 && !masked; i++) {
		struct text path = TEXT_NULL, to = TEXT_NULL;

		text_format(&path, "%s/%s", folders[i], unit);
		masked = !reader_link(text_string(&path), &to) &&
			 !strcmp(text_string(&to), "/dev/null");
		text_done(&path);
		text_done(&to);
	}
	return masked;
}

static int add(struct search *s, const char *name, const struct found *found)
{
	struct unit *u = arena_alloc(s->arena, sizeof(*u));

	if (!u)
		return -ENOMEM;

	*u = (struct unit){ .name = arena_string(s->arena, name),
			    .file = found->file,
			    .line = found->line,
			    .text = found->text,
			    .is_masked = is_masked(name) };
	for (size_t i = 0; i < FOLDERS && !u->is_enabled; i++)
		u->is_enabled = is_enabled_in(folders[i], name);
	*s->last = u;
	s->last = &u->next;
	return u->name ? 0 : -ENOMEM;
}

static bool is_earlier(size_t folder, const char *unit)
{
	for (size_t i = 0; i < folder; i++)
		if (has_name(folders[i], unit))
			return true;

	return false;
}

/* A masked one is a link that leads to nothing: what it would listen on stands
 * in a later folder. */
static int take_socket(struct search *s, size_t folder, const char *name)
{
	struct found found = { 0 };
	struct text path = TEXT_NULL;
	int err;

	text_format(&path, "%s/%s", folders[folder], name);
	err = read_unit(s, text_string(&path), &found);
	text_done(&path);
	for (size_t i = FOLDERS; i-- > 0 && !err;)
		err = read_drop_ins(s, folders[i], name, &found);
	return err || !found.line ? err : add(s, name, &found);
}

static int find_sockets(struct search *s, size_t folder)
{
	struct text names = TEXT_NULL;
	int err = list_names(folders[folder], &names);
	const char *name;
	size_t at = 0;

	while (!err && (name = reader_string(&names, &at))) {
		s->ret->is_there = true;
		if (ends(name, ".socket") &&
		    (!is_earlier(folder, name) || is_masked(name)))
			err = take_socket(s, folder, name);
	}
	text_done(&names);
	return err;
}

/* "ssh.service", "sshd.service". */
static int find_service(struct search *s, const char *name, const char *end)
{
	struct text unit = TEXT_NULL, path = TEXT_NULL;
	struct found found = { 0 };
	bool is_there = false;
	int err = 0;

	text_format(&unit, "%s%s.service", name, end);
	for (const struct unit *u = s->ret->list; u; u = u->next)
		is_there = is_there || !strcmp(u->name, text_string(&unit));
	if (is_there) {
		text_done(&unit);
		return 0;
	}

	for (size_t i = 0; i < FOLDERS && !found.file; i++) {
		if (!has_name(folders[i], text_string(&unit)))
			continue;
		text_format(&path, "%s/%s", folders[i], text_string(&unit));
		found.file = arena_string(s->arena, text_string(&path));
		err = found.file ? add(s, text_string(&unit), &found) : -ENOMEM;
	}
	text_done(&unit);
	text_done(&path);
	return err;
}

/* Those that are usual for the port. */
static int find_known(struct search *s)
{
	int err = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known) && !err; i++) {
		const char *word = known[i].names;

		while (known[i].port == s->port && *word && !err) {
			struct text name = TEXT_NULL;
			size_t len = strcspn(word, " ");

			text_bytes(&name, word, len);
			err = find_service(s, text_string(&name), "");
			text_done(&name);
			word += len + strspn(word + len, " ");
		}
	}

	return err;
}

int units_find(struct units *ret, struct arena *a, uint8_t protocol,
	       uint16_t port)
{
	const char *name = service_iana_name(port, protocol);
	struct search s = { a, protocol, port, ret, &ret->list };
	struct reader_status status;
	int err = 0;

	*ret = (struct units){ 0 };
	ret->is_running = !reader_status("/run/systemd/system", &status);
	for (size_t i = 0; i < FOLDERS && !err; i++)
		err = find_sockets(&s, i);
	if (!err && name)
		err = find_service(&s, name, "");
	if (!err && name)
		err = find_service(&s, name, "d");
	if (!err)
		err = find_known(&s);
	return err;
}
