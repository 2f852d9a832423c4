#include "probe/talk_facts.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "probe/first_bytes.h"
#include "probe/talk_tls.h"

const char talk_source[] = "service";

#define SLOW_NS (INT64_C(3) * CLOCK_SECOND)
#define ANSWER_NS (INT64_C(5) * CLOCK_SECOND)
#define HASTY_NS (INT64_C(1200) * CLOCK_MILLISECOND)
/* TCP repeats nothing sooner (TCP_RTO_MIN). */
#define REPEAT_NS (INT64_C(200) * CLOCK_MILLISECOND)
#define PROVOKED_NS (INT64_C(400) * CLOCK_MILLISECOND)
#define TCPD_NS (INT64_C(5) * CLOCK_SECOND)
#define TCPD_SLACK_NS (INT64_C(100) * CLOCK_MILLISECOND)

static void tell(struct talk *t, enum fact_kind kind)
{
	fact_tell(t->facts, kind, talk_source, NULL, NULL);
}

static void tell_if(struct talk *t, bool holds, enum fact_kind kind)
{
	if (holds)
		tell(t, kind);
}

int64_t talk_answer_until(const struct talk *t)
{
	return talk_until(t->is_hasty ? HASTY_NS : ANSWER_NS);
}

/* What waits to be sent does not fit in the window that the peer has open. */
static bool is_shut(const struct talk *t, const struct talk_tcp *tcp)
{
	return t->end == TALK_OPEN && tcp->has_window && tcp->not_sent > 0 &&
	       !tcp->unacked && tcp->window < tcp->segment;
}

/* A segment of ours was lost, and the answer had to wait for its repetition:
 * what is repeated in vain, where a host is busy, delays nothing. SYNs are told
 * by themselves. */
static bool was_held_up(const struct talk *t, const struct talk_tcp *tcp)
{
	return tcp->repeated > t->repeated_before && !t->connections &&
	       t->spoke_ns && t->heard_ns - t->spoke_ns >= REPEAT_NS;
}

void talk_tell_data(struct talk *t)
{
	struct talk_tcp tcp;

	talk_tcp(t, &tcp);
	tell_if(t, t->sent, FACT_CLIENT_DATA);
	tell_if(t, t->raw_total, FACT_SERVER_DATA);
	tell_if(t, was_held_up(t, &tcp), FACT_RETRANSMITTED);
	/* What a shut window keeps here was never sent. */
	if (t->sent > tcp.not_sent && !tcp.unacked && t->end != TALK_RESET)
		tell(t, FACT_CLIENT_DATA_ACKED);
	if (t->sent && tcp.unacked && tcp.retransmits)
		fact_tell(t->facts, FACT_CLIENT_DATA_LOST, talk_source, NULL,
			  _("What was sent is not acknowledged, after %u "
			    "repetitions."),
			  tcp.retransmits);
	tell_if(t, is_shut(t, &tcp), FACT_SERVER_WINDOW_ZERO);
}

void talk_tell_well(struct talk *t, const char *format, ...)
{
	struct text words = TEXT_NULL;
	va_list ap;

	va_start(ap, format);
	text_format_list(&words, format, ap);
	va_end(ap);
	talk_tell_data(t);
	fact_tell(t->facts, FACT_SERVICE_SPOKE, talk_source, NULL, NULL);
	talk_says(t, STEP_PASS, "%s", text_string(&words));
	text_done(&words);
}

static void tell_closed(struct talk *t)
{
	struct text span = TEXT_NULL;
	int64_t lived = t->ended_ns - t->began_ns;
	int64_t off = lived - TCPD_NS;
	bool reset = t->end == TALK_RESET;

	clock_span(&span, lived);
	tell_if(t, reset, FACT_SERVER_RST);
	tell_if(t, t->end == TALK_EOF, FACT_SERVER_FIN);
	if (!t->raw_total) {
		tell_if(t, reset, FACT_RST_BEFORE_DATA);
		tell_if(t, t->end == TALK_EOF, FACT_SERVER_CLOSED_FIRST);
		tell_if(t, lived < CLOCK_SECOND, FACT_CLOSED_AT_ONCE);
		tell_if(t, off > -TCPD_SLACK_NS && off < 5 * TCPD_SLACK_NS,
			FACT_CLOSED_AFTER_5S);
	}
	if (reset)
		talk_says(t, STEP_FAIL, _("resets the connection after %s"),
			  text_string(&span));
	else
		talk_says(t, STEP_FAIL,
			  t->raw_total ? _("closes the connection after %s, in "
					   "the middle of the conversation")
				       : _("closes the connection after %s, "
					   "without a word"),
			  text_string(&span));
	text_done(&span);
}

static void tell_silent(struct talk *t, bool is_asked)
{
	struct text span = TEXT_NULL;
	struct talk_tcp tcp;

	talk_tcp(t, &tcp);
	clock_span(&span, is_asked && t->spoke_ns ? clock_now() - t->spoke_ns
						  : talk_age(t));
	t->is_stuck = is_asked && !is_shut(t, &tcp);
	tell(t, t->raw_total ? FACT_ANSWER_STOPPED : FACT_SERVER_SILENT);
	if (is_asked && !tcp.unacked && !tcp.not_sent)
		tell(t, FACT_REQUEST_UNANSWERED);
	if (t->raw_total)
		talk_says(t, STEP_FAIL,
			  _("begins to speak and then says nothing for %s"),
			  text_string(&span));
	talk_says(t, STEP_FAIL,
		  is_asked ? _("does not answer for %s")
			   : _("says nothing for %s, although it should speak "
			       "first"),
		  text_string(&span));
	text_done(&span);
}

void talk_tell_nothing(struct talk *t, int result, bool is_asked)
{
	talk_tell_data(t);
	tell_if(t, !is_asked, FACT_SERVER_FIRST);
	if (result == -EINTR && talk_age(t) < CLOCK_SECOND)
		talk_says(t, STEP_SKIP, _("stopped while it was waited for"));
	else if (result == -EINTR || result == -ETIMEDOUT)
		tell_silent(t, is_asked); /* someone lost patience, or we */
	else if (t->end != TALK_LOST)
		tell_closed(t);
	else
		talk_says(t, STEP_FAIL, _("the connection is lost: %s"),
			  strerror(t->error));
}

void talk_tell_words(struct talk *t, const char *expected, const char *what)
{
	struct text shown = TEXT_NULL;

	/* What TLS carries, or else what came as it was. */
	first_bytes_clean(&shown, t->in.len ? t->in.data : t->raw.data,
			  t->in.len ? t->in.len : t->raw.len);
	talk_tell_data(t);
	if (what)
		fact_tell(
			t->facts, FACT_OTHER_PROTOCOL, talk_source, NULL,
			_("It was spoken to as %s, and answers as %s: \"%s\"."),
			expected, what, text_string(&shown));
	else
		fact_tell(t->facts, FACT_OTHER_PROTOCOL, talk_source, NULL,
			  _("It was spoken to as %s, and answers otherwise: "
			    "\"%s\"."),
			  expected, text_string(&shown));
	if (what && !t->in.len)
		talk_says(t, STEP_FAIL, _("is no %s, but %s"), expected, what);
	else if (what)
		talk_says(t, STEP_FAIL, _("is no %s, but %s: \"%s\""), expected,
			  what, text_string(&shown));
	else
		talk_says(t, STEP_FAIL, _("is no %s: \"%s\""), expected,
			  text_string(&shown));
	text_done(&shown);
}

void talk_tell_other(struct talk *t, const char *expected)
{
	talk_tell_words(t, expected, first_bytes_name(t->raw.data, t->raw.len));
}

/* Who waits to be spoken to complains of a word that nobody knows, and so says
 * what it is; or it speaks TLS. What is slow has had its time. Whether anything
 * was heard. */
static bool provoke(struct talk *t)
{
	const struct talk_tls_wish wish = { .server_name = NULL };
	int n = talk_write_text(t, "HELP\r\n", talk_until(PROVOKED_NS));

	if (n == 0)
		n = talk_read_to(t, 1, talk_until(PROVOKED_NS));
	if (n > 0 || n == -EINTR)
		return n > 0;
	if (talk_again(t, 0) < 0)
		return false;

	(void)talk_tls_start(t, &wish, talk_until(2 * PROVOKED_NS));
	return t->raw_total > 0;
}

/* It is what it should be, and only waited. "FTP or SMTP" is either. */
static bool is_woken(const struct talk *t, unsigned connections,
		     const char *expected)
{
	const char *name = first_bytes_name(t->raw.data, t->raw.len);

	return t->connections == connections && name && strstr(name, expected);
}

/* Nothing came by itself: what it is then. */
static void tell_no_greeting(struct talk *t, int result, const char *expected)
{
	unsigned connections = t->connections;

	talk_tell_nothing(t, result, false);
	if (result != -ETIMEDOUT || t->is_hasty || !provoke(t))
		return;
	if (is_woken(t, connections, expected)) {
		tell(t, FACT_WOKEN);
		return;
	}

	text_clear(&t->words);
	talk_tell_other(t, expected);
}

int talk_greeting(struct talk *t, const char *expected)
{
	int n = talk_read_to(t, 1, t->began_ns + TALK_BANNER_NS);

	if (n <= 0) {
		tell_no_greeting(t, n, expected);
		return n == -EINTR ? n : 0;
	}

	tell(t, FACT_SERVER_FIRST);
	if (t->heard_ns - t->began_ns >= SLOW_NS) {
		struct text span = TEXT_NULL;

		clock_span(&span, t->heard_ns - t->began_ns);
		fact_tell(t->facts, FACT_ANSWER_SLOW, talk_source, NULL,
			  _("The service spoke after %s."), text_string(&span));
		text_done(&span);
	}
	return 1;
}

int talk_ask(struct talk *t, const void *data, size_t len)
{
	int64_t until_ns = talk_answer_until(t);
	size_t had = t->in.len;
	int n = talk_write(t, data, len, until_ns);

	/* It may have spoken before it ended. */
	if (n == 0 || n == -EPIPE)
		n = talk_read_to(t, had + 1, until_ns);
	if (n <= 0) {
		talk_tell_nothing(t, n, true);
		return n == -EINTR ? n : 0;
	}

	return 1;
}
