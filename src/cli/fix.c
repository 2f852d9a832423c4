/* fix: what to change so that it works. The command line. */
#include "cli/fix.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "cli/check.h"
#include "cli/near.h"
#include "cli/server.h"
#include "cli/target.h"

extern const struct command fix_plan_command, fix_rehearse_command,
	fix_apply_command, fix_experiment_command;

enum {
	CHOOSE_MOST = 999,
	WITHIN_LEAST = 5,
	WITHIN_MOST = 86400,
	TRIAL_MOST = 600
};

/* What `fix PART' does with the plan. */
enum part {
	PART_PLAN = 1,
	PART_REHEARSE = 2,
	PART_APPLY = 4,
	PART_EXPERIMENT = 8,
};

static enum part part_of(const struct fix_request *r)
{
	if (r->is_trial)
		return PART_EXPERIMENT;
	if (r->is_applying)
		return PART_APPLY;

	return r->is_rehearsing ? PART_REHEARSE : PART_PLAN;
}

static bool is_kind(const char *path, mode_t kind)
{
	struct stat st;

	return !stat(path, &st) && (st.st_mode & S_IFMT) == kind;
}

static int add_file(struct fix_request *r, const char *name)
{
	if (!name)
		return EXIT_USAGE;
	if (r->file_count == FIX_FILES)
		return cli_usage(r->command, _("too many files: %s"), name);

	r->files[r->file_count++] = name;
	return 0;
}

static int take_word(struct fix_request *r, const char *word)
{
	struct address a;

	if (!server_is_service(word) && is_kind(word, S_IFREG)) {
		if (r->file_count)
			return add_file(r, word);
		return cli_usage(
			r->command,
			_("%1$s is a file: if it holds rules, write --ruleset %1$s, and the service that is to work"),
			word);
	}
	if (r->port || (r->word && server_is_service(r->word) &&
			!address_parse(&a, word, strlen(word))))
		return cli_usage(r->command, _("one service at a time"));
	if (r->word && address_parse(&a, word, strlen(word)))
		return cli_usage(r->command,
				 _("whose attempts? Write --from %s"), word);
	if (r->word)
		r->port = word;
	else
		r->word = word;
	return 0;
}

static int take_choice(struct fix_request *r, const char *value)
{
	char *end;

	if (!value)
		return EXIT_USAGE;
	r->chosen = strtoul(value, &end, 10);
	if (end != value && !*end && *value != '-' && r->chosen &&
	    r->chosen <= CHOOSE_MOST)
		return 0;

	return cli_usage(
		r->command,
		_("--choose takes the number of a way that the plan lists, not \"%s\""),
		value);
}

static int take_within(struct fix_request *r, const char *value)
{
	char *end;
	unsigned long seconds;

	if (!value)
		return EXIT_USAGE;
	seconds = strtoul(value, &end, 10);
	r->confirm_within_s = (unsigned)seconds;
	if (end != value && !*end && *value != '-' && seconds >= WITHIN_LEAST &&
	    seconds <= WITHIN_MOST)
		return 0;

	return cli_usage(
		r->command,
		_("--confirm-within takes seconds, %1$d to %2$d, not \"%3$s\""),
		WITHIN_LEAST, WITHIN_MOST, value);
}

/* To be tried again the same way. */
static int keep_asked(struct fix_request *r, char *argv[], int first, int last)
{
	for (int i = first; i <= last; i++) {
		if (r->asked_count == ORDER_ASKED)
			return cli_usage(r->command, _("too many options: %s"),
					 argv[first]);
		r->asked[r->asked_count++] = argv[i];
	}

	return 0;
}

/* How this host asks for a TARGET. */
static int take_probing(struct fix_request *r, int argc, char *argv[], int *i)
{
	int first = *i, taken = check_option(&r->options, argc, argv, i);

	r->has_options = r->has_options || taken > 0;
	return taken > 0 && keep_asked(r, argv, first, *i) ? -1 : taken;
}

/* "20s", "20" */
static int take_span(struct fix_request *r, const char *value)
{
	char *end;
	unsigned long seconds;

	if (!value)
		return EXIT_USAGE;
	seconds = strtoul(value, &end, 10);
	r->confirm_within_s = (unsigned)seconds;
	if (end != value && (!*end || !strcmp(end, "s")) && *value != '-' &&
	    seconds && seconds <= TRIAL_MOST)
		return 0;

	return cli_usage(r->command,
			 _("--for takes seconds, 1 to %1$d, not \"%2$s\""),
			 TRIAL_MOST, value);
}

/* 1: taken; 0: it is none of these; -1: it is wrong, which was said. */
static int take_value(struct fix_request *r, int argc, char *argv[], int *i)
{
	const struct {
		const char **ret, *name;
	} words[] = {
		{ &r->from, "--from" },  { &r->for_whom, "--for" },
		{ &r->save, "--save" },  { &r->host, "--host" },
		{ &r->as_user, "--as" },
	};

	if (r->is_trial && cli_is(argv[*i], "--for"))
		return take_span(r, cli_value("--for", argc, argv, i)) ? -1 : 1;
	for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++) {
		if (!cli_is(argv[*i], words[k].name))
			continue;
		*words[k].ret = cli_value(words[k].name, argc, argv, i);
		return *words[k].ret ? 1 : -1;
	}
	if (cli_is(argv[*i], "--ruleset"))
		return add_file(r, cli_value("--ruleset", argc, argv, i)) ? -1
									  : 1;
	if (cli_is(argv[*i], "--choose"))
		return take_choice(r, cli_value("--choose", argc, argv, i)) ? -1
									    : 1;
	if (part_of(r) == PART_APPLY && cli_is(argv[*i], "--confirm-within"))
		return take_within(r,
				   cli_value("--confirm-within", argc, argv, i))
			       ? -1
			       : 1;
	if (cli_is(argv[*i], "--address"))
		return firewall_host_take(&r->frame, &r->own,
					  cli_value("--address", argc, argv, i))
			       ? -1
			       : 1;

	return firewall_packet_take(&r->frame, &r->packet, argc, argv, i);
}

static int take_option(struct fix_request *r, int argc, char *argv[], int *i)
{
	const struct {
		bool *ret;
		const char *name;
		unsigned parts;
	} flags[] = {
		{ &r->is_waiting, "--wait",
		  PART_PLAN | PART_REHEARSE | PART_APPLY | PART_EXPERIMENT },
		{ &r->is_unrehearsed, "--no-rehearse", PART_PLAN },
		{ &r->is_experiment, "--experiment", PART_REHEARSE },
		{ &r->is_sure, "--yes", PART_APPLY | PART_EXPERIMENT },
		{ &r->is_sure, "-y", PART_APPLY | PART_EXPERIMENT },
		{ &r->is_restarting, "--restart", PART_APPLY },
		{ &r->is_auto, "--auto-confirm", PART_APPLY },
		{ &r->is_daring, "--unrehearsed",
		  PART_APPLY | PART_EXPERIMENT },
	};

	int taken = cli_common(r->frame.cli, argc, argv, i);

	if (!taken)
		taken = take_value(r, argc, argv, i);
	if (!taken)
		taken = take_probing(r, argc, argv, i);
	for (size_t k = 0; k < sizeof(flags) / sizeof(*flags) && !taken; k++) {
		if (strcmp(argv[*i], flags[k].name) != 0 ||
		    !(part_of(r) & flags[k].parts))
			continue;
		*flags[k].ret = true;
		taken = 1;
	}
	if (taken < 0)
		return EXIT_USAGE;

	return taken ? 0 : near_option(r->command, argv[*i]);
}

static int take_all(struct fix_request *r, int argc, char *argv[])
{
	int status = 0;

	for (int i = 1; i < argc && !status; i++)
		status = argv[i][0] == '-' ? take_option(r, argc, argv, &i)
					   : take_word(r, argv[i]);
	return status;
}

static bool is_own(const struct address *a)
{
	struct ifaddrs *all = NULL;
	bool is_found = address_is_loopback(a);

	if (getifaddrs(&all))
		return is_found;
	for (const struct ifaddrs *i = all; i && !is_found; i = i->ifa_next) {
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct address own;

		if (!i->ifa_addr || (i->ifa_addr->sa_family != AF_INET &&
				     i->ifa_addr->sa_family != AF_INET6))
			continue;
		memcpy(&v4, i->ifa_addr, sizeof(v4));
		own = address_v4(ntohl(v4.sin_addr.s_addr));
		if (i->ifa_addr->sa_family == AF_INET6) {
			memcpy(&v6, i->ifa_addr, sizeof(v6));
			own = address_v6(v6.sin6_addr.s6_addr);
		}
		is_found = address_equal(&own, a);
	}
	freeifaddrs(all);
	return is_found;
}

/* HOST:PORT of another host: this one is the client. */
static bool is_target(const struct fix_request *r)
{
	struct target t = { 0 };
	struct text why = TEXT_NULL;
	struct address a;
	int err;

	if (!r->word || server_is_service(r->word))
		return false;
	err = target_parse(&t, r->frame.arena, r->word, r->port, &why);
	text_done(&why);
	if (err)
		return strpbrk(r->word, ":./") != NULL;

	return t.scheme || !address_parse(&a, t.host, strlen(t.host)) ||
	       !is_own(&a);
}

static bool is_from_here(const struct fix_request *r)
{
	struct address a;

	return address_parse(&a, r->from, strlen(r->from)) && is_own(&a);
}

static const struct fix_look *look_of(const struct fix_request *r)
{
	if (r->file_count)
		return &fix_files;
	if (r->word && is_kind(r->word, S_IFDIR))
		return &fix_case;
	/* Of somebody else's attempts this host is the server, or stands on
	 * their way. */
	if (!r->host && is_target(r) && (!r->from || is_from_here(r)))
		return &fix_target;

	return &fix_server;
}

/* What is said belongs together. */
static int check_words(const struct fix_request *r)
{
	bool has_packet = r->packet.words || r->packet.from;

	if (!r->word && !(r->file_count && has_packet))
		return cli_usage(
			r->command, "%s",
			_("what is to work? A service of this host (5555, udp/53, ssh), HOST:PORT, or a case"));
	if (!r->file_count && (has_packet || r->own.host.count))
		return cli_usage(
			r->command, "%s",
			_("--packet and --address are for rules in files: --ruleset FILE"));
	if (r->file_count && r->host)
		return cli_usage(r->command, "%s",
				 _("--ruleset or --host: one of them"));
	if (r->is_waiting && (r->file_count || r->host))
		return cli_usage(r->command, "%s",
				 _("--wait is for this host as it is now"));

	return 0;
}

/* That which looks for it has no use for what was said. */
static int check_fits(const struct fix_request *r, const struct fix_look *by)
{
	if (r->is_applying && (by == &fix_case || by == &fix_files || r->host))
		return cli_usage(
			r->command, "%s",
			_("what is applied is made for this host as it is now: a service of it, or HOST:PORT"));
	if (by != &fix_target && (r->as_user || r->has_options))
		return cli_usage(
			r->command, "%s",
			_("-4, -6, --as, --source and the like are for a TARGET, HOST:PORT of another host"));
	if (by == &fix_server || by == &fix_files)
		return 0;
	if (r->from && by == &fix_case)
		return cli_usage(
			r->command, "%s",
			_("--from is for a service of this host: the case tells whose attempt it was"));
	if (r->is_waiting)
		return cli_usage(r->command, "%s",
				 _("--wait is for a service of this host"));

	return 0;
}

static int run_request(struct cli *cli, struct fix_request *r)
{
	const struct fix_look *by;
	int status = check_words(r);

	if (status)
		return status;
	by = look_of(r);
	status = check_fits(r, by);
	if (!status && r->is_applying && geteuid()) {
		(void)fprintf(stderr, _("kiriwake: %s\n"),
			      _("Only root may change this host."));
		return EXIT_UNKNOWN;
	}
	if (!status)
		status = fix_run(cli, r, by);
	if (status >= 0)
		return status;

	(void)fprintf(stderr, _("kiriwake: %s\n"), strerror(-status));
	return EXIT_UNKNOWN;
}

static const struct command *const commands[] = {
	[PART_PLAN] = &fix_plan_command,
	[PART_REHEARSE] = &fix_rehearse_command,
	[PART_APPLY] = &fix_apply_command,
	[PART_EXPERIMENT] = &fix_experiment_command,
};

static int run_part(struct cli *cli, enum part part, int argc, char *argv[])
{
	struct fix_request *r = calloc(1, sizeof(*r));
	int status = EXIT_UNKNOWN;

	if (!r)
		return status;

	r->command = commands[part];
	r->is_rehearsing = part == PART_REHEARSE;
	r->is_trial = part == PART_EXPERIMENT;
	r->is_applying = part == PART_APPLY || r->is_trial;
	r->confirm_within_s = r->is_trial ? 20 : 60;
	r->frame = (struct firewall){ .cli = cli,
				      .command = r->command,
				      .sides = 1,
				      .problems = problems_new(),
				      .arena = arena_new() };
	if (r->frame.problems && r->frame.arena)
		status = take_all(r, argc, argv);
	if (!status)
		status = run_request(cli, r);
	problems_free(r->frame.problems);
	arena_free(r->frame.arena);
	free(r);
	return status;
}

static int say_none(const char *word)
{
	if (word[0] == '-')
		return near_option(&command_fix, word);
	if (server_is_service(word) || strpbrk(word, ":./"))
		return cli_usage(&command_fix,
				 _("did you mean `kiriwake fix plan %s'?"),
				 word);

	return cli_usage(
		&command_fix,
		_("there is no `fix %s'; it is plan, rehearse, apply, experiment, confirm, undo or status"),
		word);
}

static int run_plan(struct cli *cli, int argc, char *argv[])
{
	return run_part(cli, PART_PLAN, argc, argv);
}

static int run_rehearse(struct cli *cli, int argc, char *argv[])
{
	return run_part(cli, PART_REHEARSE, argc, argv);
}

static int run_apply(struct cli *cli, int argc, char *argv[])
{
	return run_part(cli, PART_APPLY, argc, argv);
}

static int run_experiment(struct cli *cli, int argc, char *argv[])
{
	return run_part(cli, PART_EXPERIMENT, argc, argv);
}

static int run(struct cli *cli, int argc, char *argv[])
{
	int status = cli_before_part(cli, &argc, &argv);

	if (status)
		return status;
	if (argc < 2)
		return cli_usage(
			&command_fix, "%s",
			_("plan, rehearse, apply, experiment, confirm, undo or status?"));
	for (const struct command *const *c = command_fix.parts; *c; c++)
		if (!strcmp((*c)->name + sizeof("fix"), argv[1]))
			return (*c)->run(cli, argc - 1, argv + 1);

	return say_none(argv[1]);
}

const struct command fix_plan_command = {
	.name = "fix plan",
	.arguments =
		"SERVICE|TARGET|CASE [--from CLIENT] [--for WHOM] [OPTION...]",
	.summary = N_(
		"The smallest change that makes it work, and proof that it does."),
	.help = N_(
		"\n"
		"What is to work is one of\n"
		"  SERVICE  this host serves it: 5555, tcp/5555, udp/53, ssh, ADDRESS:PORT; it is\n"
		"           looked at as `kiriwake server' does\n"
		"  TARGET   this host asks for it: HOST:PORT; tried as `kiriwake check' does\n"
		"  CASE     a folder that --save of `check', `server' or `fix' wrote\n"
		"\n"
		"A plan is the smallest change that lets this connection through and nothing else:\n"
		"where a rule belongs, a line of hosts.allow, an address to listen on ... with its\n"
		"exact effect on all packets, the commands to copy, how it is taken back, whether\n"
		"it survives a reboot, and what else would do. What is at fault elsewhere is told\n"
		"with whom to ask, and what to send them. Nothing on this host is changed.\n"
		"\n"
		"Where permitted (root), the plan is then rehearsed: this host's rules are loaded\n"
		"into a throwaway network namespace, real packets are sent, the plan is carried\n"
		"out there, and the verdict has to turn.\n"
		"\n"
		"  --from ADDRESS      the client who is to get through\n"
		"  --for WHOM          client (the default), subnet, everyone, or a network: 10.1.0.0/24\n"
		"  --choose N          the Nth way of the plan instead of the first\n"
		"  --no-rehearse       only the plan\n"
		"  -4, -6, --as USER, --source ADDR[:P], --send TEXT, --server-name NAME, --ca FILE,\n"
		"  --count N, --control PORT, --timeout S\n"
		"                      with TARGET: how it is tried, see `kiriwake check --help'\n"
		"  --wait              waits for a real attempt first, for certainty (Ctrl-C ends it)\n"
		"  --save CASE         keeps the case, and the plan with its proof as plan.json\n"
		"  --host CASE         of the host that was saved there instead of this one\n"
		"  --ruleset FILE      only these rules (several: one each); of this host nothing is\n"
		"                      asked\n"
		"  --packet 'WORDS'    with --ruleset: the packet, as `firewall trace' has it\n"
		"  --packet-from CAPTURE#N\n"
		"                      with --ruleset: packet N of a capture\n"
		"  --address IF=ADDR/LEN\n"
		"                      with --ruleset: an address of the host whose rules they are\n"
		"\n"
		"Exit status: 0 there is a plan, or nothing to fix; 1 none mends all of it, or its\n"
		"rehearsal failed; 2 usage or bad input; 3 it could not be told what is wrong.\n"
		"\n"
		"Examples:\n"
		"  kiriwake fix plan 5555 --from 10.1.0.7\n"
		"  kiriwake fix plan telnet --from 192.168.30.1 --for subnet\n"
		"  kiriwake fix plan tcp/23 --from 192.168.30.1 --ruleset rules.v4\n"
		"  kiriwake fix plan CASE --json\n"),
	.run = run_plan,
};

const struct command fix_rehearse_command = {
	.name = "fix rehearse",
	.arguments =
		"SERVICE|TARGET|CASE [--from CLIENT] [--for WHOM] [OPTION...]",
	.summary = N_("The plan, carried out where it can do no harm."),
	.help = N_(
		"\n"
		"As `kiriwake fix plan', and the rehearsal is what counts: without it, it ends with\n"
		"status 3. Real packets show that the connection fails as was said, that every\n"
		"command of the plan works, that the connection and its answer then get through,\n"
		"that sessions of administrators go on and new ones are let in, that all other\n"
		"packets fare as before, and that the plan can be taken back to the byte.\n"
		"\n"
		"  --experiment        also without any rules at all: is it they that stop it?\n"
		"  --from, --for, --choose, --wait, --save, --host, --ruleset, --packet,\n"
		"  --packet-from, --address: see `kiriwake fix plan --help'\n"
		"\n"
		"Exit status: 0 proven, or nothing to fix; 1 there is no plan, or it failed; 2 usage\n"
		"or bad input; 3 it could not be rehearsed.\n"
		"\n"
		"Examples:\n"
		"  kiriwake fix rehearse 5555 --from 10.1.0.7\n"
		"  kiriwake fix rehearse telnet --from 192.168.30.1 --experiment\n"),
	.run = run_rehearse,
};

const struct command fix_apply_command = {
	.name = "fix apply",
	.arguments = "SERVICE|TARGET [--from CLIENT] [--for WHOM] [OPTION...]",
	.summary =
		N_("Carries the plan out, and takes it back unless confirmed."),
	.help = N_(
		"\n"
		"Makes the plan and rehearses it as `kiriwake fix rehearse' does, shows it, asks, and\n"
		"then carries it out, in one transaction for each table. Before anything is changed a\n"
		"backup is taken and held against the kernel's own count, and a guard is there that\n"
		"takes the change back should nobody confirm it in time, whatever becomes of this\n"
		"terminal. What would shut out who is logged in is refused. Then the connection is\n"
		"tried again: where that still fails, all is taken back at once.\n"
		"\n"
		"  --confirm-within S  how long it waits for `kiriwake fix confirm' (60)\n"
		"  -y, --yes           does not ask\n"
		"  --auto-confirm      waits for the client, and confirms by itself once it got through,\n"
		"                      if it is proven that one can still log in\n"
		"  --restart           restarts what has to be for the change to count\n"
		"  --unrehearsed       also a plan that could not be proven by a rehearsal\n"
		"  --from, --for, --choose, --wait, --save: see `kiriwake fix plan --help'\n"
		"\n"
		"Exit status: 0 applied, and it gets through now; 1 there is no plan, or it did not\n"
		"help and was taken back; 2 usage; 3 nothing was changed, or whether it gets through\n"
		"could not be tried.\n"
		"\n"
		"Examples:\n"
		"  kiriwake fix apply 5555 --from 10.1.0.7\n"
		"  kiriwake fix apply telnet --from 192.168.30.1 --confirm-within 300\n"),
	.run = run_apply,
};

const struct command fix_experiment_command = {
	.name = "fix experiment",
	.arguments =
		"SERVICE|TARGET [--from CLIENT] [--for SECONDS] [OPTION...]",
	.summary = N_("The plan for a few seconds only: does the client come?"),
	.help = N_(
		"\n"
		"What \"stop the firewall and try again\" is meant to show, without stopping it: the\n"
		"plan for this one client is carried out with the same care as by `kiriwake fix\n"
		"apply', a connection is tried, the client is waited for, and all is taken back,\n"
		"whatever came.\n"
		"\n"
		"  --for SECONDS   how long (20)\n"
		"  -y, --yes       does not ask\n"
		"  --unrehearsed   also what could not be proven by a rehearsal\n"
		"  --from, --choose, --wait, --save: see `kiriwake fix plan --help'\n"
		"\n"
		"Exit status: 0 it got through; 1 it did not, or there is no plan; 2 usage; 3 nothing\n"
		"was changed, or it could not be taken back (`kiriwake fix status').\n"
		"\n"
		"Examples:\n"
		"  kiriwake fix experiment 5555 --from 10.1.0.7 --for 20s\n"),
	.run = run_experiment,
};

static const struct command *const part_commands[] = {
	&fix_plan_command,    &fix_rehearse_command,
	&fix_apply_command,   &fix_experiment_command,
	&fix_confirm_command, &fix_undo_command,
	&fix_status_command,  NULL,
};

const struct command command_fix = {
	.name = "fix",
	.arguments =
		"plan|rehearse|apply|experiment|confirm|undo|status [SERVICE|TARGET|CASE] [OPTION...]",
	.summary =
		N_("What to change so that it works, and proof that it does."),
	.help = N_(
		"\n"
		"  plan      the smallest change that lets it through, its exact effect, the commands\n"
		"  rehearse  the same, carried out in a throwaway network namespace\n"
		"  apply     carries it out; it is taken back by itself unless it is confirmed\n"
		"  experiment  for some seconds only: does the client come?\n"
		"  confirm   makes it last, over the next boot, too\n"
		"  undo      takes it back\n"
		"  status    every change that was made, and what became of it\n"
		"\n"
		"plan and rehearse change nothing on this host.\n"
		"`kiriwake fix plan --help' tells of one part.\n"
		"\n"
		"Examples:\n"
		"  kiriwake fix plan 5555 --from 10.1.0.7\n"
		"  kiriwake fix plan vpn.example.org:5555\n"
		"  kiriwake fix rehearse telnet --from 192.168.30.1\n"
		"  kiriwake fix apply 5555 --from 10.1.0.7\n"),
	.parts = part_commands,
	.run = run,
};
