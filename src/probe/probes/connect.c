#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "probe/probe.h"

struct state {
	int fd;
};

static int begin(struct probing *p)
{
	struct state *s = p->state;
	bool v4 = address_is_v4(&p->attempt->address);
	struct sockaddr_storage sa;
	socklen_t len = probe_sockaddr(p->attempt, p->attempt->port, &sa);

	s->fd = probe_socket(p, v4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
	if (s->fd < 0)
		return s->fd;

	p->record->syns++;
	(void)connect(s->fd, (struct sockaddr *)&sa, len);
	return probe_watch(p, s->fd, 4);
}

static int ready(struct probing *p, int fd, short events)
{
	int err = 0;
	socklen_t len = sizeof(err);

	(void)events;
	(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (!err) {
		p->attempt->is_connected = true;
		fact_tell(p->facts, FACT_HANDSHAKE_DONE, "connect", NULL, NULL);
		probe_end(p, STEP_PASS, _("connected"));
		return 0;
	}
	if (err == ECONNREFUSED)
		fact_tell(p->facts, FACT_RST_FOR_SYN, "connect", NULL, NULL);
	probe_end(p, STEP_FAIL, "%s", strerror(err));
	return 0;
}

static int due(struct probing *p)
{
	(void)p;
	return 0;
}

static enum step_status stop(struct probing *p, struct text *step)
{
	fact_tell(p->facts, FACT_SYN_SEEN, "connect", NULL, NULL);
	fact_tell(p->facts, FACT_SYN_SILENCE, "connect", NULL, NULL);
	text_str(step, _("no answer"));
	return STEP_FAIL;
}

const struct probe probe_connect = {
	.id = "connect",
	.title = N_("connects to the port"),
	.state_size = sizeof(struct state),
	.begin = begin,
	.ready = ready,
	.due = due,
	.stop = stop,
};
