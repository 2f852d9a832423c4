#include "host/serving.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/text.h"
#include "fact/culprit.h"
#include "host/links.h"
#include "host/look.h"
#include "host/process.h"

int serving_ask(struct looking *l, int (*what)(struct looking *l))
{
	const struct look_question *asked = l->question;
	struct look_question q = *asked;
	int error;

	if (q.has_inner) {
		q.server = q.inner;
		q.port = q.inner_port;
		q.has_server = true;
	}
	if (q.has_server && !address_is_loopback(&q.server) &&
	    !links_own(l->links, &q.server))
		return 0;

	l->question = &q;
	error = what(l);
	l->question = asked;
	return error;
}

bool serving_is_sure(const struct looking *l)
{
	const struct fact_set *own = &l->facts->set;
	const struct fact_set *all = &l->record->general.set;

	return l->question->has_inner || fact_has(own, FACT_NO_DNAT) ||
	       fact_has(all, FACT_NO_DNAT) ||
	       fact_has(own, FACT_CONNTRACK_NO_NAT) ||
	       fact_has(all, FACT_CONNTRACK_NO_NAT);
}

int serving_ask_sure(struct looking *l, int (*what)(struct looking *l),
		     void (*forget)(struct looking *l))
{
	int error = serving_ask(l, what);

	if (!serving_is_sure(l))
		forget(l);
	return error;
}

int serving_read(struct serving *s, const char *where,
		 const struct look_question *q)
{
	*s = (struct serving){ .cache = q->owners };
	return listeners_read_open(where, q->protocol, q->port,
				   q->has_client ? &q->client : NULL,
				   &s->sockets);
}

int serving_find_owners(struct serving *s)
{
	uint32_t *inodes = calloc(s->sockets.count + 1, sizeof(*inodes));
	size_t count = 0;
	int error;

	if (!inodes)
		return -ENOMEM;

	for (size_t i = 0; i < s->sockets.count; i++)
		if (s->sockets.list[i].inode)
			inodes[count++] = s->sockets.list[i].inode;
	owners_done(&s->owners);
	error = s->cache ? owners_find_cached(s->cache, inodes, count,
					      &s->owners)
			 : owners_find(inodes, count, &s->owners);
	free(inodes);
	return error;
}

void serving_done(struct serving *s)
{
	listeners_done(&s->sockets);
	owners_done(&s->owners);
}

struct listeners_packet serving_packet(const struct look_question *q)
{
	return (struct listeners_packet){ .address = q->server,
					  .device = q->device,
					  .has_address = q->has_server };
}

const struct listener *serving_best(const struct serving *s,
				    const struct look_question *q,
				    enum listeners_fit *ret)
{
	const struct listeners_packet p = serving_packet(q);
	const struct listener *best = NULL;

	*ret = LISTENERS_FITS;
	for (size_t i = 0; i < s->sockets.count; i++) {
		enum listeners_fit fit = listeners_fit(&s->sockets.list[i], &p);

		if (!best || fit < *ret) {
			best = &s->sockets.list[i];
			*ret = fit;
		}
	}

	return best;
}

static unsigned owner_count(const struct serving *s, uint32_t inode)
{
	unsigned count = 0;

	for (size_t i = 0; i < s->owners.count; i++)
		count += s->owners.list[i].inode == inode;

	return count;
}

void serving_program(struct text *out, const struct serving *s,
		     const struct listener *socket)
{
	const struct owner *o = owners_of(&s->owners, socket->inode);
	unsigned others = owner_count(s, socket->inode);
	struct process p;

	if (!o || process_read(o->pid, &p))
		text_str(out, s->owners.is_partial
				      ? _("a program of another user")
				      : _("the kernel"));
	else if (others > 1)
		text_format(out, _("%1$s (pid %2$d and %3$u more)"), p.name,
			    p.pid, others - 1);
	else
		text_format(out, _("%1$s (pid %2$d)"), p.name, p.pid);
}

void serving_socket(struct text *out, const struct listener *socket,
		    const struct links *links)
{
	const struct links_link *l =
		socket->device && links ? links_by_index(links, socket->device)
					: NULL;

	listeners_text(out, socket, l ? l->name : NULL);
}

static const char *protocol_name(uint8_t protocol)
{
	return protocol == IPPROTO_UDP ? "udp" : "tcp";
}

static void add_process(struct culprit *c, struct arena *a, int pid)
{
	struct process p;

	if (pid && !process_read(pid, &p)) {
		culprit_text(c, a, "program", p.name);
		culprit_number(c, "pid", pid);
	}
}

struct culprit *serving_culprit(struct arena *a, const struct serving *s,
				const struct listener *socket,
				const struct links *links)
{
	const struct owner *o = owners_of(&s->owners, socket->inode);
	const struct links_link *l =
		socket->device && links ? links_by_index(links, socket->device)
					: NULL;
	struct text where = TEXT_NULL, address = TEXT_NULL;
	struct process p;
	struct culprit *c;

	serving_socket(&where, socket, links);
	address_text(&address, &socket->address);
	if (o && !process_read(o->pid, &p))
		text_format(&where, " %s (pid %d)", p.name, p.pid);
	c = culprit_new(a, CULPRIT_SOCKET, VANTAGE_SERVER, "%s %s",
			protocol_name(socket->protocol), text_string(&where));
	culprit_text(c, a, "address", text_string(&address));
	culprit_number(c, "port", socket->port);
	if (l)
		culprit_text(c, a, "device", l->name);
	add_process(c, a, o ? o->pid : 0);
	if (socket->state == TCP_LISTEN)
		culprit_number(c, "backlog", socket->backlog);
	text_done(&where);
	text_done(&address);
	return c;
}

struct culprit *serving_process(struct arena *a, int pid)
{
	struct process p = { .pid = pid };
	struct culprit *c;
	int error = process_read(pid, &p);

	c = culprit_new(a, CULPRIT_PROCESS, VANTAGE_SERVER, "%s (pid %d)",
			error ? "?" : p.name, pid);
	if (!error) {
		const char now[2] = { p.state, '\0' };

		culprit_text(c, a, "program", p.name);
		culprit_text(c, a, "state", now);
	}
	culprit_number(c, "pid", pid);
	return c;
}

struct culprit *serving_no_socket(struct arena *a,
				  const struct look_question *q)
{
	struct culprit *c =
		culprit_new(a, CULPRIT_SOCKET, VANTAGE_SERVER, "%s/%u",
			    protocol_name(q->protocol), q->port);

	culprit_number(c, "port", q->port);
	return c;
}
