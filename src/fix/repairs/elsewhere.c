/*
 * What nothing on this host mends: who can, what he is asked for, and a message
 * to send him with what was seen. Stands last: it speaks up where no other repair
 * had anything, so that every cause ends in something to do.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "base/text.h"
#include "diag/cause.h"
#include "fix/kit.h"

enum { SHOWN_MOST = 12, NS = 1000000000 };

/* Whatever this host does, it is theirs. */
static const struct {
	const char *cause, *who;
} others[] = {
	{ "firewall-cloud-security-group",
	  N_("who runs the cloud account that the server is in") },
	{ "captive-portal", N_("who runs the network that the client is in") },
	{ "duplicate-ip", N_("who runs the network of the server") },
	{ "vlan-mismatch", N_("who runs the switches of the server") },
	{ "switch-fdb-wrong", N_("who runs the switches of the server") },
	{ "mtu-mismatch-l2", N_("who runs the switches of the server") },
	{ "promiscuous-mac-filter",
	  N_("who runs the host that the server's virtual machine is on") },
	{ "wrong-mac-static",
	  N_("who runs the client, or the router before the server") },
	{ "dns-wrong-address", N_("who runs the zone of the name") },
	{ "dns-nxdomain", N_("who runs the zone of the name") },
	{ "dns-refused", N_("who runs the name server") },
	{ "dns-tcp-fallback-blocked", N_("who runs the name server") },
	{ "tls-client-cert-required",
	  N_("who runs the client and the server") },
	{ "ssh-algorithm-mismatch", N_("who runs the older of the two sides") },
};

static const char *who_else(const char *cause)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strcmp(others[i].cause, cause))
			return _(others[i].who);

	return NULL;
}

static const char *who_runs_client(struct fix_planning *p)
{
	const char *client = kit_client(p);

	return client ? fix_words(p, _("who runs the client %s"), client)
		      : _("who runs the clients");
}

static const char *who_runs_server(struct fix_planning *p)
{
	const struct fix_ask *ask = &p->plan->ask;

	return ask->has_server ? fix_words(p, _("who runs the server %s"),
					   kit_address(p, &ask->server))
			       : _("who runs the server");
}

static const char *who_runs_router(struct fix_planning *p,
				   const struct fix_fault *f)
{
	const char *address = f->culprit && f->culprit->kind == CULPRIT_ROUTER
				      ? fix_culprit_text(f->culprit, "address")
				      : NULL;

	return address ? fix_words(p, _("who runs the router %s"), address)
		       : _("who runs the routers and firewalls between the two");
}

static const char *who_is_asked(struct fix_planning *p,
				const struct fix_fault *f)
{
	const char *who = who_else(f->cause->id);

	if (who)
		return who;

	switch (f->cause->place) {
	case PLACE_CLIENT:
	case PLACE_CLIENT_LINK:
		return who_runs_client(p);
	case PLACE_SERVER:
	case PLACE_SERVER_LINK:
	case PLACE_SERVICE:
		return who_runs_server(p);
	case PLACE_DNS:
		return _("who runs the name servers of the client");
	case PLACE_UNKNOWN:
	case PLACE_PATH:
	case PLACE_ROUTER:
	case PLACES:
		break;
	}
	return who_runs_router(p, f);
}

static void put_time(struct text *out, int64_t at_ns)
{
	time_t seconds = (time_t)(at_ns / NS);
	char words[32];
	struct tm tm;

	if (at_ns <= 0 || !gmtime_r(&seconds, &tm))
		return;
	if (strftime(words, sizeof(words), "%Y-%m-%d %H:%M:%S", &tm))
		text_format(out, "%s.%03u UTC  ", words,
			    (unsigned)(at_ns / 1000000 % 1000));
}

/* Beginning of a part of the message, once. */
static void put_head(struct text *out, size_t *count, const char *head)
{
	if (!*count)
		text_format(out, "\n%s\n", head);
	(*count)++;
}

static void put_facts(struct text *out, const struct facts *facts,
		      size_t *count)
{
	for (size_t i = 0; i < facts->count && *count < SHOWN_MOST; i++) {
		const struct fact *f = &facts->list[i];
		const char *words = f->text ? f->text : fact_sentence(f->kind);

		if (fact_shown(f->kind) == SHOWN_CONTEXT || !words || !*words)
			continue;
		put_head(out, count, _("What was seen:"));
		text_str(out, "- ");
		put_time(out, f->at_ns);
		text_format(out, "%s\n", f->text ? words : _(words));
	}
}

static bool is_asked_for(const struct fix_planning *p, const struct attempt *a)
{
	const struct fix_ask *ask = &p->plan->ask;

	if (a->has_peer && ask->has_client && !kit_is_meant(ask, &a->peer))
		return false;

	return !ask->has_server || address_equal(&a->address, &ask->server);
}

static void put_attempts(struct text *out, const struct fix_planning *p,
			 size_t *count)
{
	for (size_t i = 0; i < p->record->attempt_count; i++)
		if (is_asked_for(p, &p->record->attempts[i]))
			put_facts(out, &p->record->attempts[i].facts, count);
}

static void put_packets(struct text *out, const struct fix_planning *p)
{
	size_t count = 0;

	for (size_t i = 0; i < p->record->attempt_count; i++) {
		const struct attempt *a = &p->record->attempts[i];

		for (size_t k = 0; k < SHOWN_PACKETS; k++) {
			if (!a->lines[k].line || !is_asked_for(p, a))
				continue;
			put_head(out, &count, _("The packets:"));
			put_time(out, a->lines[k].at_ns);
			text_format(out, "%s\n", a->lines[k].line);
		}
	}
}

static void put_steps(struct text *out, const struct fix_planning *p)
{
	size_t count = 0;

	for (size_t i = 0; i < p->record->step_count && count < SHOWN_MOST;
	     i++) {
		const struct step *s = &p->record->steps[i];

		if (s->status != STEP_PASS || !s->text || !*s->text)
			continue;
		put_head(out, &count,
			 _("What was looked at, and is in order:"));
		text_format(out, "- %s: %s\n", s->id, s->text);
	}
}

/* Where the name has no address, the name; on the server itself, this host. */
static const char *server_words(struct fix_planning *p)
{
	const struct fix_ask *ask = &p->plan->ask;
	const char *host = p->record ? p->record->target.host : NULL;

	if (ask->has_server)
		return kit_address(p, &ask->server);

	return host && *host ? host : _("the server");
}

static void put_begin(struct text *out, struct fix_planning *p)
{
	const char *client = kit_client(p);
	const char *server = server_words(p);

	if (client)
		text_format(
			out,
			_("Connections from %1$s to %2$s, %3$s, do not come about."),
			client, server, kit_port(p));
	else
		text_format(out,
			    _("Connections to %1$s, %2$s, do not come about."),
			    server, kit_port(p));
	text_char(out, '\n');
}

/* What is merely the likeliest cause is not told as one that was seen. */
static void put_cause(struct text *out, const struct fix_planning *p,
		      const struct fix_fault *f)
{
	const struct cause *c = f->cause;
	bool is_suspected = p->is_suspected && f == &p->plan->faults[0];

	text_char(out, '\n');
	if (is_suspected) {
		text_format(out,
			    _("The likeliest cause, which is not proven: %s"),
			    _(c->title));
		text_format(out, "\n\n%s\n%s\n", _("What would prove it:"),
			    _(c->separate_by));
	} else {
		text_format(out, "%s\n%s\n", _(c->title), _(c->meaning));
	}
	if (f->culprit && f->culprit->text)
		text_format(out, "%s: %s\n", culprit_name(f->culprit->kind),
			    f->culprit->text);
	text_format(out, "\n%s\n%s\n",
		    is_suspected ? _("What would help, if it is that:")
				 : _("What would help:"),
		    _(c->fix));
}

static const char *message(struct fix_planning *p, const struct fix_fault *f)
{
	struct text t = TEXT_NULL;
	size_t count = 0;
	const char *ret;

	put_begin(&t, p);
	put_cause(&t, p, f);
	if (p->record) {
		put_facts(&t, &p->record->general, &count);
		put_attempts(&t, p, &count);
		put_packets(&t, p);
		put_steps(&t, p);
	}
	ret = fix_words(p, "%s", text_string(&t));
	text_done(&t);
	return ret;
}

/* It sits on the other side, whoever saw it. */
static bool is_theirs(const struct fix_planning *p, const struct cause *c)
{
	bool is_server = p->record && p->record->vantage == VANTAGE_SERVER;

	if (is_server)
		return c->place == PLACE_CLIENT ||
		       c->place == PLACE_CLIENT_LINK;
	return c->place == PLACE_SERVER || c->place == PLACE_SERVER_LINK ||
	       c->place == PLACE_SERVICE;
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	if (!f->cause || (f->is_mended && !who_else(f->cause->id)))
		return -ENOENT;
	if (kit_is_here(p, f) && !is_theirs(p, f->cause) &&
	    !who_else(f->cause->id)) {
		fix_remark(p, "%s: %s", _(f->cause->title), _(f->cause->fix));
		return -ENOENT;
	}

	fix_send_elsewhere(p, who_is_asked(p, f), _(f->cause->fix),
			   message(p, f));
	return 0;
}

const struct repair repair_elsewhere = {
	.id = "elsewhere",
	.propose = propose,
};
