#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/counters.h"
#include "host/look.h"
#include "host/process.h"
#include "host/reader.h"
#include "host/serving.h"
#include "net/resolv_conf.h"

/*
 * What the service itself waits for while the client waits: the process that
 * has the client's connection asks the client's port 113 (ident, RFC 1413), or
 * a name server. That process is known by its sockets; what it is asked is
 * for the capture to say. And whether anything here has opened a connection
 * meanwhile: a front end that opened none has lost none.
 */
enum { PORT_IDENT = 113, PORT_DNS = 53, FILE_BYTES = 64 * 1024 };

struct state {
	struct counters_taken counters;
	bool has_counters;
};

static const enum fact_kind told[] = {
	FACT_IDENT_WAITS,
	FACT_SERVICE_ASKS_DNS,
	FACT_NOTHING_OPENED,
	FACT_BACKEND_FAILS,
};

static void forget(struct looking *l)
{
	look_forget(l, told, sizeof(told) / sizeof(*told));
}

static bool has_seen(const struct looking *l, enum fact_kind kind)
{
	return l->seen && fact_has(l->seen, kind);
}

/* The inode of the client's connection; 0: no program has it. */
static uint32_t own_connection(const struct look_question *q)
{
	const struct listeners_question ask = {
		.where = "",
		.port = q->port,
		.peer_port = q->client_port,
		.protocol = IPPROTO_TCP,
		.states = 1 << TCP_ESTABLISHED | 1 << TCP_CLOSE_WAIT,
	};
	struct listeners found = { 0 };
	uint32_t inode = 0;

	if (!listeners_read(&ask, &found))
		for (size_t i = 0; i < found.count; i++)
			if (address_equal(&found.list[i].peer, &q->client))
				inode = found.list[i].inode;
	listeners_done(&found);
	return inode;
}

/* One of the processes that have both sockets; 0: none has. */
static int pid_of_both(uint32_t one, uint32_t other)
{
	const uint32_t inodes[] = { one, other };
	struct owners o = { 0 };
	int pid = 0;

	if (!owners_find(inodes, 2, &o))
		for (size_t i = 0; i < o.count && !pid; i++)
			for (size_t k = 0; k < o.count && !pid; k++)
				if (o.list[i].inode == one &&
				    o.list[k].inode == other &&
				    o.list[i].pid == o.list[k].pid)
					pid = o.list[i].pid;
	owners_done(&o);
	return pid;
}

/* The process that has the client's connection and such a socket, which goes to
 * that address (NULL: to any): *ret is the socket. 0: there is none. */
static int asker(const struct listeners_question *ask, uint32_t own,
		 const struct address *peer, struct listener *ret)
{
	struct listeners found = { 0 };
	int pid = 0;

	if (!listeners_read(ask, &found))
		for (size_t i = 0; i < found.count && !pid; i++) {
			const struct listener *s = &found.list[i];

			if (!s->inode || s->peer_port != ask->peer_port ||
			    (peer && !address_equal(&s->peer, peer)))
				continue;
			pid = pid_of_both(own, s->inode);
			*ret = *s;
		}
	listeners_done(&found);
	return pid;
}

static void tell_ident(struct looking *l, uint32_t own)
{
	const struct listeners_question ask = {
		.where = "",
		.peer_port = PORT_IDENT,
		.protocol = IPPROTO_TCP,
		.states = 1 << TCP_SYN_SENT,
		.asks_all = true,
	};
	struct text client = TEXT_NULL;
	struct listener s;
	struct process p;
	int pid = asker(&ask, own, &l->question->client, &s);

	if (!pid || process_read(pid, &p))
		return;

	address_text(&client, &l->question->client);
	look_step(l, STEP_FAIL,
		  _("%1$s (pid %2$d) asks %3$s who its user is (ident, port "
		    "113), and is not answered"),
		  p.name, pid, text_string(&client));
	look_tell(
		l, FACT_IDENT_WAITS, serving_process(l->record->arena, pid),
		_("%1$s (pid %2$d), which has the client's connection, waits for an answer of %3$s to its SYN to port 113 (ident)."),
		p.name, pid, text_string(&client));
	text_done(&client);
}

/* The line of /etc/resolv.conf that names it; 0: none does. */
static unsigned line_of(const struct address *server)
{
	struct text file = TEXT_NULL;
	struct resolv_conf conf;
	unsigned line = 0;

	if (!reader_file("/etc/resolv.conf", FILE_BYTES, &file)) {
		resolv_conf_read(&conf, text_string(&file), file.len);
		for (size_t i = 0; i < conf.server_count && !line; i++)
			if (address_equal(&conf.servers[i].address, server))
				line = conf.servers[i].line;
	}
	text_done(&file);
	return line;
}

static struct culprit *blame_server(struct looking *l,
				    const struct address *server, int pid)
{
	struct arena *a = l->record->arena;
	unsigned line = line_of(server);
	struct text name = TEXT_NULL;
	struct culprit *c;

	if (!line)
		return serving_process(a, pid);

	address_text(&name, server);
	c = culprit_new(a, CULPRIT_CONFIG_LINE, VANTAGE_SERVER, "nameserver %s",
			text_string(&name));
	culprit_text(c, a, "file", "/etc/resolv.conf");
	culprit_number(c, "line", line);
	text_done(&name);
	return c;
}

static void tell_dns(struct looking *l, uint32_t own)
{
	const struct listeners_question ask = {
		.where = "",
		.peer_port = PORT_DNS,
		.protocol = IPPROTO_UDP,
		.states = LISTENERS_ANY_STATE,
		.asks_all = true,
	};
	struct text server = TEXT_NULL;
	struct listener s;
	struct process p;
	int pid = asker(&ask, own, NULL, &s);

	if (!pid || process_read(pid, &p))
		return;

	address_text(&server, &s.peer);
	look_step(l, STEP_FAIL,
		  _("%1$s (pid %2$d) asks the name server %3$s, and waits"),
		  p.name, pid, text_string(&server));
	look_tell(
		l, FACT_SERVICE_ASKS_DNS, blame_server(l, &s.peer, pid),
		_("%1$s (pid %2$d), which has the client's connection, waits for the name server %3$s."),
		p.name, pid, text_string(&server));
	text_done(&server);
}

/* What this host itself saw of the service happens again with the client: it
 * closes, and a connection that was opened for that one fails. */
static void tell_backend(struct looking *l, const struct counters_taken *now)
{
	static const enum fact_kind ways[] = { FACT_PROCESS_CLOSED,
					       FACT_PROCESS_RESET,
					       FACT_PROCESS_ABORTED };
	const struct state *s = l->state;
	const struct fact *end = NULL;

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways) && !end; i++)
		end = facts_get(l->facts, ways[i]);
	if (!end ||
	    !fact_has(&l->record->general.set, FACT_LOCAL_INNER_FAILS) ||
	    !counters_grown(&s->counters, now, COUNTER_ACTIVE_OPENS) ||
	    !counters_grown(&s->counters, now, COUNTER_ATTEMPT_FAILS))
		return;

	look_step(l, STEP_FAIL,
		  _("a connection that was opened for the client's failed"));
	look_tell(
		l, FACT_BACKEND_FAILS, end->culprit,
		_("While the client's connection was open, a connection of this host's failed, as it does each time that the service is spoken to."));
}

static void tell_opened(struct looking *l)
{
	const struct state *s = l->state;
	struct counters_taken now;

	if (!s->has_counters || counters_read(&now) ||
	    !now.has[COUNTER_ACTIVE_OPENS])
		return;
	if (!counters_grown(&s->counters, &now, COUNTER_ACTIVE_OPENS))
		look_tell(l, FACT_NOTHING_OPENED, NULL, NULL);
	else
		tell_backend(l, &now);
}

static int look(struct looking *l)
{
	struct state *s = l->state;

	forget(l);
	/* As late as possible before an attempt. */
	if (!l->question->client_port)
		s->has_counters = !counters_read(&s->counters);
	return 0;
}

static int after_here(struct looking *l)
{
	uint32_t own;

	if (!has_seen(l, FACT_HANDSHAKE_DONE) ||
	    has_seen(l, FACT_SERVER_DATA) ||
	    l->question->protocol != IPPROTO_TCP)
		return 0;

	tell_opened(l);
	if (has_seen(l, FACT_SERVER_FIN) || has_seen(l, FACT_SERVER_RST))
		return 0;
	own = own_connection(l->question);
	if (own) {
		tell_ident(l, own);
		tell_dns(l, own);
	}
	return 0;
}

static int after(struct looking *l)
{
	return serving_ask(l, after_here);
}

const struct look look_waits = {
	.id = "waits",
	.title = N_("what the service waits for"),
	.needs = "CAP_SYS_PTRACE",
	.state_size = sizeof(struct state),
	.before = look,
	.client = look,
	.anybody = look,
	.after = after,
};
