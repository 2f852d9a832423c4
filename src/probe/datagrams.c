#include "probe/datagrams.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "probe/first_bytes.h"
#include "probe/icmp_error.h"
#include "probe/speaker.h"
#include "probe/talk_facts.h"

/* A datagram may get lost: it is sent that often, so far apart. */
enum { TRIES = 3 };

#define TRY_NS (INT64_C(1000) * CLOCK_MILLISECOND)

int datagrams_open(const struct probing *p)
{
	bool v4 = address_is_v4(&p->attempt->address);
	int family = v4 ? AF_INET : AF_INET6;
	struct sockaddr_storage sa;
	socklen_t len = probe_sockaddr(p->attempt, p->attempt->port, &sa);
	int fd = probe_socket(p, family, SOCK_DGRAM, 0);
	int err;

	if (fd < 0)
		return fd;

	err = icmp_error_want(fd, family);
	if (err == 0 && connect(fd, (struct sockaddr *)&sa, len) < 0)
		err = -errno;
	if (err < 0) {
		(void)close(fd);
		return err;
	}

	return fd;
}

static void tell(struct talk *t, enum fact_kind kind)
{
	fact_tell(t->facts, kind, talk_source, NULL, NULL);
}

static struct address local_of(const struct talk *t)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t len = sizeof(sa);

	(void)getsockname(t->fd, (struct sockaddr *)&sa, &len);
	return icmp_error_address((struct sockaddr *)&sa);
}

/* The error that ended it, with its sender where one is known. */
static void tell_error(struct talk *t)
{
	struct address local = local_of(t);
	struct text words = TEXT_NULL;
	struct icmp_error e;

	/* What a rule or a program of this host's own discards, send() tells. */
	if (t->error == EPERM) {
		tell(t, FACT_CONNECT_EPERM);
		fact_tell(
			t->facts, FACT_LOCAL_ERROR, talk_source, NULL,
			_("%1$s() failed at once with \"%2$s\", and no packet was sent."),
			"send", strerror(t->error));
		text_format(&words, _("%1$s() fails: %2$s"), "send",
			    strerror(t->error));
	} else if (t->probing && icmp_error_read(t->fd, &e) > 0) {
		icmp_error_tell(t->probing, &e, &local);
		icmp_error_tell_lateness(t->probing, ICMP_CAME_AT_ONCE);
		icmp_error_text(&words, &e);
	} else {
		tell(t, FACT_ICMP_ERROR);
		text_str(&words, strerror(t->error));
	}
	talk_says(t, STEP_FAIL, "%s", text_string(&words));
	text_done(&words);
}

/* Whatever was said: as the talk's own words count for TCP, these do here. */
static void tell_outcome(struct talk *t, bool must_answer)
{
	tell(t, FACT_UDP_REQUEST);
	if (must_answer)
		tell(t, FACT_UDP_EXPECTS_ANSWER);
	if (t->heard_ns) {
		tell(t, FACT_UDP_ANSWERED);
		return;
	}
	if (t->end != TALK_OPEN) {
		tell_error(t);
		return;
	}

	tell(t, FACT_UDP_REPEATED);
	tell(t, FACT_UDP_SILENCE);
	if (must_answer)
		talk_says(t, STEP_FAIL, _("does not answer"));
	else
		talk_says(t, STEP_SKIP,
			  _("no answer and no error, which over UDP may be "
			    "well"));
}

/* With the facts of a stream left out: they mean other things there. */
static int ask_once(struct talk *t, const struct speaker *s)
{
	struct facts stream = { .arena = t->facts->arena };
	struct facts *facts = t->facts;
	int err;

	text_clear(&t->words);
	t->facts = &stream;
	err = s->speak(t);
	t->facts = facts;
	if (fact_has(&stream.set, FACT_SERVICE_SPOKE))
		tell(t, FACT_SERVICE_SPOKE);
	if (fact_has(&stream.set, FACT_OTHER_PROTOCOL) &&
	    t->target->is_service_sure)
		tell(t, FACT_OTHER_PROTOCOL);

	return err;
}

static int speak_known(struct talk *t, const struct speaker *s)
{
	int err = 0;

	t->is_hasty = true;
	for (int i = 0;
	     i < TRIES && err == 0 && !t->heard_ns && t->end == TALK_OPEN; i++)
		err = ask_once(t, s);
	if (!t->heard_ns)
		text_clear(&t->words);
	t->is_stuck = false;
	tell_outcome(t, true);

	return err;
}

static int speak_any(struct talk *t)
{
	const char *text = t->options->send ? t->options->send : "";
	struct text shown = TEXT_NULL;
	int n = -ETIMEDOUT;

	for (int i = 0; i < TRIES && n == -ETIMEDOUT && !t->heard_ns; i++) {
		ssize_t sent = send(t->fd, text, strlen(text), MSG_NOSIGNAL);

		/* An error of the one before is told here. */
		if (sent < 0 && (i > 0 || errno == EPERM)) {
			t->error = errno;
			t->end = TALK_LOST;
		}
		if (t->error == EPERM)
			break;
		n = talk_read(t, talk_until(TRY_NS));
	}
	if (t->in.len) {
		first_bytes_clean(&shown, t->in.data, t->in.len);
		talk_tell_well(t, _("answers \"%s\""), text_string(&shown));
	} else if (t->heard_ns) {
		talk_tell_well(t, _("answers with an empty datagram"));
	}
	text_done(&shown);
	/* Who sends words of their own waits for the answer. */
	tell_outcome(t, t->options->send != NULL);

	return n == -EINTR ? n : 0;
}

int datagrams_speak(struct talk *t)
{
	const struct speaker *s =
		t->target->service ? speaker_find(t->target->service) : NULL;

	if (t->options->send || !s || !s->speak || s->protocol != IPPROTO_UDP)
		return speak_any(t);

	return speak_known(t, s);
}
