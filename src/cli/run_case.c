#include "cli/run_case.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "cli/target.h"
#include "net/dns.h"
#include "priv/confine.h"
#include "report/words.h"

/*
 * Why one attempt failed, in a process of its own: the same as `kiriwake check'
 * of that destination, as the same user, from the same source, cgroup and
 * network. If that fails in the same way, its verdict is the program's. If it
 * does not, the verdict is drawn of what the program was told (run_own.c).
 */

/* What this process has to be, to stand where the program did. */

/* The hierarchy is where systemd and everybody else mounts it. */
static bool join_cgroup(const char *cgroup)
{
	static const char *const roots[] = { "/sys/fs/cgroup",
					     "/sys/fs/cgroup/unified" };
	bool has_joined = false;

	for (size_t i = 0; i < 2 && !has_joined; i++) {
		struct text path = TEXT_NULL;
		int fd;

		text_format(&path, "%s%s/cgroup.procs", roots[i], cgroup);
		fd = open(text_string(&path), O_WRONLY | O_CLOEXEC);
		if (fd >= 0) {
			has_joined = write(fd, "0", 1) == 1;
			(void)close(fd);
		}
		text_done(&path);
	}

	return has_joined;
}

static void join(struct run_case *c)
{
	const struct run_then *then = &c->place->then;

	c->lacks_cgroup = *then->cgroup && !join_cgroup(then->cgroup);
	c->lacks_network =
		then->network >= 0 && setns(then->network, CLONE_NEWNET);
}

/* Its sockets are as the program's were. */
static int open_socket(void *context, int family, int type, int protocol)
{
	struct run_case *c = context;
	const struct traced_attempt *a = &c->place->failed;
	int fd = check_rights_socket(&c->check.rights, family, type, protocol);

	if (fd < 0 || (type & 0xf) == SOCK_RAW)
		return fd;
	if (*a->device)
		(void)setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, a->device,
				 (socklen_t)strlen(a->device));
	if (a->mark)
		(void)setsockopt(fd, SOL_SOCKET, SO_MARK, &a->mark,
				 sizeof(a->mark));
	return fd;
}

static int begin_rights(struct run_case *c)
{
	const struct traced_attempt *a = &c->place->failed;
	struct text user = TEXT_NULL;
	int err;

	if (!geteuid() && run_case_has_failed(c) && a->uid)
		text_format(&user, "%u:%u", a->uid, a->gid);
	err = check_rights_start(&c->check.rights,
				 user.len ? text_string(&user) : NULL);
	text_done(&user);
	/* A change of rights forgets it. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != c->run->pid)
		return -ESRCH;
	/* Whoever had nothing to give up asks the tools himself. */
	if (!err && c->check.rights.priv)
		err = confine_enter();
	return err == -EINVAL ? 0 : err;
}

/* What is asked for. */

int run_case_target(struct run_case *c, const char *host, uint16_t port)
{
	const struct traced_attempt *a = &c->place->last;
	struct case_record *record = c->check.record;
	struct text url = TEXT_NULL, why = TEXT_NULL;
	bool is_v6 = strchr(host, ':');
	int err;

	text_format(&url, "%s://%s%s%s:%u",
		    a->protocol == IPPROTO_UDP ? "udp" : "tcp",
		    is_v6 ? "[" : "", host, is_v6 ? "]" : "", port ? port : 1U);
	err = target_parse(&record->target, record->arena, text_string(&url),
			   NULL, &why);
	text_clear(&url);
	run_tell_place(&url, a);
	record->target.text =
		arena_string(record->arena, port ? text_string(&url) : host);
	record->target.scheme = NULL;
	if (!port) {
		record->target.port = 0;
		record->target.service = NULL;
	}
	text_done(&url);
	text_done(&why);
	return err;
}

static void set_options(struct run_case *c)
{
	const struct traced_attempt *a = &c->place->failed;
	struct probe_options *o = &c->check.options;

	o->open_socket = open_socket;
	o->open_context = c;
	if (run_case_has_failed(c) && a->has_from) {
		o->is_bound = true;
		o->source = a->from;
	}
	for (size_t i = 0; i < CASE_ATTEMPTS; i++)
		c->check.local[i].mark = a->mark;
}

/* What it came to. */

static void keep_result(struct run_case *c, int status)
{
	const struct verdict *v = &c->check.verdict.verdict;
	struct run_result *s = c->place->result;

	s->exit = status < 0 ? EXIT_UNKNOWN : status;
	(void)snprintf(s->cause, sizeof(s->cause), "%s",
		       v->cause ? v->cause->id : "");
	(void)snprintf(s->title, sizeof(s->title), "%s",
		       v->cause ? _(v->cause->title) : "");
	(void)snprintf(s->certainty, sizeof(s->certainty), "%s",
		       v->cause ? words_certainty(v->certainty) : "");
	s->is_there = true;
}

static int judge(struct run_case *c)
{
	const struct traced_attempt *a = &c->place->failed;
	char name[DNS_NAME_SIZE] = "";
	struct text host = TEXT_NULL;
	int err;

	if (c->place->last.has_to)
		run_names_of(c->run, &c->place->last.to,
			     c->place->result->name);
	if (!run_case_has_failed(c) && c->place != &c->run->whole)
		return run_own_worked(c);
	if (!run_case_has_failed(c)) {
		if (run_own_works(c->run) || !run_names_missing(c->run, name))
			return run_own_healthy(c);
		err = run_case_target(c, name, 0);
		if (!err)
			err = check_run(&c->check);
		/* It is there now; the program may have asked otherwise. */
		if (!err && c->check.record->attempt_count)
			return !c->run->about.status;
		return err;
	}
	if (!a->has_to)
		return run_own_nowhere(c);

	if (*c->place->result->name)
		text_str(&host, c->place->result->name);
	else
		address_text(&host, &a->to);
	err = run_case_target(c, text_string(&host), a->port);
	text_done(&host);
	if (!err && !c->lacks_network)
		err = check_look(&c->check);
	else if (!err)
		c->check.diag = diag_new();
	if (err)
		return err;

	return c->check.diag ? run_own_judge(c) : -ENOMEM;
}

static int tell(struct run_case *c)
{
	struct check_screen *s = &c->check.screen;

	s->seen = s->told = 0;
	check_screen_sync(s, c->check.record);
	return check_tell(&s->ticket, &c->run->cli, c->check.record,
			  &c->check.verdict, NULL);
}

static int run_judge(struct run_case *c)
{
	int err;

	c->check = (struct check){ .pcap_file = -1, .case_file = -1 };
	c->check.record = case_new();
	if (!c->check.record)
		return -ENOMEM;
	join(c);
	set_options(c);
	err = begin_rights(c);
	if (err)
		return err;

	check_screen_init(&c->check.screen, &c->run->cli, c->check.record);
	c->check.screen.is_quiet = true; /* until it is known which to show */
	c->check.screen.is_terminal = false;
	err = judge(c);
	if (err > 0) {
		c->place->result->is_void = c->place->result->is_there = true;
		return 0;
	}
	c->check.screen.is_quiet = c->run->cli.json;
	return err < 0 ? err : tell(c);
}

__attribute__((noreturn)) static void child(struct run *r, struct run_place *p)
{
	struct run_case c = { .run = r, .place = p };
	sigset_t none;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int status;

	/* The terminal's signals are the program's. */
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(p->file, STDOUT_FILENO);
	status = run_judge(&c);
	if (!p->result->is_void)
		keep_result(&c, status);
	(void)fflush(stdout);
	if (c.check.rights.priv)
		check_rights_end(&c.check.rights);
	_exit(0);
}

void run_case_begin(struct run *r, struct run_place *p)
{
	if (p->result || r->is_quick || r->cases == RUN_CASES)
		return;

	p->file = memfd_create("kiriwake", MFD_CLOEXEC);
	if (p->file < 0)
		return;
	r->cases++;
	p->result = &r->results[p == &r->whole ? RUN_PLACES
					       : (size_t)(p - r->places)];
	(void)fflush(NULL);
	p->judge = fork();
	if (!p->judge)
		child(r, p);
}

static bool is_judged(const struct run *r)
{
	for (size_t i = 0; i < r->place_count; i++)
		if (r->places[i].judge > 0)
			return false;

	return r->whole.judge <= 0;
}

/* The first Ctrl-C has them tell what they know; the second ends them. */
static void pass_on(const struct run *r, int count)
{
	int signal = count > 1 ? SIGKILL : SIGINT;

	for (size_t i = 0; i < r->place_count; i++)
		if (r->places[i].judge > 0)
			(void)kill(r->places[i].judge, signal);
	if (r->whole.judge > 0)
		(void)kill(r->whole.judge, signal);
}

void run_case_wait(struct run *r)
{
	int status;

	while (!is_judged(r)) {
		pid_t pid = waitpid(-1, &status, 0);

		if (pid > 0)
			run_watch_other(r, pid, status);
		else if (errno != EINTR)
			break;
		else if (*r->interrupts)
			pass_on(r, *r->interrupts);
	}
}
