#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/i18n.h"
#include "cli/server.h"
#include "cli/server_probe_way.h"
#include "net/packet.h"

/*
 * An attempt that the host makes itself: a packet as the client's is put where
 * those come in (probe/stand_in.h), and from there on it is watched like any
 * other attempt. What it shows is true of such a packet; of the wire, the card
 * and the driver it shows nothing, and neither of what the client does with the
 * answer.
 */
/* ms: ip_error() and net.ipv4.icmp_ratelimit each take a second's worth of the
 * same bucket; net.ipv6.icmp allows more. */
enum { ICMP_PAUSE = 2200 };

static const char *reason(int err)
{
	if (err == -EPERM || err == -EACCES)
		return _(
			"To make an attempt from here needs CAP_BPF and CAP_NET_ADMIN, before Linux 5.18 also CAP_SYS_ADMIN.");
	if (err == -EOPNOTSUPP)
		return _(
			"This kernel, or that device, takes no packet from a program as if it had been received.");

	return strerror(-err);
}

/* "10.1.0.7:40000", "[fd00::7]:40000" */
static void put_end(struct text *out, const struct address *a, uint16_t port)
{
	bool is_v4 = address_is_v4(a);

	if (!is_v4)
		text_char(out, '[');
	address_text(out, a);
	text_format(out, is_v4 ? ":%u" : "]:%u", port);
}

static void tell(struct server *s, const struct server_probe_way *way)
{
	struct text words = TEXT_NULL, from = TEXT_NULL, to = TEXT_NULL;

	put_end(&from, &way->ask.client, s->probe.sent.port);
	put_end(&to, &way->ask.server, way->ask.port);
	text_format(
		&words,
		way->ask.protocol == PACKET_TCP
			? _("this host itself sent a SYN as %1$s to %2$s, in by %3$s")
			: _("this host itself sent a datagram as %1$s to %2$s, in by %3$s"),
		text_string(&from), text_string(&to), way->device);
	case_step(s->record, "probe", STEP_PASS, -1, text_string(&words));
	check_screen_sync(&s->screen, s->record);

	text_clear(&words);
	text_format(
		&words,
		_("The host itself made the attempt, as %1$s in by %2$s: it met all that is behind the driver of %2$s, and neither the wire nor the card."),
		text_string(&from), way->device);
	if (*way->below) {
		text_char(&words, ' ');
		text_format(
			&words,
			_("What is set up on %1$s, below %2$s, was not met either."),
			way->below, way->device);
	}
	if (s->probe.sent.is_by_veth) {
		text_char(&words, ' ');
		text_str(
			&words,
			_("It came out of a network namespace of its own, by a veth that ends with this run."));
	}
	fact_tell(&s->record->general, FACT_PROBE_SENT, "probe", NULL, "%s",
		  text_string(&words));
	text_done(&words);
	text_done(&from);
	text_done(&to);
}

static void tell_not(struct server *s, const char *why)
{
	case_not_looked(s->record, "probe", why);
	case_step(s->record, "probe", STEP_FAIL, -1, why);
	check_screen_sync(&s->screen, s->record);
}

static int send_one(struct server *s, struct stand_in_sent *sent)
{
	struct server_probe *p = &s->probe;
	int control = -1;
	int err = check_rights_stand_in(&s->rights, &p->ask, sent, &control);

	if (control >= 0)
		p->controls[p->count++] = control;
	return err;
}

int server_probe_begin(struct server *s, const struct fact_set *client)
{
	struct server_probe_way way;
	const char *why;
	int err;

	if (!s->probe.is_wanted)
		return 0;

	why = server_probe_way(s, client, &way);
	if (!why) {
		s->probe.ask = way.ask;
		err = send_one(s, &s->probe.sent);
		why = err ? reason(err) : NULL;
	}
	if (why) {
		tell_not(s, why);
		return 0;
	}
	s->probe.is_sent = true;
	tell(s, &way);
	return 0;
}

void server_probe_unwatched(struct server *s)
{
	if (s->probe.is_wanted)
		tell_not(
			s,
			_("What becomes of a packet is seen by a capture, and there is none."));
}

bool server_probe_is(const struct server *s, uint16_t client_port)
{
	return !s->probe.is_sent || s->probe.sent.port == client_port;
}

void server_probe_facts(const struct server *s, struct fact_set *facts)
{
	/* The client's system, which never asked; or ours, taking it back. */
	static const enum fact_kind not_ours[] = {
		FACT_SYNACK_UNANSWERED, FACT_SYNACK_IGNORED, FACT_SYNACK_RESET,
		FACT_RST_OTHER_TTL,     FACT_CLIENT_RST,     FACT_SYN_SILENCE,
		FACT_SYN_ARRIVED,
	};

	if (!s->probe.is_sent || !fact_has(facts, FACT_SYNACK_SEEN))
		return;
	for (size_t i = 0; i < sizeof(not_ours) / sizeof(*not_ours); i++)
		fact_remove(facts, not_ours[i]);
	fact_add(facts, FACT_PROBE_ANSWERED);
}

const char *server_probe_words(const struct server *s, enum fact_kind kind)
{
	static const struct {
		enum fact_kind kind;
		const char *words;
	} own[] = {
		{ FACT_SYN_SEEN, N_("A SYN as the client's came in.") },
		{ FACT_UDP_REQUEST, N_("A datagram as the client's came in.") },
		{ FACT_SYN_ARRIVED,
		  N_("The server's own capture saw it come in, and no answer leave.") },
		{ FACT_HOST_DEAD,
		  N_("Nothing left for the client meanwhile.") },
	};

	for (size_t i = 0; s->probe.is_sent && i < sizeof(own) / sizeof(*own);
	     i++)
		if (own[i].kind == kind)
			return _(own[i].words);

	return NULL;
}

int server_probe_again(struct server *s)
{
	struct stand_in_sent sent;

	if (!s->probe.is_sent || s->probe.count == SERVER_PROBES)
		return 0;

	return send_one(s, &sent);
}

int server_probe_retry(struct server *s, const struct server_seen *seen)
{
	struct server_probe *p = &s->probe;
	bool is_silent = seen->symptom == SYMPTOM_SYN_UNANSWERED ||
			 seen->symptom == SYMPTOM_UDP_UNANSWERED;
	bool is_icmp = s->foretold_as == SYMPTOM_REFUSED_BY_ICMP ||
		       s->foretold_as == SYMPTOM_UDP_REFUSED_BY_ICMP;
	int err;

	if (!p->is_sent || !is_silent || !is_icmp || p->is_retried)
		return 0;

	p->is_retried = true;
	(void)poll(NULL, 0, ICMP_PAUSE);
	err = send_one(s, &p->sent);
	return err ? err : 1;
}

void server_probe_tell(struct server *s, const struct server_seen *seen)
{
	struct server_probe *p = &s->probe;

	p->is_answered = !seen || fact_has(&seen->facts, FACT_PROBE_ANSWERED);
	if (p->is_sent && !seen)
		fact_tell(&s->record->general, FACT_PROBE_UNSEEN, "probe", NULL,
			  NULL);
}

void server_probe_end(struct server *s)
{
	struct server_probe *p = &s->probe;

	for (size_t i = 0; i < p->count; i++) {
		if (!p->is_answered)
			(void)send(p->controls[i], "", 1, MSG_NOSIGNAL);
		(void)close(p->controls[i]);
	}
	p->count = 0;
}
