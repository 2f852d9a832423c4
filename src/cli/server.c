#include "cli/server.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/i18n.h"
#include "cli/case_output.h"
#include "cli/near.h"
#include "cli/target.h"
#include "nftrace/nftrace.h"
#include "priv/confine.h"

/* What the command line said. */
struct request {
	const char *service, *from, *pcap, *save, *host;
	double timeout_s;
	bool is_foretelling, is_mute, is_probing;
};

static int take_timeout(struct request *r, const char *value)
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

static int take_option(struct request *r, int argc, char *argv[], int *i)
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

static int read_request(struct request *r, struct cli *cli, int argc,
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

/* "5555/tcp", as nmap writes it. */
static bool turned_port(const char *word, uint8_t *protocol, uint16_t *port)
{
	const char *slash = strchr(word, '/');
	char number[8];
	size_t len = slash ? (size_t)(slash - word) : 0;

	if (!len || len >= sizeof(number))
		return false;
	if (!strcasecmp(slash, "/udp"))
		*protocol = IPPROTO_UDP;
	else if (strcasecmp(slash, "/tcp") != 0)
		return false;
	memcpy(number, word, len);
	number[len] = '\0';
	return target_port(number, protocol, port);
}

/* A service by its port: then the host is to name itself; ADDRESS:PORT, when the
 * address is to be this one. */
static int read_service(struct look_question *q, struct case_record *c,
			const char *word, bool *ret_is_unnamed)
{
	struct text url = TEXT_NULL, why = TEXT_NULL;
	struct address a;
	int err;

	q->protocol = IPPROTO_TCP;
	if (target_port(word, &q->protocol, &q->port) ||
	    turned_port(word, &q->protocol, &q->port)) {
		text_format(&url, "%s://127.0.0.1:%u",
			    q->protocol == IPPROTO_UDP ? "udp" : "tcp",
			    q->port);
		word = text_string(&url);
	}
	err = target_parse(&c->target, c->arena, word, NULL, &why);
	if (err == -EINVAL)
		err = cli_usage(
			&command_server,
			_("\"%s\" is no service of this host: give its port (5555, udp/53) or its name (ssh)"),
			word);
	*ret_is_unnamed = url.len > 0;
	if (!err && !url.len) {
		q->protocol = c->target.protocol;
		q->port = c->target.port;
		q->has_server = address_parse(&a, c->target.host,
					      strlen(c->target.host));
		if (q->has_server)
			q->server = a;
	}
	text_done(&url);
	text_done(&why);
	return err;
}

static int read_client(struct look_question *q, const char *word)
{
	const char *device = word ? strchr(word, '%') : NULL;

	if (!word)
		return 0;
	q->has_client =
		address_parse(&q->client, word,
			      device ? (size_t)(device - word) : strlen(word));
	if (q->has_client && device) {
		q->device = if_nametoindex(device + 1);
		if (!q->device)
			return cli_usage(&command_server,
					 _("this host has no device \"%s\""),
					 device + 1);
	}
	if (q->has_client)
		return 0;

	return cli_usage(&command_server,
			 _("--from takes the client's address, not \"%s\""),
			 word);
}

static int save(struct server *s)
{
	int err;

	if (s->host.file >= 0)
		server_host_complete(&s->host);
	err = case_output_save(s->case_file, s->record);
	return err ? err : server_host_save(&s->host);
}

static int run_server(struct cli *cli, struct server *s, bool is_unnamed)
{
	int err = server_host_begin(&s->host);

	if (!err && is_unnamed)
		err = server_host_name(s->record);
	if (!err) {
		check_screen_init(&s->screen, cli, s->record);
		err = server_run(s);
	}
	if (!err)
		err = save(s);
	if (!err)
		err = check_tell(&s->screen.ticket, cli, s->record, &s->verdict,
				 NULL);
	looks_free(s->looks);
	server_rules_free(s->rules);
	recording_done(&s->watch.capture);
	server_drops_end(s);
	diag_free(s->diag);
	server_host_end(&s->host);
	return err;
}

/* Packets, rules and files are read by a process that can do little else. An old
 * kernel has no such filters. */
static int confine(void)
{
	int err = confine_enter();

	return err == -EINVAL ? 0 : err;
}

/* A run that was killed while it traced left them. */
static void restore_settings(void)
{
	if (nftrace_restore() > 0)
		(void)fputs(
			_("kiriwake: a run that was killed left settings of net.netfilter.nf_log changed: they are as before again\n"),
			stderr);
}

/* All that is opened, before the rights are given up. */
static int open_all(struct server *s, const struct request *r)
{
	int err = case_output_open(&s->pcap_file, &s->case_file, r->pcap,
				   r->save);

	if (!err && r->save)
		err = case_output_open_host(&s->host.file, r->save);
	if (!err && r->host)
		return server_host_load(&s->host, r->host);
	/* With the rights that are there only now. */
	restore_settings();
	if (!err)
		err = check_rights_start(&s->rights, NULL);
	/* Whoever had nothing to give up asks the tools himself. */
	if (!err && s->rights.priv)
		err = confine();
	return err;
}

static int close_all(struct server *s)
{
	const int files[] = { s->pcap_file, s->case_file, s->host.file };
	int err = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (files[i] >= 0 && close(files[i]) && !err)
			err = -errno;

	return err;
}

static int run_request(struct cli *cli, const struct request *r,
		       struct case_record *c)
{
	struct server s = { .record = c,
			    .timeout_ns = (int64_t)(r->timeout_s * 1e9),
			    .is_foretelling = r->is_foretelling || r->host,
			    .is_mute = r->is_mute || r->host,
			    .probe = { .is_wanted = r->is_probing },
			    .pcap_file = -1,
			    .case_file = -1,
			    .host = { .file = -1 },
			    .watch = { .capture = recording_none() },
			    .drops = { .recording = recording_none() } };
	bool is_unnamed = false;
	int closed;
	int err = read_service(&s.question, c, r->service, &is_unnamed);

	if (!err)
		err = read_client(&s.question, r->from);
	if (err)
		return err;

	err = open_all(&s, r);
	if (!err)
		err = run_server(cli, &s, is_unnamed);
	check_rights_end(&s.rights);
	closed = close_all(&s);
	return err ? err : closed;
}

static int run(struct cli *cli, int argc, char *argv[])
{
	struct request r = { 0 };
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
