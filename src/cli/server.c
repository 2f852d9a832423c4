#include "cli/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/near.h"

static int take_timeout(struct server_request *r, const char *value)
{
	char *end;

	if (!value)
		return -1;
	r->timeout_s = strtod(value, &end);
	if (end != value && !*end && r->timeout_s > 0 && r->timeout_s <= 1e6)
		return 1;

	(void)fprintf(
		stderr,
		_("kiriwake: --timeout takes a number of seconds, not \"%s\"\n"),
		value);
	return -1;
}

static int take_option(struct server_request *r, int argc, char *argv[], int *i)
{
	const struct {
		const char **ret, *name;
	} words[] = {
		{ &r->from, "--from" },
		{ &r->pcap, "--pcap" },
		{ &r->save, "--save" },
		{ &r->host, "--host" },
	};

	const struct {
		bool *ret;
		const char *name;
	} flags[] = {
		{ &r->is_foretelling, "--no-wait" },
		{ &r->is_mute, "--no-local" },
		{ &r->is_probing, "--probe" },
	};

	for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++) {
		if (!cli_is(argv[*i], words[k].name))
			continue;
		*words[k].ret = cli_value(words[k].name, argc, argv, i);
		return *words[k].ret ? 1 : -1;
	}
	for (size_t k = 0; k < sizeof(flags) / sizeof(*flags); k++) {
		if (strcmp(argv[*i], flags[k].name) != 0)
			continue;
		*flags[k].ret = true;
		return 1;
	}
	if (cli_is(argv[*i], "--timeout"))
		return take_timeout(r, cli_value("--timeout", argc, argv, i));

	return 0;
}

static int too_many(const char *word)
{
	struct address a;

	if (address_parse(&a, word, strlen(word)))
		return cli_usage(&command_server,
				 _("whose attempts? Write --from %s"), word);

	return cli_usage(&command_server, _("one service at a time"));
}

static int read_request(struct server_request *r, struct cli *cli, int argc,
			char *argv[])
{
	for (int i = 1; i < argc; i++) {
		int taken = cli_common(cli, argc, argv, &i);

		if (!taken)
			taken = take_option(r, argc, argv, &i);
		if (taken < 0)
			return EXIT_USAGE;
		if (taken)
			continue;
		if (argv[i][0] == '-')
			return near_option(&command_server, argv[i]);
		if (r->service)
			return too_many(argv[i]);
		r->service = argv[i];
	}
	if (!r->service)
		return cli_usage(
			&command_server,
			_("which service? A port (5555, udp/53) or a name (ssh)"));
	if (r->host && (r->pcap || r->save))
		return cli_usage(
			&command_server,
			_("--host looks at a host that was saved: there is nothing to write"));

	if (r->host && r->from && strchr(r->from, '%'))
		return cli_usage(
			&command_server,
			_("--from names a device of this host: not with --host"));
	if (r->is_probing && !r->from)
		return cli_usage(
			&command_server,
			_("--probe sends a packet as a client's: of which? Give --from ADDRESS"));
	if (r->is_probing && (r->host || r->is_foretelling))
		return cli_usage(
			&command_server,
			_("--probe makes an attempt, --no-wait and --host ask for none"));

	return 0;
}

static int run_request(struct cli *cli, const struct server_request *r,
		       struct case_record *c)
{
	struct server s;
	int closed;
	int err = server_open(&s, r, c);

	if (!err)
		err = server_look(&s, cli);
	if (!err)
		err = server_save(&s);
	if (!err)
		err = check_tell(&s.screen.ticket, cli, s.record, &s.verdict,
				 NULL);
	closed = server_close(&s);
	return err ? err : closed;
}

static int run(struct cli *cli, int argc, char *argv[])
{
	struct server_request r = { .command = &command_server };
	struct case_record *c;
	int status = read_request(&r, cli, argc, argv);

	if (status || !r.service)
		return status;
	c = case_new();
	if (!c)
		return EXIT_UNKNOWN;

	status = run_request(cli, &r, c);
	if (status < 0) {
		(void)fprintf(stderr, _("kiriwake: %s\n"), strerror(-status));
		status = EXIT_UNKNOWN;
	}
	case_free(c);
	return status;
}

const struct command command_server = {
	.name = "server",
	.arguments = "SERVICE [--from CLIENT] [OPTION...]",
	.summary = N_(
		"What becomes of attempts to reach this service? Asked on the host itself."),
	.help = N_(
		"Run it on the machine that does not answer. SERVICE is a port or a name:\n"
		"5555, tcp/5555, udp/53, ssh; ADDRESS:PORT where only one address is meant.\n"
		"It looks at what the host is set up to do, says what that foretells, then\n"
		"waits for a real attempt and tells what became of it, and why: by its packets,\n"
		"by counters, by what the kernel reports of drops, and where these do not name\n"
		"the rule, by a trace of the client's next packet through the rules.\n"
		"\n"
		"  --from ADDRESS      only attempts of this client (else: the first that fails);\n"
		"                      ADDRESS%DEVICE: its packets come in by that device\n"
		"  --no-wait           only what is foretold; no packet is waited for\n"
		"  --no-local          does not speak to the service from here\n"
		"  --probe             waits for nobody: has the kernel take a packet as the client's\n"
		"  --timeout S         waits at most so many seconds\n"
		"  --pcap FILE         writes the packets that were seen\n"
		"  --save CASE         a folder that `kiriwake explain CASE' judges again, anywhere\n"
		"  --host CASE         looks at the host that was saved there instead of this one\n"
		"\n"
		"With --probe one SYN (or an empty datagram) bearing the client's address comes\n"
		"in by the device that the client's would. It never was on the wire, and nothing\n"
		"on this host is changed for it. What this host answers leaves for the client,\n"
		"whose system may answer with a RST. Rules that count or ban count it.\n"
		"\n"
		"Examples:\n"
		"  kiriwake server 5555 --from 10.1.0.7\n"
		"  kiriwake server 5555 --from 10.1.0.7 --probe\n"
		"  kiriwake server telnet --no-wait\n"
		"  kiriwake server udp/53 --timeout 30 --json\n"
		"  kiriwake server 22 --from 10.1.0.9 --host CASE\n"),
	.run = run,
};
