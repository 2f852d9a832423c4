#include "cli/check_rights.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/host_rights.h"
#include "host/netfilter.h"
#include "priv/needs.h"

enum task {
	TASK_SOCKET,
	TASK_CAPTURE,
	TASK_DROPS,
	TASK_TRACE,
	TASK_STAND_IN,
	TASK_POLICY,
	TASK_RULES,
	TASK_RULES_BEGIN,
	TASK_READER,
	TASKS
};

struct socket_ask {
	int family, type, protocol;
};

static int socket_task(const void *ask, size_t len, struct text *answer,
		       int fds[PRIV_FDS])
{
	struct socket_ask q;

	(void)answer;
	if (len != sizeof(q))
		return -EINVAL;
	memcpy(&q, ask, sizeof(q));
	/* Nothing else than probes need. */
	if (q.family != AF_INET && q.family != AF_INET6)
		return -EINVAL;

	fds[0] = socket(q.family, q.type, q.protocol);
	return fds[0] < 0 ? -errno : 0;
}

static int capture_task(const void *ask, size_t len, struct text *answer,
			int fds[PRIV_FDS])
{
	struct live_request q;

	(void)answer;
	if (len != sizeof(q))
		return -EINVAL;
	memcpy(&q, ask, sizeof(q));
	q.filter[LIVE_FILTER - 1] = '\0';
	for (size_t i = 0; i < LIVE_DEVICES; i++)
		q.devices[i][LIVE_NAME - 1] = '\0';

	return live_capture_start(&q, &fds[0], &fds[1]);
}

static int drops_task(const void *ask, size_t len, struct text *answer,
		      int fds[PRIV_FDS])
{
	struct drops_request q;

	(void)answer;
	if (len != sizeof(q))
		return -EINVAL;
	memcpy(&q, ask, sizeof(q));
	return drops_start(&q, &fds[0], &fds[1]);
}

static int trace_task(const void *ask, size_t len, struct text *answer,
		      int fds[PRIV_FDS])
{
	struct nftrace_request q;

	(void)answer;
	if (len != sizeof(q))
		return -EINVAL;
	memcpy(&q, ask, sizeof(q));
	for (size_t i = 0; i < NFTRACE_DEVICES; i++)
		q.devices[i][NFTRACE_NAME - 1] = '\0';

	return nftrace_start(&q, &fds[0], &fds[1]);
}

static int stand_in_task(const void *ask, size_t len, struct text *answer,
			 int fds[PRIV_FDS])
{
	struct stand_in_sent sent;
	struct stand_in q;
	int err;

	if (len != sizeof(q))
		return -EINVAL;
	memcpy(&q, ask, sizeof(q));
	err = stand_in_begin(&q, &sent, &fds[0]);
	if (!err)
		text_bytes(answer, &sent, sizeof(sent));
	return err;
}

static int policy_task(const void *ask, size_t len, struct text *answer,
		       int fds[PRIV_FDS])
{
	struct own_policy *p = calloc(1, sizeof(*p));

	(void)ask;
	(void)len;
	fds[0] = -1; /* an answer in words */
	if (!p)
		return -ENOMEM;
	own_policy_read(p);
	text_bytes(answer, p, sizeof(*p));
	free(p);
	return 0;
}

/* What the tools print is not read here. The kernel tells sooner than they which
 * tables there are. */
static int gather_rules(int file)
{
	struct text tables = TEXT_NULL;
	bool is_known = !netfilter_tables(&tables) && text_ok(&tables);
	int err = live_gather(file, LIVE_TIMEOUT_MS,
			      is_known ? text_string(&tables) : NULL);

	if (!err && lseek(file, 0, SEEK_SET) < 0)
		err = -errno;
	text_done(&tables);
	return err;
}

static int rules_task(const void *ask, size_t len, struct text *answer,
		      int fds[PRIV_FDS])
{
	(void)ask;
	(void)len;
	(void)answer;
	fds[0] = host_rights_file();
	return fds[0] < 0 ? fds[0] : gather_rules(fds[0]);
}

/* The same, while other things are asked. It ends with the helper. */
static int rules_begin_task(const void *ask, size_t len, struct text *answer,
			    int fds[PRIV_FDS])
{
	int ends[2], err;
	pid_t pid;

	(void)ask;
	(void)len;
	(void)answer;
	fds[0] = host_rights_file();
	if (fds[0] < 0)
		return fds[0];
	if (pipe2(ends, O_CLOEXEC))
		return -errno;

	fds[1] = ends[0];
	pid = fork();
	if (pid < 0) {
		err = -errno;
		(void)close(ends[1]);
		return err;
	}
	if (!pid) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		err = gather_rules(fds[0]);
		_exit(file_write(ends[1], &err, sizeof(err)) ? 1 : 0);
	}
	(void)close(ends[1]);
	return 0;
}

static const struct priv_task tasks[TASKS] = {
	[TASK_SOCKET] = { socket_task },
	[TASK_CAPTURE] = { capture_task },
	[TASK_DROPS] = { drops_task },
	[TASK_TRACE] = { trace_task },
	[TASK_STAND_IN] = { stand_in_task },
	[TASK_POLICY] = { policy_task },
	[TASK_RULES] = { rules_task },
	[TASK_RULES_BEGIN] = { rules_begin_task },
	[TASK_READER] = { host_rights_task },
};

_Static_assert(sizeof(struct own_policy) <= PRIV_ANSWER_MOST,
	       "an answer is too long");

_Static_assert(sizeof(struct live_request) <= PRIV_ASK_MOST &&
		       sizeof(struct drops_request) <= PRIV_ASK_MOST &&
		       sizeof(struct nftrace_request) <= PRIV_ASK_MOST &&
		       sizeof(struct stand_in) <= PRIV_ASK_MOST,
	       "a question is too long");

static bool has_any_need(void)
{
	const struct need *n;

	for (size_t i = 0; (n = needs_at(i)); i++)
		if (needs_has(n))
			return true;

	return false;
}

int check_rights_start(struct check_rights *r, const char *as_user)
{
	int err;

	*r = (struct check_rights){ .is_other_user = as_user };
	if (geteuid() && as_user)
		return -EPERM;
	if (geteuid() && !has_any_need())
		return 0;

	err = priv_start(&r->priv, tasks, TASKS, as_user);
	if (err)
		return err;

	r->reader = host_rights_reader(r->priv, TASK_READER);
	if (!r->reader)
		return -ENOMEM;
	reader_use(r->reader);
	return 0;
}

void check_rights_end(struct check_rights *r)
{
	if (r->begun.is_there) {
		(void)close(r->begun.file);
		(void)close(r->begun.end);
		r->begun.is_there = false;
	}
	if (r->reader)
		reader_use(NULL);
	reader_free(r->reader);
	r->reader = NULL;
	priv_end(r->priv);
	r->priv = NULL;
}

int check_rights_socket(void *context, int family, int type, int protocol)
{
	struct check_rights *r = context;
	const struct socket_ask q = { family, type, protocol };
	int fds[PRIV_FDS], err, fd;
	/* A raw one no user has; of the others the owner matters. */
	bool is_raw = (type & 0xf) == SOCK_RAW;

	if (!r->priv || (r->is_other_user && !is_raw)) {
		fd = socket(family, type, protocol);
		return fd < 0 ? -errno : fd;
	}

	err = priv_ask(r->priv, TASK_SOCKET, &q, sizeof(q), NULL, fds);
	return err < 0 ? err : fds[0];
}

/* What is asked for begins in a process of its own, which writes to *file. */
static int ask_to_record(struct check_rights *r, enum task task,
			 const void *request, size_t size, int *file,
			 int *control)
{
	int fds[PRIV_FDS];
	int err = priv_ask(r->priv, task, request, size, NULL, fds);

	*file = fds[0];
	*control = fds[1];
	return err;
}

int check_rights_capture(struct check_rights *r,
			 const struct live_request *request, int *file,
			 int *control)
{
	if (!r->priv)
		return live_capture_start(request, file, control);

	return ask_to_record(r, TASK_CAPTURE, request, sizeof(*request), file,
			     control);
}

int check_rights_drops(struct check_rights *r,
		       const struct drops_request *request, int *file,
		       int *control)
{
	if (!r->priv)
		return drops_start(request, file, control);

	return ask_to_record(r, TASK_DROPS, request, sizeof(*request), file,
			     control);
}

int check_rights_trace(struct check_rights *r,
		       const struct nftrace_request *request, int *file,
		       int *control)
{
	if (!r->priv)
		return nftrace_start(request, file, control);

	return ask_to_record(r, TASK_TRACE, request, sizeof(*request), file,
			     control);
}

int check_rights_stand_in(struct check_rights *r, const struct stand_in *q,
			  struct stand_in_sent *sent, int *control)
{
	struct text t = TEXT_NULL;
	int fds[PRIV_FDS] = { -1, -1 };
	int err;

	if (!r->priv)
		return stand_in_begin(q, sent, control);

	err = priv_ask(r->priv, TASK_STAND_IN, q, sizeof(*q), &t, fds);
	if (!err && t.len != sizeof(*sent))
		err = -EIO;
	if (!err)
		memcpy(sent, t.data, sizeof(*sent));
	*control = fds[0];
	text_done(&t);
	return err;
}

int check_rights_policy(struct check_rights *r, struct own_policy *ret)
{
	struct text t = TEXT_NULL;
	int fds[PRIV_FDS];
	int err;

	if (!r || !r->priv) {
		own_policy_read(ret);
		return 0;
	}

	err = priv_ask(r->priv, TASK_POLICY, NULL, 0, &t, fds);
	if (!err && t.len != sizeof(*ret))
		err = -EIO;
	if (!err)
		memcpy(ret, t.data, sizeof(*ret));
	text_done(&t);
	return err;
}

void check_rights_rules_begin(struct check_rights *r)
{
	int fds[PRIV_FDS];

	if (!r->priv || r->begun.is_there ||
	    priv_ask(r->priv, TASK_RULES_BEGIN, NULL, 0, NULL, fds))
		return;

	r->begun = (struct check_rights_begun){ fds[0], fds[1], true };
}

/* 0 or -errno; *ret is the file. */
static int await_tools(struct check_rights *r, int *ret)
{
	struct text end = TEXT_NULL;
	int err = file_read(&end, r->begun.end, sizeof(err));

	*ret = r->begun.file;
	if (!err && end.len != sizeof(err))
		err = -EPIPE;
	if (!err)
		memcpy(&err, end.data, sizeof(err));
	(void)close(r->begun.end);
	r->begun.is_there = false;
	text_done(&end);
	return err;
}

/* What the tools print, as a part of what is asked of the host. */
static int ask_tools(void *context, struct text *ret)
{
	struct check_rights *r = context;
	int fds[PRIV_FDS] = { -1, -1 };
	int err;

	if (r && r->begun.is_there)
		err = await_tools(r, &fds[0]);
	else if (r && r->priv)
		err = priv_ask(r->priv, TASK_RULES, NULL, 0, NULL, fds);
	else
		err = rules_task(NULL, 0, NULL, fds);
	if (!err)
		err = file_read(ret, fds[0], READER_ANSWER_MOST);
	if (fds[0] >= 0)
		(void)close(fds[0]);
	return err;
}

int check_rights_gather(struct check_rights *r, struct text *ret)
{
	int err = reader_note("rules", ask_tools, r, ret);

	return err > 0 ? -EBADMSG : err;
}

int check_rights_rules(struct check_rights *r, struct ruleset *ruleset,
		       struct live *ret)
{
	struct text printed = TEXT_NULL;
	int err = check_rights_gather(r, &printed);

	if (!err)
		err = live_read_gathered(ruleset, text_string(&printed),
					 printed.len, ret);
	text_done(&printed);
	return err;
}

void check_rights_owner(const struct check_rights *r, uint32_t *uid,
			uint32_t *gid)
{
	bool is_root = r && r->priv && !r->is_other_user;

	*uid = is_root ? 0 : (uint32_t)geteuid();
	*gid = is_root ? 0 : (uint32_t)getegid();
}
