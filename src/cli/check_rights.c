#include "cli/check_rights.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum task { TASK_SOCKET, TASK_CAPTURE, TASK_TOOL_START, TASK_TOOL_END, TASKS };

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

struct start_ask {
	enum live_source source;
	bool other;
};

struct end_ask {
	pid_t pid;
	bool is_late;
};

struct end_answer {
	int ended, status;
};

/* Only its own children can be ended: a user's cannot be named. */
static pid_t started[LIVE_SOURCE_COUNT];

static int tool_start_task(const void *ask, size_t len, struct text *answer,
			   int fds[PRIV_FDS])
{
	struct start_ask q;
	pid_t pid = 0;
	int err;

	if (len != sizeof(q))
		return -EINVAL;
	memcpy(&q, ask, sizeof(q));
	if ((unsigned)q.source >= LIVE_SOURCE_COUNT)
		return -EINVAL;

	err = live_tool_start(NULL, q.source, q.other, &pid, fds);
	if (err < 0)
		return err;
	started[q.source] = pid;
	text_bytes(answer, &pid, sizeof(pid));
	return 0;
}

static int tool_end_task(const void *ask, size_t len, struct text *answer,
			 int fds[PRIV_FDS])
{
	struct end_answer a = { -ECHILD, 0 };
	struct end_ask q;

	(void)fds;
	if (len != sizeof(q))
		return -EINVAL;
	memcpy(&q, ask, sizeof(q));
	for (size_t i = 0; i < LIVE_SOURCE_COUNT; i++)
		if (q.pid > 0 && started[i] == q.pid)
			a.ended = live_tool_end(NULL, q.pid, q.is_late,
						&a.status);
	text_bytes(answer, &a, sizeof(a));
	return 0;
}

static const struct priv_task tasks[TASKS] = {
	[TASK_SOCKET] = { socket_task },
	[TASK_CAPTURE] = { capture_task },
	[TASK_TOOL_START] = { tool_start_task },
	[TASK_TOOL_END] = { tool_end_task },
};

_Static_assert(sizeof(struct live_request) <= PRIV_ASK_MOST,
	       "a question is too long");

int check_rights_start(struct check_rights *r, const char *as_user)
{
	*r = (struct check_rights){ .is_other_user = as_user };
	if (geteuid()) {
		if (!as_user)
			return 0;
		return -EPERM;
	}

	return priv_start(&r->priv, tasks, TASKS, as_user);
}

void check_rights_end(struct check_rights *r)
{
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

int check_rights_capture(struct check_rights *r,
			 const struct live_request *request, int *file,
			 int *control)
{
	int fds[PRIV_FDS];
	int err;

	if (!r->priv)
		return live_capture_start(request, file, control);

	err = priv_ask(r->priv, TASK_CAPTURE, request, sizeof(*request), NULL,
		       fds);
	*file = fds[0];
	*control = fds[1];
	return err;
}

static int ask_start(void *context, enum live_source source, bool other,
		     pid_t *pid, int fds[2])
{
	struct check_rights *r = context;
	const struct start_ask q = { source, other };
	struct text answer = TEXT_NULL;
	int err =
		priv_ask(r->priv, TASK_TOOL_START, &q, sizeof(q), &answer, fds);

	if (!err && answer.len == sizeof(*pid))
		memcpy(pid, answer.data, sizeof(*pid));
	else if (!err)
		err = -EPIPE;
	text_done(&answer);
	return err;
}

static int ask_end(void *context, pid_t pid, bool is_late, int *status)
{
	struct check_rights *r = context;
	const struct end_ask q = { pid, is_late };
	struct end_answer a = { -EPIPE, 0 };
	struct text answer = TEXT_NULL;
	int fds[PRIV_FDS];
	int err = priv_ask(r->priv, TASK_TOOL_END, &q, sizeof(q), &answer, fds);

	if (!err && answer.len == sizeof(a))
		memcpy(&a, answer.data, sizeof(a));
	text_done(&answer);
	*status = a.status;
	return err < 0 ? err : a.ended;
}

void check_rights_tools(struct check_rights *r, struct live_runner *ret)
{
	if (!r->priv) {
		*ret = (struct live_runner){ .start = live_tool_start,
					     .end = live_tool_end };
		return;
	}

	*ret = (struct live_runner){ .start = ask_start,
				     .end = ask_end,
				     .context = r,
				     .has_rights = true };
}
