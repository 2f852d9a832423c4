#include "fix/applier.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/tool.h"

/* The order and the rules that it was made from lie in files without names, which
 * both have; the socket carries single letters and answers of fixed size. */
struct applier {
	int control, order, rules;
	pid_t pid;
};

struct applier_answer {
	int err;
	char id[32];
	char why[1024];
};

struct worker {
	struct applier ends;
	struct arena *arena;
	struct order order;
	struct ledger ledger;
};

enum { TRIAL_MS = 15000 };

static int read_whole(int fd, struct text *ret)
{
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;

	return file_read(ret, fd, ORDER_MOST);
}

static int work_apply(struct worker *w, struct text *why)
{
	struct text order = TEXT_NULL, rules = TEXT_NULL;
	int err = read_whole(w->ends.order, &order);

	if (!err)
		err = read_whole(w->ends.rules, &rules);
	if (!err)
		err = order_read(&w->order, w->arena, text_string(&order),
				 order.len);
	if (!err)
		err = apply_begin(&w->ledger, w->arena, &w->order, &rules, why);
	text_done(&order);
	text_done(&rules);
	return err;
}

/* What the user typed, or an address: no option. */
static bool is_word(const char *s)
{
	return s && *s && *s != '-';
}

static int work_try(const struct worker *w)
{
	const struct order *o = &w->order;
	const char *argv[8 + ORDER_ASKED] = { "kiriwake" };
	size_t count = 1;
	struct tool t = { 0 }, *const list[] = { &t };
	int ret;

	if (!is_word(o->service))
		return -EINVAL;
	argv[count++] = o->client ? "server" : "check";
	argv[count++] = o->service;
	if (is_word(o->port))
		argv[count++] = o->port;
	for (size_t i = 0; i < o->asked_count && !o->client; i++)
		argv[count++] = o->asked[i];
	if (is_word(o->client)) {
		argv[count++] = "--from";
		argv[count++] = o->client;
		argv[count++] = "--probe";
	}
	tool_start(&t, "/proc/self/exe", argv);
	tool_finish(list, 1, tool_now_ms() + TRIAL_MS);
	ret = !t.failed && !t.timed_out && WIFEXITED(t.status)
		      ? WEXITSTATUS(t.status)
		      : -EIO;
	tool_done(&t);
	return ret;
}

static int work(struct worker *w, char letter, struct text *why)
{
	if (letter == 'a')
		return work_apply(w, why);
	if (letter == 't')
		return work_try(w);
	if (letter == 'u')
		return apply_undo(&w->ledger, &w->order, why);
	if (letter == 'c')
		return apply_confirm(&w->ledger, &w->order, why);

	return -EINVAL;
}

static void be_deaf(void)
{
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGTSTP, SIG_IGN);
}

__attribute__((noreturn)) static void serve(const struct applier *ends)
{
	struct worker w = { .ends = *ends,
			    .arena = arena_new(),
			    .ledger = LEDGER_CLOSED };
	char letter;

	(void)setsid();
	be_deaf();
	(void)prctl(PR_SET_NAME, "kiriwake-apply");
	while (w.arena && recv(ends->control, &letter, 1, 0) == 1) {
		struct applier_answer a = { 0 };
		struct text why = TEXT_NULL;

		a.err = work(&w, letter, &why);
		memcpy(a.id, w.ledger.id, sizeof(a.id));
		if (why.len)
			memcpy(a.why, text_string(&why),
			       why.len < sizeof(a.why) ? why.len
						       : sizeof(a.why) - 1);
		text_done(&why);
		if (send(ends->control, &a, sizeof(a), MSG_NOSIGNAL) < 0)
			break;
	}

	_exit(0);
}

static void close_all(const struct applier *p)
{
	const int fds[] = { p->control, p->order, p->rules };

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
}

int applier_start(struct applier **ret)
{
	struct applier *p = malloc(sizeof(*p));
	int ends[2], err = 0;

	*ret = NULL;
	if (!p)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		free(p);
		return -errno;
	}
	*p = (struct applier){
		.control = ends[1],
		.order = memfd_create("order", MFD_CLOEXEC),
		.rules = memfd_create("rules", MFD_CLOEXEC),
	};
	p->pid = p->order < 0 || p->rules < 0 ? -1 : fork();
	if (!p->pid) {
		(void)close(ends[0]);
		serve(p);
	}
	if (p->pid < 0)
		err = -errno;
	(void)close(ends[1]);
	p->control = ends[0];
	if (err) {
		close_all(p);
		free(p);
		return err;
	}
	*ret = p;
	return 0;
}

void applier_end(struct applier *p)
{
	if (!p)
		return;
	close_all(p);
	(void)waitpid(p->pid, NULL, 0);
	free(p);
}

static int ask(struct applier *p, char letter, struct applier_answer *ret,
	       struct text *why)
{
	ssize_t len;

	if (send(p->control, &letter, 1, MSG_NOSIGNAL) < 0)
		return -EPIPE;
	do
		len = recv(p->control, ret, sizeof(*ret), 0);
	while (len < 0 && errno == EINTR);
	if (len != sizeof(*ret))
		return -EPIPE;

	ret->id[sizeof(ret->id) - 1] = ret->why[sizeof(ret->why) - 1] = '\0';
	if (why)
		text_str(why, ret->why);
	return ret->err;
}

int applier_apply(struct applier *p, const struct order *o,
		  const struct text *planned, char id[32], struct text *why)
{
	struct text order = TEXT_NULL;
	struct applier_answer a = { 0 };
	int err = order_write(&order, o);

	if (!err)
		err = file_write(p->order, text_string(&order), order.len);
	if (!err)
		err = file_write(p->rules, text_data(planned), planned->len);
	if (!err)
		err = ask(p, 'a', &a, why);
	memcpy(id, a.id, sizeof(a.id));
	text_done(&order);
	return err;
}

int applier_try(struct applier *p)
{
	struct applier_answer a;

	return ask(p, 't', &a, NULL);
}

int applier_undo(struct applier *p, struct text *why)
{
	struct applier_answer a;

	return ask(p, 'u', &a, why);
}

int applier_confirm(struct applier *p, struct text *why)
{
	struct applier_answer a;

	return ask(p, 'c', &a, why);
}
