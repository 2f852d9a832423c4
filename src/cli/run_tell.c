#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/json.h"
#include "cli/run.h"
#include "report/words.h"

enum { DOCUMENT_MOST = 4 << 20 };

static const char *const calls[] = {
	[TRACED_SOCKET] = "socket",
	[TRACED_BIND] = "bind",
	[TRACED_CONNECT] = "connect",
	[TRACED_SEND] = "send",
};

static void text_endpoint(struct text *out, const struct address *a,
			  uint16_t port)
{
	bool is_v4 = address_is_v4(a);

	if (!is_v4 && port)
		text_char(out, '[');
	address_text(out, a);
	if (!is_v4 && port)
		text_char(out, ']');
	if (port)
		text_format(out, ":%u", port);
}

void run_tell_place(struct text *out, const struct traced_attempt *a)
{
	if (a->has_to)
		text_endpoint(out, &a->to, a->port);
	else if (a->has_from)
		text_endpoint(out, &a->from, a->from_port);
	else
		text_format(out, "%s()", calls[a->call]);
}

static void add_reason(struct text *out, const struct traced_attempt *a)
{
	struct text span = TEXT_NULL;

	clock_span(&span, a->took_ns);
	if (a->end == TRACED_GIVEN_UP)
		text_format(out, _("no answer; given up after %s"),
			    text_string(&span));
	else if (!a->error)
		text_format(
			out,
			_("failed within %s, and the program did not ask why"),
			text_string(&span));
	else if (a->took_ns < 100 * (int64_t)CLOCK_MILLISECOND)
		text_format(out, _("%1$s() fails: %2$s"), calls[a->call],
			    strerror(a->error));
	else
		text_format(out, _("%1$s() fails after %3$s: %2$s"),
			    calls[a->call], strerror(a->error),
			    text_string(&span));
	text_done(&span);
}

void run_tell_attempt(struct text *out, const struct traced_attempt *a)
{
	struct text name = TEXT_NULL;

	words_clean(&name, a->program);
	if (a->has_to || a->has_from) {
		run_tell_place(out, a);
		text_str(out, a->protocol == IPPROTO_UDP ? " udp: " : ": ");
	}
	add_reason(out, a);
	text_format(out, " (%s, %d)", text_string(&name), (int)a->pid);
	text_done(&name);
}

/* The most important one that failed comes first. */

/* Of the addresses of a name, one verdict is of all. */
static bool is_twin(const struct run *r, const struct run_place *p)
{
	for (const struct run_place *o = r->places;
	     p->result && *p->result->name && o < p &&
	     o < r->places + r->place_count;
	     o++)
		if (o->result && o->result->is_there && !o->result->is_void &&
		    o->last.port == p->last.port &&
		    o->last.protocol == p->last.protocol &&
		    !strcmp(o->result->name, p->result->name) &&
		    !strcmp(o->result->cause, p->result->cause))
			return true;

	return false;
}

static int weight(const struct run *r, const struct run_place *p)
{
	if (!p->result || !p->result->is_there || p->result->is_void ||
	    (p != &r->whole && is_twin(r, p)))
		return -1;
	if (p->result->exit == EXIT_FAULT)
		return p->last.protocol == IPPROTO_TCP ? 4 : 3;

	return p->result->exit == EXIT_HEALTHY ? 1 : 2;
}

static struct run_place *chief(struct run *r)
{
	struct run_place *best = weight(r, &r->whole) >= 0 ? &r->whole : NULL;

	for (size_t i = 0; i < r->place_count; i++)
		if (weight(r, &r->places[i]) > (best ? weight(r, best) : -1))
			best = &r->places[i];

	return best;
}

static bool is_fault(const struct run *r, const struct run_place *p)
{
	const struct run_result *s = p->result;
	bool is_judged = s && s->is_there;

	if (p->is_working) /* but the program failed */
		return is_judged && !s->is_void && s->exit == EXIT_FAULT;

	return run_watch_fails(r, p) && !(is_judged && s->is_void);
}

static size_t count_faults(const struct run *r)
{
	size_t count = 0;

	for (size_t i = 0; i < r->place_count; i++)
		count += is_fault(r, &r->places[i]);

	return count;
}

static int load(struct text *out, const struct run_place *p)
{
	if (p->file < 0 || lseek(p->file, 0, SEEK_SET) < 0)
		return -ENOENT;

	return file_read(out, p->file, DOCUMENT_MOST);
}

/* JSON. */

static void member_number(struct json *j, const char *name, int64_t value,
			  bool is_there)
{
	json_name(j, name);
	if (is_there)
		json_i64(j, value);
	else
		json_null(j);
}

static void program_json(struct json *j, const struct run *r)
{
	int status = r->about.status;

	json_name(j, "program");
	json_object(j);
	json_name(j, "command");
	json_array(j);
	for (char *const *a = r->argv; *a; a++)
		json_string(j, *a);
	json_array_end(j);
	json_member_u64(j, "pid", (uint64_t)r->about.pid);
	member_number(j, "exit", WEXITSTATUS(status), WIFEXITED(status));
	member_number(j, "signal", WTERMSIG(status), WIFSIGNALED(status));
	json_name(j, "seconds");
	json_double(j, (double)r->took_ns / 1e9, 3);
	json_member_u64(j, "stops", r->about.stops);
	json_member(j, "lost_rights",
		    *r->about.lost_rights ? r->about.lost_rights : NULL);
	json_object_end(j);
}

static void attempt_json(struct json *j, const struct traced_attempt *a)
{
	struct text t = TEXT_NULL;

	json_object(j);
	json_member(j, "call", calls[a->call]);
	member_number(j, "errno", a->error, a->error);
	json_member(j, "error", a->error ? strerrorname_np(a->error) : NULL);
	json_name(j, "given_up");
	json_bool(j, a->end == TRACED_GIVEN_UP);
	json_name(j, "ms");
	json_double(j, (double)a->took_ns / 1e6, 1);
	json_member(j, "program", a->program);
	json_member_u64(j, "pid", (uint64_t)a->pid);
	json_member_u64(j, "uid", a->uid);
	if (a->has_from)
		text_endpoint(&t, &a->from, a->from_port);
	json_member(j, "source", t.len ? text_string(&t) : NULL);
	json_object_end(j);
	text_done(&t);
}

static void place_json(struct json *j, const struct run *r,
		       const struct run_place *p)
{
	const struct traced_attempt *a = &p->last;
	const struct run_result *s = p->result;
	struct text t = TEXT_NULL;

	if (a->has_to)
		address_text(&t, &a->to);
	json_object(j);
	json_member(j, "address", a->has_to ? text_string(&t) : NULL);
	member_number(j, "port", a->port, a->has_to);
	json_member(j, "name", s && s->is_there && *s->name ? s->name : NULL);
	json_member(j, "transport", a->protocol == IPPROTO_UDP ? "udp" : "tcp");
	json_member_u64(j, "tried", p->tried);
	json_member_u64(j, "worked", p->worked);
	json_name(j, "failed");
	if (p->failures)
		attempt_json(j, &p->failed);
	else
		json_null(j);
	json_name(j, "is_fault");
	json_bool(j, is_fault(r, p));
	json_member(j, "cause",
		    s && s->is_there && *s->cause ? s->cause : NULL);
	json_object_end(j);
	text_done(&t);
}

static void not_seen_json(struct json *j, const struct run *r)
{
	json_name(j, "not_seen");
	json_array(j);
	if (r->about.has_io_uring)
		json_string(j, "io_uring");
	if (r->about.is_blind)
		json_string(j, "sockets");
	json_array_end(j);
}

/* A document as it stands within another: without its end of line. */
static void splice(struct text *out, const struct run_place *p, bool is_open)
{
	struct text doc = TEXT_NULL;
	const char *at;

	if (!load(&doc, p) && doc.len) {
		at = text_string(&doc);
		while (doc.len && (at[doc.len - 1] == '\n'))
			text_cut(&doc, doc.len - 1);
		at = text_string(&doc);
		text_str(out, is_open && *at == '{' ? at + 1 : at);
	}
	text_done(&doc);
}

static void others_json(struct text *out, struct run *r,
			const struct run_place *first)
{
	const char *between = "\n    ";

	text_str(out, ",\n  \"others\": [");
	for (size_t i = 0; i < r->place_count; i++) {
		const struct run_place *p = &r->places[i];

		if (p == first || weight(r, p) < 0)
			continue;
		text_str(out, between);
		splice(out, p, false);
		between = ",\n    ";
	}
	text_str(out, "]");
}

/* The document of the most important one, with what is of the program. */
static void tell_json(struct run *r)
{
	const struct run_place *first = chief(r);
	struct text out = TEXT_NULL;
	struct json j = json_over(&out, true);

	json_object(&j);
	program_json(&j, r);
	json_name(&j, "connections");
	json_array(&j);
	for (size_t i = 0; i < r->place_count; i++)
		place_json(&j, r, &r->places[i]);
	json_array_end(&j);
	not_seen_json(&j, r);
	others_json(&out, r, first);
	text_str(&out, ",");
	if (first) {
		splice(&out, first, true);
		text_char(&out, '\n');
	} else {
		text_str(
			&out,
			"\n  \"kiriwake\": 1,\n  \"target\": null,\n  \"steps\": [],\n  \"verdict\": null,\n  \"syns_sent\": 0,\n  \"problems\": []\n}\n");
	}
	(void)fwrite(out.data, 1, out.len, r->out);
	text_done(&out);
}

/* Text. */

static void tell_end(const struct run *r)
{
	struct text span = TEXT_NULL, name = TEXT_NULL;
	int status = r->about.status;

	clock_span(&span, r->took_ns);
	words_clean(&name, r->argv[0]);
	if (WIFSIGNALED(status))
		(void)fprintf(
			r->out,
			_("kiriwake: %1$s was ended by signal %2$d (%3$s) after %4$s.\n"),
			text_string(&name), WTERMSIG(status),
			strsignal(WTERMSIG(status)), text_string(&span));
	else
		(void)fprintf(
			r->out,
			_("kiriwake: %1$s ended with status %2$d after %3$s.\n"),
			text_string(&name), WEXITSTATUS(status),
			text_string(&span));
	text_done(&span);
	text_done(&name);
}

static void tell_counts(const struct run *r)
{
	unsigned tried = 0, worked = 0, asked = 0;
	size_t faults = count_faults(r);

	for (size_t i = 0; i < r->place_count; i++) {
		const struct run_place *p = &r->places[i];

		if (p->last.protocol != IPPROTO_TCP) {
			asked += p->tried;
			continue;
		}
		tried += p->tried;
		worked += p->worked;
	}
	if (!tried && !asked)
		(void)fputs(_("  It opened no connection.\n"), r->out);
	else if (!tried)
		(void)fputs(_("  It opened no TCP connection; it used UDP.\n"),
			    r->out);
	else if (tried == worked)
		(void)fprintf(r->out,
			      ngettext("  Its %u connection worked.\n",
				       "  All of its %u connections worked.\n",
				       tried),
			      tried);
	else
		(void)fprintf(
			r->out,
			_("  Connections: %1$u tried, %2$u of them worked.\n"),
			tried, worked);
	if (!faults && tried != worked)
		(void)fputs(
			_("  What failed was tried again or by another address, and worked.\n"),
			r->out);
}

static void tell_places(const struct run *r)
{
	for (size_t i = 0; i < r->place_count; i++) {
		const struct run_place *p = &r->places[i];
		struct text t = TEXT_NULL;

		if (!p->failures || (!is_fault(r, p) && !r->cli.verbose))
			continue;
		run_tell_attempt(&t, &p->failed);
		if (p->failures > 1)
			text_format(&t, _("; %u times"), p->failures);
		(void)fprintf(r->out, "  - %s\n", text_string(&t));
		text_done(&t);
	}
}

static void tell_limits(const struct run *r)
{
	if (*r->about.lost_rights)
		(void)fprintf(
			r->out,
			_("  %s ran without the rights that its file gives: a program that is traced gets none. Run kiriwake as root, with --as USER.\n"),
			r->about.lost_rights);
	if (r->about.has_io_uring)
		(void)fputs(
			_("  It uses io_uring: what it opens by that was not seen.\n"),
			r->out);
	if (r->about.is_blind)
		(void)fputs(
			_("  Its sockets could not be looked at: answers that came later were not seen.\n"),
			r->out);
	if (r->uncounted)
		(void)fprintf(
			r->out,
			_("  There were more than %d destinations; the rest is not told.\n"),
			RUN_PLACES);
}

static void tell_ticket(const struct run *r, const struct run_place *p)
{
	struct text doc = TEXT_NULL, where = TEXT_NULL;

	if (weight(r, p) < 0)
		return;
	run_tell_place(&where, &p->last);
	if (*p->result->name)
		text_format(&where, " (%s)", p->result->name);
	if (p != &r->whole)
		(void)fprintf(r->out, "\n%s\n", text_string(&where));
	if (p != &r->whole && p->is_working)
		(void)fputs(
			_("  The connection worked. The program failed, and this is what kiriwake meets there:\n"),
			r->out);
	if (!load(&doc, p))
		(void)fwrite(doc.data, 1, doc.len, r->out);
	text_done(&doc);
	text_done(&where);
}

static void tell_text(struct run *r)
{
	const struct run_place *first = chief(r);

	tell_end(r);
	tell_counts(r);
	tell_places(r);
	tell_limits(r);
	if (first &&
	    (first != &r->whole || first->result->exit != EXIT_HEALTHY))
		tell_ticket(r, first);
	for (size_t i = 0; i < r->place_count; i++)
		if (&r->places[i] != first)
			tell_ticket(r, &r->places[i]);
}

static int exit_of(struct run *r)
{
	const struct run_place *first = chief(r);

	if (r->passes) {
		int status = r->about.status;

		return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
					   : WEXITSTATUS(status);
	}
	if (first && first->result->exit != EXIT_HEALTHY)
		return first->result->exit;
	if (count_faults(r))
		return EXIT_FAULT;

	return r->about.has_io_uring || r->about.is_blind ? EXIT_UNKNOWN
							  : EXIT_HEALTHY;
}

int run_tell(struct run *r)
{
	if (r->cli.json)
		tell_json(r);
	else
		tell_text(r);
	(void)fflush(r->out);
	return exit_of(r);
}
