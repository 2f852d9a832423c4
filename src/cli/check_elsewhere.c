#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/check.h"

/*
 * A client where this program cannot run: the commands that find out there what
 * check would have, to be copied, with what each answers.
 */
enum system { SYSTEM_WINDOWS, SYSTEM_MACOS, SYSTEM_LINUX, SYSTEMS };

static const char *const names[SYSTEMS] = { "windows", "macos", "linux" };

static const struct row {
	const char *why; /* N_() */
	const char *commands[SYSTEMS];
	bool of_tcp, of_name;
} rows[] = {
	{ .why = N_("The name, as the application resolves it:"),
	  .commands = { "Resolve-DnsName HOST",
			"dscacheutil -q host -a name HOST",
			"getent ahosts HOST" },
	  .of_name = true },
	{ .why = N_("The route, and the address it is sent from:"),
	  .commands = { "Find-NetRoute -RemoteIPAddress (Resolve-DnsName HOST | Select-Object -First 1).IPAddress",
			"route -n get HOST",
			"ip route get $(getent ahosts HOST | cut -d\" \" -f1 | head -n 1)" },
	  .of_name = true },
	{ .why = N_("The route, and the address it is sent from:"),
	  .commands = { "Find-NetRoute -RemoteIPAddress HOST",
			"route -n get HOST", "ip route get HOST" } },
	{ .why = N_(
		  "Does the host answer at all? No answer is no fault by itself."),
	  .commands = { "ping -n 4 HOST", "ping -c 4 HOST",
			"ping -c 4 HOST" } },
	{ .why = N_("The port: refused at once, or silence?"),
	  .commands = { "Test-NetConnection HOST -Port PORT",
			"nc -vz -G 5 HOST PORT", "nc -vz -w 5 HOST PORT" },
	  .of_tcp = true },
	{ .why = N_("Another port of the same host, to compare with:"),
	  .commands = { "Test-NetConnection HOST -Port 22",
			"nc -vz -G 5 HOST 22", "nc -vz -w 5 HOST 22" } },
	{ .why = N_("How far the packets get:"),
	  .commands = { "tracert -d -h 15 HOST", "traceroute -n -m 15 HOST",
			"traceroute -n -m 15 HOST" } },
	{ .why = N_(
		  "The packets themselves, while it is tried once more; with administrator's rights:"),
	  .commands = { "pktmon filter add -t tcp -p PORT; pktmon start --capture --pkt-size 128; pause; pktmon stop; pktmon etl2pcap PktMon.etl",
			"sudo tcpdump -ni any host HOST",
			"sudo tcpdump -ni any host HOST" } },
};

static void fill(const char *command, const struct target *t)
{
	while (*command) {
		if (!strncmp(command, "HOST", 4)) {
			(void)fputs(t->host, stdout);
			command += 4;
		} else if (!strncmp(command, "PORT", 4)) {
			(void)printf("%u", t->port);
			command += 4;
		} else {
			(void)putchar(*command++);
		}
	}
}

static bool applies(const struct row *r, const struct target *t)
{
	struct address a;
	bool is_name = !address_parse(&a, t->host, strcspn(t->host, "%"));
	/* The route is asked in one of two ways. */
	bool is_other_way = r > rows && !strcmp(r[-1].why, r->why) && is_name;

	return !(r->of_tcp && t->protocol != IPPROTO_TCP) &&
	       !(r->of_name && !is_name) && !is_other_way;
}

int check_elsewhere(const char *name, const struct target *t)
{
	size_t which = 0;

	while (which < SYSTEMS && strcmp(names[which], name) != 0)
		which++;
	if (which == SYSTEMS)
		return cli_usage(
			&command_check,
			_("--commands-for takes windows, macos or linux, not \"%s\""),
			name);

	(void)puts(
		which == SYSTEM_WINDOWS
			? _("On the client, in PowerShell; what they print, and how long each takes, tells it:")
			: _("On the client, in a terminal; what they print, and how long each takes, tells it:"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!applies(&rows[i], t))
			continue;
		(void)printf("\n  %s\n    ", _(rows[i].why));
		fill(rows[i].commands[which], t);
		(void)putchar('\n');
	}
	(void)puts(_(
		"\nA capture, or what tcpdump printed, is explained by: kiriwake explain FILE"));
	return EXIT_HEALTHY;
}
