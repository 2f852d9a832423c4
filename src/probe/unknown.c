#include "probe/unknown.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "probe/first_bytes.h"
#include "probe/talk_facts.h"
#include "probe/talk_tls.h"

#define LISTEN_NS (INT64_C(20) * CLOCK_MILLISECOND)
#define HTTP_NS (INT64_C(500) * CLOCK_MILLISECOND)
#define TLS_NS (INT64_C(300) * CLOCK_MILLISECOND)
#define IDLE_NS (INT64_C(300) * CLOCK_MILLISECOND)

enum { ROUND_TRIPS = 2 };

void unknown_tell(struct talk *t)
{
	const char *what = first_bytes_name(t->raw.data, t->raw.len);
	struct text shown = TEXT_NULL;

	first_bytes_clean(&shown, t->raw.data, t->raw.len);
	if (what && !strcmp(what, "TLS"))
		talk_tell_well(t, _("speaks TLS"));
	else if (what)
		talk_tell_well(t, _("speaks %s: \"%s\""), what,
			       text_string(&shown));
	else
		talk_tell_well(t, _("says \"%s\""), text_string(&shown));
	text_done(&shown);
}

/* Answers take a round trip, and what the service takes for them. */
static int64_t until(const struct talk *t, int64_t span_ns)
{
	struct talk_tcp tcp;

	talk_tcp(t, &tcp);
	return talk_until(span_ns + ROUND_TRIPS * tcp.round_trip_ns);
}

/* A handshake is answered at once where TLS is spoken. */
static int try_tls(struct talk *t)
{
	const struct talk_tls_wish wish = { .server_name = NULL };
	struct talk_tls_state state;
	enum talk_tls_outcome outcome;
	int n = talk_again(t, 0);

	if (n < 0)
		return n == -EINTR ? n : 0;
	outcome = talk_tls_start(t, &wish, until(t, TLS_NS));
	if (outcome == TLS_STOPPED)
		return -EINTR;
	if (outcome == TLS_DONE) {
		talk_tls_state(t, &state);
		talk_tell_well(t, _("speaks TLS (%s)"), state.version);
		return 1;
	}
	if (t->raw_total) {
		unknown_tell(t);
		return 1;
	}

	return 0;
}

static bool is_tls(const struct talk *t)
{
	const char *what = first_bytes_name(t->raw.data, t->raw.len);

	return what && !strcmp(what, "TLS");
}

/* First, because a web server waits for the end of what is no request, and who
 * speaks TLS refuses one at once. */
static int try_http(struct talk *t)
{
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	int n = talk_write_text(t, request, until(t, HTTP_NS));

	if (n == 0 || n == -EPIPE)
		n = talk_read(t, until(t, HTTP_NS));
	if (n <= 0)
		return n == -EINTR ? n : 0;
	if (is_tls(t)) {
		n = try_tls(t);
		if (n != 0)
			return n;
		talk_tell_well(t, _("speaks TLS"));
		return 1;
	}

	unknown_tell(t);
	return 1;
}

static bool has_hung_up(const struct talk *t)
{
	return !t->raw_total && (t->end == TALK_EOF || t->end == TALK_RESET);
}

/* It hung up when it was spoken to, and then again: that may be what it thinks
 * of our words, or what it does to everyone. */
static int try_silence(struct talk *t)
{
	int n = talk_again(t, 0);

	if (n < 0)
		return n == -EINTR ? n : 0;
	n = talk_read(t, until(t, IDLE_NS));
	if (n > 0)
		unknown_tell(t);
	else if (n == 0)
		talk_tell_nothing(t, n, true);

	return n == -EINTR ? n : 0;
}

/* Who speaks first does so by then, or else is heard with the first answer. */
int unknown_speak(struct talk *t)
{
	bool has_refused;
	int n = talk_read(t, until(t, LISTEN_NS));

	if (n > 0) {
		unknown_tell(t);
		return 0;
	}
	if (n != -ETIMEDOUT) {
		talk_tell_nothing(t, n, true);
		return n == -EINTR ? n : 0;
	}

	n = try_http(t);
	has_refused = has_hung_up(t);
	if (n == 0)
		n = try_tls(t);
	if (n == 0 && has_refused && has_hung_up(t))
		n = try_silence(t);
	if (n == 0)
		talk_says(t, STEP_PASS,
			  _("accepts connections; it says nothing by itself "
			    "and answers neither TLS nor HTTP"));

	return n == -EINTR ? n : 0;
}

/* Nothing came back, which may be well: only TCP itself can tell a fault. */
static void tell_unanswered(struct talk *t, int n)
{
	struct text span = TEXT_NULL;

	clock_span(&span, talk_age(t));
	talk_tell_data(t);
	if (fact_has(&t->facts->set, FACT_SERVER_WINDOW_ZERO))
		talk_says(t, STEP_FAIL, _("does not read what it is sent"));
	else if (fact_has(&t->facts->set, FACT_CLIENT_DATA_LOST))
		talk_says(t, STEP_FAIL, _("what was sent does not arrive"));
	else if (n == -ETIMEDOUT)
		talk_says(t, STEP_PASS,
			  _("takes what was sent; nothing comes back for %s"),
			  text_string(&span));
	else
		talk_says(t, STEP_PASS,
			  _("takes what was sent, and closes after %s without "
			    "an answer"),
			  text_string(&span));
	text_done(&span);
}

int unknown_send(struct talk *t)
{
	const char *text = t->options->send;
	int64_t until_ns = talk_answer_until(t);
	struct text shown = TEXT_NULL;
	int n = talk_write(t, text, strlen(text), until_ns);

	if (n == 0 || n == -EPIPE)
		n = talk_read(t, until_ns);
	if (n == -EINTR) {
		talk_tell_nothing(t, n, true);
	} else if (n > 0) {
		first_bytes_clean(&shown, t->in.data, t->in.len);
		talk_tell_well(t, _("answers \"%s\""), text_string(&shown));
	} else {
		tell_unanswered(t, n);
	}
	text_done(&shown);

	return n == -EINTR ? n : 0;
}
