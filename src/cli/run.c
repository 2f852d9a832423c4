#include "cli/run.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cli/near.h"

/* How often it is looked whether something has to be told. */
#define TICK (100 * (int64_t)CLOCK_MILLISECOND)

enum { NOT_FOUND = 127, NOT_RUN = 126 };

static volatile sig_atomic_t passed_on, interrupts;

static void on_signal(int signal)
{
	passed_on = signal;
}

static void on_interrupt(int signal)
{
	(void)signal;
	interrupts++;
}

/* What is meant for the program: from the terminal it comes to both of us. */
static void catch_signals(sigset_t *own)
{
	static const int passed[] = { SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 };
	struct sigaction act = { .sa_handler = on_signal };
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, own);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGQUIT, SIG_IGN);
	for (size_t i = 0; i < sizeof(passed) / sizeof(*passed); i++)
		(void)sigaction(passed[i], &act, NULL);
}

static void raise_limit(struct rlimit *own)
{
	struct rlimit most;

	if (getrlimit(RLIMIT_NOFILE, own))
		*own = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	most = *own;
	most.rlim_cur = most.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &most);
}

static int take_option(struct run *r, int argc, char *argv[], int *i)
{
	const char *arg = argv[*i];

	const struct {
		const char **ret, *name;
	} words[] = { { &r->user, "--as" }, { &r->output, "--output" } };

	if (!strcmp(arg, "-o")) {
		r->output = *i + 1 < argc ? argv[++*i] : NULL;
		return r->output ? 1 : -1;
	}
	for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++) {
		if (!cli_is(arg, words[k].name))
			continue;
		*words[k].ret = cli_value(words[k].name, argc, argv, i);
		return *words[k].ret ? 1 : -1;
	}
	if (!strcmp(arg, "--pass"))
		r->passes = true;
	else if (!strcmp(arg, "--no-check"))
		r->is_quick = true;
	else
		return 0;

	return 1;
}

static int read_request(struct run *r, int argc, char *argv[])
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		int taken;

		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		taken = cli_common(&r->cli, argc, argv, &i);
		if (!taken)
			taken = take_option(r, argc, argv, &i);
		if (taken < 0)
			return cli_usage(&command_run,
					 _("an option lacks its value"));
		if (!taken)
			return near_option(&command_run, argv[i]);
	}
	if (i >= argc)
		return cli_usage(&command_run,
				 _("which program is to be run?"));

	r->argv = argv + i;
	return 0;
}

/* The words go where the program's own cannot be mixed up with them. */
static int open_output(struct run *r)
{
	int fd = r->output
			 ? open(r->output,
				O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
			 : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);

	/* Standard error may be closed. */
	if (fd < 0 && !r->output)
		fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	r->out = fd < 0 ? NULL : fdopen(fd, "w");
	if (r->out)
		return 0;

	(void)fprintf(stderr, _("kiriwake: %s: %s\n"),
		      r->output ? r->output : "stderr", strerror(errno));
	return EXIT_USAGE;
}

/* Whoever reads what the program writes sees its end. */
static void let_go(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	(void)close(null);
}

static int cannot_start(const struct run *r, int err)
{
	const char *why = strerror(-err);

	if (err == -ENOENT && r->user)
		why = _("there is no such user");
	else if (err == -EPERM && r->user && geteuid())
		why = _("--as needs root's rights");
	else if (err == -EPERM)
		why = _("programs may not be traced here (by ptrace): kernel.yama.ptrace_scope, a container's seccomp rules, or somebody who traces this one already");
	else if (err == -ENOSYS || err == -EOPNOTSUPP)
		why = _("this kernel cannot tell of system calls; it takes Linux 5.3");
	(void)fprintf(r->out, _("kiriwake: cannot watch a program: %s\n"), why);
	return err == -ENOENT ? EXIT_USAGE : EXIT_UNKNOWN;
}

static int cannot_exec(const struct run *r)
{
	int err = r->about.exec_error;

	(void)fprintf(r->out, "kiriwake: %s: %s\n", r->argv[0], strerror(err));
	if (!r->passes)
		return EXIT_USAGE;

	return err == ENOENT ? NOT_FOUND : NOT_RUN;
}

static void tell_left(struct run *r, bool *is_told)
{
	if (*is_told || !r->about.is_over || !r->about.processes || r->cli.json)
		return;
	*is_told = true;
	(void)fprintf(
		r->out,
		ngettext(
			"kiriwake: the program has ended; %zu process that it started goes on, and is waited for.\n",
			"kiriwake: the program has ended; %zu processes that it started go on, and are waited for.\n",
			r->about.processes),
		r->about.processes);
	(void)fflush(r->out);
}

static int watch(struct run *r)
{
	int64_t ended_ns = 0;
	bool is_told = false;
	int goes_on;

	do {
		goes_on = traced_turn(r->traced, clock_now() + TICK);
		traced_about(r->traced, &r->about);
		if (passed_on) {
			traced_signal(r->traced, passed_on);
			passed_on = 0;
		}
		if (r->about.is_over && !ended_ns)
			ended_ns = clock_now();
		run_watch_tell(r, false);
		if (ended_ns && clock_now() > ended_ns + CLOCK_SECOND)
			tell_left(r, &is_told);
	} while (goes_on > 0);
	r->took_ns = (ended_ns ? ended_ns : clock_now()) - r->began_ns;
	return goes_on;
}

static void judge_rest(struct run *r)
{
	const struct sigaction act = { .sa_handler = on_interrupt };
	bool any = false;

	run_watch_tell(r, true);
	for (size_t i = 0; i < r->place_count; i++)
		any = any || run_watch_fails(r, &r->places[i]);
	/* It failed, and not by these: what do they say to us? */
	for (size_t i = 0; !any && r->about.status && i < r->place_count; i++)
		if (r->places[i].is_working &&
		    r->places[i].last.protocol == IPPROTO_TCP)
			run_case_begin(r, &r->places[i]);
	/* That all is well, or that it did not get beyond a name. */
	if (!any && (r->message_count || r->place_count))
		run_case_begin(r, &r->whole);
	/* Now Ctrl-C is ours: it asks for what is known by now. */
	(void)sigaction(SIGINT, &act, NULL);
	(void)signal(SIGQUIT, SIG_DFL);
	run_case_wait(r);
}

static int run_program(struct run *r)
{
	struct traced_request q = {
		.argv = r->argv,
		.user = r->user,
		.events = { .context = r,
			    .ended = run_watch_ended,
			    .waits = run_watch_waits,
			    .message = run_watch_message,
			    .other = run_watch_other },
	};
	int err;

	catch_signals(&q.mask);
	raise_limit(&q.files);
	r->began_ns = clock_now();
	err = r->user && geteuid() ? -EPERM : traced_start(&r->traced, &q);
	if (err)
		return cannot_start(r, err);
	let_go();
	err = watch(r);
	if (err < 0)
		return cannot_start(r, err);
	if (r->about.exec_error)
		return cannot_exec(r);

	judge_rest(r);
	return run_tell(r);
}

static int run_request(struct run *r, int argc, char *argv[])
{
	int status = read_request(r, argc, argv);

	if (!status)
		status = open_output(r);
	if (!status)
		status = run_program(r);
	traced_end(r->traced);
	recording_done(&r->drops);
	if (r->out && fclose(r->out))
		status = EXIT_UNKNOWN;
	return status;
}

static int run(struct cli *cli, int argc, char *argv[])
{
	static const size_t size = sizeof(struct run_result) * (RUN_PLACES + 1);
	struct run *r = calloc(1, sizeof(*r));
	int status = EXIT_UNKNOWN;

	if (!r)
		return EXIT_UNKNOWN;
	r->cli = *cli;
	r->pid = getpid();
	r->interrupts = &interrupts;
	r->drops = recording_none();
	r->drops_error = -EAGAIN;
	r->whole.file = r->whole.then.network = -1;
	r->messages = calloc(RUN_MESSAGES, sizeof(*r->messages));
	r->results = mmap(
		NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		// cppcheck-suppress invalidFunctionArg; RATIONALE: anonymous
		-1, 0);
	if (r->messages && r->results != MAP_FAILED)
		status = run_request(r, argc, argv);
	if (r->results != MAP_FAILED)
		(void)munmap(r->results, size);
	free(r->messages);
	free(r);
	return status;
}

const struct command command_run = {
	.name = "run",
	.arguments = "[OPTION...] [--] PROGRAM [ARGUMENT...]",
	.summary =
		N_("Runs a program, and tells why its own connections fail."),
	.help = N_(
		"The program runs as it would without this, and keeps its input, output and terminal.\n"
		"What its connections come to is watched, by ptrace and without any privilege; when\n"
		"one fails, the reason is looked for as `kiriwake check' does, as the same user, from\n"
		"the same source, cgroup and network. All is told on standard error.\n"
		"\n"
		"  -o, --output FILE   tells it there\n"
		"  --pass              the exit status is the program's (128 + signal)\n"
		"  --as USER           runs the program as that user; needs root\n"
		"  --no-check          tells what failed, and sends nothing to find out why\n"
		"\n"
		"Examples:\n"
		"  kiriwake run -- curl https://www.example.org/\n"
		"  kiriwake run --pass -o why.txt -- ./backup.sh\n"
		"  kiriwake run --json -o why.json -- ssh host.example.org true\n"),
	.run = run,
};
