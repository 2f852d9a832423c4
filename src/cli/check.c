#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/i18n.h"
#include "cli/case_output.h"
#include "cli/check.h"
#include "cli/near.h"
#include "cli/target.h"
#include "priv/confine.h"

/* What the command line said. */
struct request {
	const char *words[3];
	size_t count;
	const char *as_user, *pcap, *save, *elsewhere;
	struct probe_options options;
};

static int take_number(const char *name, const char *value, double least,
		       double most, double *ret)
{
	char *end;

	if (!value)
		return -1;
	*ret = strtod(value, &end);
	if (end != value && !*end && *ret >= least && *ret <= most)
		return 0;

	(void)fprintf(
		stderr,
		_("kiriwake: %s takes a number from %g to %g, not \"%s\"\n"),
		name, least, most, value);
	return -1;
}

/* ADDRESS, ADDRESS:PORT or [V6]:PORT; where the port stands, NULL: nowhere. */
static bool cut_source(const char *value, struct address *ret,
		       const char **port)
{
	const char *colon = strrchr(value, ':');
	size_t len;

	*port = NULL;
	if (address_parse(ret, value, strlen(value)))
		return true;
	if (!colon)
		return false;

	*port = colon + 1;
	len = (size_t)(colon - value);
	if (*value == '[' && len > 2 && colon[-1] == ']')
		return address_parse(ret, value + 1, len - 2);
	return address_parse(ret, value, len);
}

static int take_source(struct probe_options *o, const char *value)
{
	const char *port;
	double number = 0;

	if (!value)
		return -1;
	if (!cut_source(value, &o->source, &port)) {
		(void)fprintf(
			stderr,
			_("kiriwake: --source takes ADDRESS or ADDRESS:PORT, not \"%s\"\n"),
			value);
		return -1;
	}

	o->is_bound = true;
	if (port && take_number("--source", port, 1, 65535, &number))
		return -1;
	o->source_port = (uint16_t)number;
	return 0;
}

/* An option with a value that is taken as it is. */
static int take_word(const char **ret, const char *name, int argc, char *argv[],
		     int *i)
{
	if (!cli_is(argv[*i], name))
		return 0;

	*ret = cli_value(name, argc, argv, i);
	return *ret ? 1 : -1;
}

static int take_words(struct request *r, int argc, char *argv[], int *i)
{
	const struct {
		const char **ret, *name;
	} words[] = {
		{ &r->as_user, "--as" },
		{ &r->pcap, "--pcap" },
		{ &r->save, "--save" },
		{ &r->elsewhere, "--commands-for" },
	};

	int taken = 0;

	for (size_t k = 0; k < sizeof(words) / sizeof(*words) && !taken; k++)
		taken = take_word(words[k].ret, words[k].name, argc, argv, i);

	return taken;
}

static int take_spoken(struct probe_options *o, int argc, char *argv[], int *i)
{
	const struct {
		const char **ret, *name;
	} words[] = {
		{ &o->server_name, "--server-name" },
		{ &o->ca_file, "--ca" },
		{ &o->send, "--send" },
	};

	int taken = 0;

	for (size_t k = 0; k < sizeof(words) / sizeof(*words) && !taken; k++)
		taken = take_word(words[k].ret, words[k].name, argc, argv, i);

	return taken;
}

int check_option(struct probe_options *o, int argc, char *argv[], int *i)
{
	const char *arg = argv[*i];
	double n;
	int taken = take_spoken(o, argc, argv, i);

	if (taken)
		return taken;
	if (!strcmp(arg, "-4") || !strcmp(arg, "-6")) {
		o->family = arg[1] == '4' ? AF_INET : AF_INET6;
		return 1;
	}
	if (cli_is(arg, "--source"))
		return take_source(o, cli_value("--source", argc, argv, i)) ? -1
									    : 1;
	if (cli_is(arg, "--count")) {
		if (take_number("--count", cli_value("--count", argc, argv, i),
				1, 1000, &n))
			return -1;
		o->count = (unsigned)n;
		return 1;
	}
	if (cli_is(arg, "--control")) {
		uint8_t protocol = 6;
		const char *value = cli_value("--control", argc, argv, i);

		if (!value)
			return -1;
		if (target_port(value, &protocol, &o->control_port))
			return 1;
		(void)fprintf(
			stderr,
			_("kiriwake: --control takes a port or a service's name, not \"%s\"\n"),
			value);
		return -1;
	}
	if (cli_is(arg, "--timeout")) {
		if (take_number("--timeout",
				cli_value("--timeout", argc, argv, i), 0.1,
				3600, &n))
			return -1;
		o->timeout_ns = (int64_t)(n * 1e9);
		return 1;
	}

	return 0;
}

static int read_request(struct request *r, struct cli *cli, int argc,
			char *argv[])
{
	for (int i = 1; i < argc; i++) {
		int taken = cli_common(cli, argc, argv, &i);

		if (!taken)
			taken = take_words(r, argc, argv, &i);
		if (!taken)
			taken = check_option(&r->options, argc, argv, &i);
		if (taken < 0)
			return EXIT_USAGE;
		if (taken)
			continue;
		if (argv[i][0] == '-')
			return near_option(&command_check, argv[i]);
		if (r->count == 3)
			return cli_usage(&command_check,
					 _("one target at a time"));
		r->words[r->count++] = argv[i];
	}

	if (!r->count)
		return cli_usage(&command_check, _("what is to be reached?"));
	/* HOST:PORT HOST:PORT; a second word is a port. */
	if (r->count > 2 || (r->count == 2 && strpbrk(r->words[1], ":.")))
		return cli_usage(&command_check, _("one target at a time"));
	return 0;
}

/* What comes from the network is read by a process that can do little else. An
 * old kernel has no such filters. */
static int confine(void)
{
	int err = confine_enter();

	return err == -EINVAL ? 0 : err;
}

static int run_request(struct cli *cli, const struct request *r,
		       struct case_record *record)
{
	struct check c = { .record = record,
			   .options = r->options,
			   .pcap_file = -1,
			   .case_file = -1 };
	int err =
		case_output_open(&c.pcap_file, &c.case_file, r->pcap, r->save);

	if (!err)
		err = check_rights_start(&c.rights, r->as_user);
	/* Whoever had nothing to give up asks the tools himself. */
	if (!err && c.rights.priv)
		err = confine();
	if (err)
		return err;

	c.options.open_socket = check_rights_socket;
	c.options.open_context = &c.rights;
	check_screen_init(&c.screen, cli, record);
	err = check_run(&c);
	if (!err)
		err = case_output_save(c.case_file, record);
	if (!err)
		err = check_tell(&c.screen.ticket, cli, record, &c.verdict,
				 NULL);
	probe_runner_free(c.runner);
	diag_free(c.diag);
	check_rights_end(&c.rights);
	if (c.pcap_file >= 0 && close(c.pcap_file) && !err)
		err = -errno;
	if (c.case_file >= 0 && close(c.case_file) && !err)
		err = -errno;
	return err;
}

static bool is_other_family(const struct target *t,
			    const struct probe_options *o)
{
	struct address a;

	return o->family && address_parse(&a, t->host, strcspn(t->host, "%")) &&
	       address_is_v4(&a) != (o->family == AF_INET);
}

static int run(struct cli *cli, int argc, char *argv[])
{
	struct request r = { 0 };
	struct text why = TEXT_NULL;
	struct case_record *record;
	int status = read_request(&r, cli, argc, argv);

	if (status)
		return status;
	record = case_new();
	if (!record)
		return EXIT_UNKNOWN;

	status = target_parse(&record->target, record->arena, r.words[0],
			      r.count > 1 ? r.words[1] : NULL, &why);
	if (status == -EINVAL) {
		status = cli_usage(&command_check, "%s", text_string(&why));
	} else if (!status && is_other_family(&record->target, &r.options)) {
		status = cli_usage(
			&command_check,
			r.options.family == AF_INET
				? _("-4 was given, and %s is an IPv6 address")
				: _("-6 was given, and %s is an IPv4 address"),
			record->target.host);
	} else if (!status && r.elsewhere) {
		status = check_elsewhere(r.elsewhere, &record->target);
	} else if (!status) {
		if (r.options.server_name || r.options.ca_file)
			record->target.is_verified = true;
		status = run_request(cli, &r, record);
	}
	if (r.as_user && (status == -EPERM || status == -ENOENT)) {
		(void)fprintf(
			stderr,
			status == -EPERM
				? _("kiriwake: --as needs root's rights\n")
				: _("kiriwake: there is no such user\n"));
		status = status == -EPERM ? EXIT_UNKNOWN : EXIT_USAGE;
	} else if (status < 0) {
		(void)fprintf(stderr, _("kiriwake: %s\n"), strerror(-status));
		status = EXIT_UNKNOWN;
	}
	text_done(&why);
	case_free(record);
	return status;
}

const struct command command_check = {
	.name = "check",
	.arguments = "TARGET [OPTION...]",
	.summary = N_("Why can't I reach it? Asked from here, the client."),
	.help = N_(
		"TARGET is HOST:PORT, [V6]:PORT, HOST PORT, tcp://HOST:PORT, udp://HOST:PORT,\n"
		"or a service's URL: ssh:// telnet:// https:// softether:// ... PORT may be a name.\n"
		"`kiriwake TARGET' is the same.\n"
		"\n"
		"  -4, -6              only this family\n"
		"  --source ADDR[:P]   connect from this address, as the application does\n"
		"  --server-name NAME  the name that TLS asks for, and that the certificate must have\n"
		"  --ca FILE           whom to trust for the certificate\n"
		"  --as USER           connect as that user (its owner rules, its limits); needs root\n"
		"  --send TEXT         sent once connected; what comes back is shown\n"
		"  --control PORT      another port of the host, known to work, to compare with\n"
		"  --count N           echo requests\n"
		"  --pcap FILE         writes the run's own packets\n"
		"  --save CASE         a folder that `kiriwake explain CASE' judges again, anywhere\n"
		"  --commands-for windows|macos|linux\n"
		"                      prints what to run on a client that has no kiriwake\n"
		"  --timeout S         end after so many seconds, with the verdict so far\n"
		"\n"
		"Examples:\n"
		"  kiriwake 172.16.1.2:5555\n"
		"  kiriwake check softether://vpn.example.org\n"
		"  kiriwake check https://www.example.org/ --json\n"
		"  kiriwake check 192.168.30.2 telnet --lang ja\n"),
	.run = run,
};
