#include "cli/check_rights.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "ruleset/live.h"

enum task { TASK_SOCKET, TASK_CAPTURE, TASK_RULES, TASK_PROGRAMS, TASKS };

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

/* Written to a file without a name, which is then read from its beginning. */
static int kept_file(int fds[PRIV_FDS])
{
	fds[0] = memfd_create("kiriwake", MFD_CLOEXEC);
	return fds[0] < 0 ? -errno : 0;
}

static int rules_task(const void *ask, size_t len, struct text *answer,
		      int fds[PRIV_FDS])
{
	int err = kept_file(fds);

	(void)ask;
	(void)len;
	(void)answer;
	if (!err)
		err = live_gather(fds[0], LIVE_TIMEOUT_MS);
	if (!err && lseek(fds[0], 0, SEEK_SET))
		err = -errno;

	return err;
}

static int programs_task(const void *ask, size_t len, struct text *answer,
			 int fds[PRIV_FDS])
{
	static struct cgroup_bpf programs;
	char cgroup[CGROUP_BPF_PATH];
	int err;

	(void)answer;
	if (len >= sizeof(cgroup))
		return -ENAMETOOLONG;
	memcpy(cgroup, ask, len);
	cgroup[len] = '\0';

	err = cgroup_bpf_read(cgroup, &programs);
	if (!err)
		err = kept_file(fds);
	if (!err)
		err = file_write(fds[0], &programs, sizeof(programs));
	if (!err && lseek(fds[0], 0, SEEK_SET))
		err = -errno;

	return err;
}

static const struct priv_task tasks[TASKS] = {
	[TASK_SOCKET] = { socket_task },
	[TASK_CAPTURE] = { capture_task },
	[TASK_RULES] = { rules_task },
	[TASK_PROGRAMS] = { programs_task },
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

int check_rights_rules(struct check_rights *r)
{
	int fds[PRIV_FDS] = { -1, -1 };
	int err = r && r->priv ? priv_ask(r->priv, TASK_RULES, "", 0, NULL, fds)
			       : rules_task(NULL, 0, NULL, fds);

	if (!err)
		return fds[0];
	if (fds[0] >= 0)
		(void)close(fds[0]);
	return err;
}

int check_rights_programs(struct check_rights *r, const char *cgroup,
			  struct cgroup_bpf *ret)
{
	int fds[PRIV_FDS];
	int err;

	if (!r || !r->priv)
		return cgroup_bpf_read(cgroup, ret);

	err = priv_ask(r->priv, TASK_PROGRAMS, cgroup, strlen(cgroup), NULL,
		       fds);
	if (err < 0)
		return err;
	if (read(fds[0], ret, sizeof(*ret)) != (ssize_t)sizeof(*ret))
		err = -EIO;
	(void)close(fds[0]);
	return err;
}
