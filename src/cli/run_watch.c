#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "cli/run.h"
#include "drops/drops.h"
#include "host/netlink.h"
#include "host/process.h"
#include "host/sockets.h"
#include "host/sysctl.h"
#include "report/words.h"

#define MS ((int64_t)CLOCK_MILLISECOND)

/* A program that goes on is not interrupted by what ends with it anyway; and
 * other addresses may work within that. */
#define TELL_AFTER (300 * MS)

static bool is_same(const struct traced_attempt *a,
		    const struct traced_attempt *b)
{
	if (a->has_to != b->has_to || a->protocol != b->protocol)
		return false;
	if (a->has_to)
		return address_equal(&a->to, &b->to) && a->port == b->port;

	return a->call == b->call && a->error == b->error &&
	       a->family == b->family && a->has_from == b->has_from &&
	       (!a->has_from || address_equal(&a->from, &b->from));
}

static struct run_place *place_of(struct run *r, const struct traced_attempt *a)
{
	struct run_place *p;

	for (size_t i = 0; i < r->place_count; i++)
		if (is_same(&r->places[i].last, a))
			return &r->places[i];
	if (r->place_count == RUN_PLACES) {
		r->uncounted++;
		return NULL;
	}

	p = &r->places[r->place_count++];
	p->file = p->then.network = -1;
	return p;
}

/* What was so at that time. */

static bool is_proxy(const char *line)
{
	static const char end[] = "_proxy=";
	const char *at = strchr(line, '=');

	return at && at - line >= (ptrdiff_t)sizeof(end) - 2 &&
	       !strncasecmp(at - (sizeof(end) - 2), end, sizeof(end) - 2) &&
	       strncasecmp(line, "no_", 3) != 0;
}

/* Without a user and password that may stand in it. */
static void copy_proxy(char *out, const char *value)
{
	const char *at = strrchr(value, '@');
	const char *host = strstr(value, "://");
	size_t scheme = host ? (size_t)(host + 3 - value) : 0;

	if (at && (size_t)(at - value) >= scheme) {
		memcpy(out, value, scheme);
		out += scheme;
		value = at + 1;
	}
	memcpy(out, value, strlen(value) + 1);
}

static void read_proxies(struct run_then *then, pid_t pid)
{
	enum { ENVIRONMENT_MOST = 256 * 1024 };

	struct text all = TEXT_NULL, path = TEXT_NULL;

	then->proxy_count = 0;
	text_format(&path, "/proc/%d/environ", (int)pid);
	if (file_load(&all, text_string(&path), ENVIRONMENT_MOST))
		text_clear(&all);
	for (size_t i = 0; i < all.len && then->proxy_count < RUN_PROXIES;) {
		const char *line = text_string(&all) + i;

		i += strlen(line) + 1;
		if (is_proxy(line)) {
			struct run_proxy *p = &then->proxies[then->proxy_count];
			size_t len = strcspn(line, "=");

			if (len >= sizeof(p->name) ||
			    strlen(line + len + 1) >= sizeof(p->value))
				continue;
			memcpy(p->name, line, len);
			p->name[len] = '\0';
			copy_proxy(p->value, line + len + 1);
			then->proxy_count++;
		}
	}
	text_done(&all);
	text_done(&path);
}

static void read_cgroup_of(pid_t pid, char *ret, size_t size)
{
	enum { MOST = 16 * 1024 };

	struct text all = TEXT_NULL, path = TEXT_NULL;
	const char *at;

	text_format(&path, "/proc/%d/cgroup", (int)pid);
	*ret = '\0';
	if (!file_load(&all, text_string(&path), MOST)) {
		at = strstr(text_string(&all), "0::");
		if (at && strcspn(at + 3, "\n") < size) {
			size_t len = strcspn(at + 3, "\n");

			memcpy(ret, at + 3, len);
			ret[len] = '\0';
		}
	}
	text_done(&all);
	text_done(&path);
}

static void read_cgroup(struct run_then *then, pid_t pid)
{
	char own[sizeof(then->cgroup)];

	read_cgroup_of(getpid(), own, sizeof(own));
	read_cgroup_of(pid, then->cgroup, sizeof(then->cgroup));
	if (!strcmp(own, then->cgroup))
		then->cgroup[0] = '\0';
}

/* Another network namespace is kept open: it would go with its program. */
static void read_network(struct run_then *then, pid_t pid)
{
	struct text path = TEXT_NULL;
	struct stat own, its;
	int fd;

	text_format(&path, "/proc/%d/ns/net", (int)pid);
	fd = open(text_string(&path), O_RDONLY | O_CLOEXEC);
	text_done(&path);
	if (fd < 0)
		return;
	if (fstat(fd, &its) || stat("/proc/self/ns/net", &own) ||
	    (its.st_ino == own.st_ino && its.st_dev == own.st_dev)) {
		(void)close(fd);
		return;
	}
	if (then->network >= 0)
		(void)close(then->network);
	then->network = fd;
}

/* What security modules judge a process by. */
static void read_label_of(pid_t pid, char *ret, size_t size)
{
	struct text all = TEXT_NULL, path = TEXT_NULL;

	text_format(&path, "/proc/%d/attr/current", (int)pid);
	*ret = '\0';
	if (!file_load(&all, text_string(&path), size))
		(void)snprintf(ret, size, "%.*s",
			       (int)strcspn(text_string(&all), "\n"),
			       text_string(&all));
	text_done(&all);
	text_done(&path);
}

static void read_label(struct run_then *then, pid_t pid)
{
	char own[sizeof(then->label)];

	read_label_of(getpid(), own, sizeof(own));
	read_label_of(pid, then->label, sizeof(then->label));
	if (!strcmp(own, then->label))
		then->label[0] = '\0';
}

static void read_then(struct run_then *then, const struct traced_attempt *a)
{
	struct process_files files;
	int family = a->family;

	if (!process_files(a->pid, &files)) {
		then->files_most = files.most;
		then->files_open = files.open;
	}
	read_network(then, a->pid);
	then->has_ports =
		then->network < 0 && a->error == EADDRNOTAVAIL &&
		a->call == TRACED_CONNECT &&
		!sysctl_pair("net.ipv4.ip_local_port_range", then->ports) &&
		!sockets_ports_used(family, then->ports, &then->ports_used);
	read_cgroup(then, a->pid);
	read_label(then, a->pid);
	read_proxies(then, a->pid);
}

/* From the first that fails or waits: what it sends is sent again. It costs
 * something for every connection of the host, so not before. */
static void begin_drops(struct run *r)
{
	static const struct drops_request all;
	int file = -1, control = -1;

	if (r->drops_error != -EAGAIN || r->is_quick)
		return;
	r->drops_error = drops_start(&all, &file, &control);
	if (!r->drops_error)
		r->drops = recording_of(file, control);
}

void run_watch_ended(void *context, const struct traced_attempt *a)
{
	struct run *r = context;
	struct run_place *p;

	/* Servers are refused ports, too. */
	if (a->call == TRACED_BIND && a->error != EADDRNOTAVAIL)
		return;
	p = place_of(r, a);
	if (!p)
		return;

	p->last = *a;
	p->tried++;
	p->waiting = false;
	p->is_working = a->end == TRACED_WORKED;
	if (p->is_working) {
		if (!p->worked++ && a->protocol == IPPROTO_TCP)
			read_proxies(&p->then, a->pid);
		/* What was found out while it waited is of no use. */
		if (p->result)
			p->result->is_void = true;
		return;
	}
	begin_drops(r);
	p->failures++;
	p->failed = *a;
	if (!p->result)
		read_then(&p->then, a);
	/* Its cgroup may go with it. */
	if (*p->then.cgroup && run_watch_fails(r, p))
		run_case_begin(r, p);
}

/* Silence that long hardly ends well; and if it does, that is no fault. */
void run_watch_waits(void *context, const struct traced_attempt *a)
{
	struct run *r = context;
	struct run_place *p = place_of(r, a);

	begin_drops(r);
	if (!p || p->result)
		return;
	p->last = p->failed = *a;
	p->failed.end = TRACED_GIVEN_UP;
	p->failed.took_ns = clock_now() - a->began_ns;
	p->waiting = true;
	read_then(&p->then, a);
	run_case_begin(r, p);
}

void run_watch_message(void *context, bool is_query, const void *data,
		       size_t len)
{
	struct run *r = context;
	struct run_message *m = &r->messages[r->message_count % RUN_MESSAGES];

	if (len > sizeof(m->data))
		return;
	m->is_query = is_query;
	m->len = len;
	memcpy(m->data, data, len);
	r->message_count++;
}

static void judge_ended(struct run_place *p, pid_t pid)
{
	if (p->judge == pid)
		p->judge = 0;
}

void run_watch_other(void *context, pid_t pid, int status)
{
	struct run *r = context;

	(void)status;
	for (size_t i = 0; i < r->place_count; i++)
		judge_ended(&r->places[i], pid);
	judge_ended(&r->whole, pid);
}

/* The same service by the other family works. */
static bool has_working_kin(const struct run *r, const struct run_place *p)
{
	for (size_t i = 0; i < r->place_count; i++) {
		const struct run_place *o = &r->places[i];

		if (o != p && o->is_working && o->last.has_to &&
		    o->last.protocol == p->last.protocol &&
		    o->last.port == p->last.port &&
		    o->last.family != p->last.family)
			return true;
	}

	return false;
}

static bool has_other(const struct run *r, uint8_t protocol)
{
	for (size_t i = 0; i < r->place_count; i++)
		if (r->places[i].last.has_to &&
		    (!protocol || r->places[i].last.protocol == protocol))
			return true;

	return false;
}

bool run_watch_fails(const struct run *r, const struct run_place *p)
{
	const struct traced_attempt *a = &p->failed;

	if (!p->failures || p->is_working)
		return false;
	/* Resolvers sort addresses by what connect() says of a datagram. */
	if (a->call == TRACED_CONNECT && a->protocol == IPPROTO_UDP)
		return !has_other(r, IPPROTO_TCP) && !has_working_kin(r, p);
	/* A family that this host does not have is asked for and passed
	 * over. */
	if (a->call == TRACED_SOCKET && a->error == EAFNOSUPPORT)
		return !has_other(r, 0);
	if (a->error == ENETUNREACH || a->error == EADDRNOTAVAIL)
		return !has_working_kin(r, p);

	return true;
}

/* What was found out meanwhile. */
static void explain(struct run *r, struct run_place *p)
{
	const struct run_result *s = p->result;
	struct text t = TEXT_NULL, title = TEXT_NULL;

	if (p->is_explained || !p->is_told || !s || !s->is_there ||
	    s->is_void || p->is_working || !*s->cause)
		return;
	p->is_explained = true;
	run_tell_place(&t, &p->failed);
	words_clean(&title, s->title);
	(void)fprintf(r->out, _("kiriwake: %1$s: %2$s (%3$s, %4$s)\n"),
		      text_string(&t), text_string(&title), s->cause,
		      s->certainty);
	(void)fflush(r->out);
	text_done(&t);
	text_done(&title);
}

void run_watch_tell(struct run *r, bool is_over)
{
	int64_t now = clock_now();

	for (size_t i = 0; i < r->place_count; i++) {
		struct run_place *p = &r->places[i];
		struct text t = TEXT_NULL;

		if (!is_over && !r->cli.json)
			explain(r, p);
		if (p->is_told || !run_watch_fails(r, p) ||
		    (!is_over &&
		     now < p->failed.began_ns + p->failed.took_ns + TELL_AFTER))
			continue;
		p->is_told = true;
		run_case_begin(r, p);
		if (is_over || r->cli.json)
			continue;
		run_tell_attempt(&t, &p->failed);
		(void)fprintf(r->out, "kiriwake: %s\n", text_string(&t));
		(void)fflush(r->out);
		text_done(&t);
	}
}
