/* Whether the client that a change is for has got through. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cli/fix.h"
#include "host/listeners.h"
#include "host/route.h"

enum { LOOK_MS = 100 };

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

static bool is_within(const struct address *a, const struct fix_ask *ask)
{
	return !ask->has_client ||
	       (address_is_v4(a) == address_is_v4(&ask->client) &&
		route_is_prefix(&ask->client, ask->client_prefix, a));
}

/* One that is over counts, too. A half-open one is not through. */
static bool has_come(const struct fix_run *x)
{
	const struct fix_ask *ask = &x->plan.ask;
	const struct listeners_question q = {
		.where = "",
		.protocol = ask->protocol,
		.port = ask->port,
		.states = 1U << TCP_ESTABLISHED | 1U << TCP_FIN_WAIT1 |
			  1U << TCP_FIN_WAIT2 | 1U << TCP_TIME_WAIT |
			  1U << TCP_CLOSE_WAIT | 1U << TCP_LAST_ACK,
	};
	struct listeners l = { 0 };
	bool found = false;

	if (ask->protocol == IPPROTO_TCP && !listeners_read(&q, &l))
		for (size_t i = 0; i < l.count && !found; i++)
			found = l.list[i].peer_port &&
				is_within(&l.list[i].peer, ask);
	listeners_done(&l);
	return found;
}

bool fix_client_wait(const struct fix_run *x, unsigned seconds)
{
	struct sigaction act = { .sa_handler = on_interrupt,
				 .sa_flags = (int)SA_RESETHAND };
	struct progress shown = { 0 };
	int64_t began = clock_now();
	bool came = false;

	(void)sigaction(SIGINT, &act, NULL);
	while (!came && !interrupted &&
	       clock_now() - began < (int64_t)seconds * CLOCK_SECOND) {
		came = has_come(x);
		if (!came)
			(void)poll(NULL, 0, LOOK_MS);
		progress_show(&shown, _("waiting for the client"),
			      (uint64_t)((clock_now() - began) / CLOCK_SECOND),
			      seconds);
	}
	progress_end(&shown);
	return came;
}
