#include "probe/web.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "probe/first_bytes.h"
#include "probe/talk_facts.h"

enum { PORT_HTTP = 80, PORT_HTTPS = 443 };

/* Enough of the body to fill some segments: large ones get stuck apart. */
enum { BODY_ENOUGH = 16 * 1024 };

/* Where the body pauses as long as this, it is stuck or slow on purpose. */
#define BODY_NS (INT64_C(1000) * CLOCK_MILLISECOND)

static void put_host(struct text *out, const struct talk *t, bool is_secure)
{
	const char *host = secure_name(t);
	bool is_v6 = strchr(host, ':');
	uint16_t usual = is_secure ? PORT_HTTPS : PORT_HTTP;

	text_format(out, is_v6 ? "[%s]" : "%s", host);
	if (t->target->port != usual)
		text_format(out, ":%u", t->target->port);
}

static void put_request(struct text *out, const struct talk *t, bool is_secure)
{
	const char *path = t->target->path;

	text_format(out, "GET %s HTTP/1.1\r\nHost: ", path ? path : "/");
	put_host(out, t, is_secure);
	text_str(out, "\r\nUser-Agent: kiriwake\r\nAccept: */*\r\n"
		      "Connection: close\r\n\r\n");
}

static bool holds(const struct talk *t, const char *word)
{
	return memmem(t->in.data, t->in.len, word, strlen(word));
}

/* Whether the answer is of a server that wants TLS: nginx's and Apache's
 * words. */
static bool wants_tls(const struct talk *t, const struct http_answer *a)
{
	return a->status == 400 &&
	       (holds(t, "HTTPS port") || holds(t, "SSL-enabled server") ||
		holds(t, "HTTP request to an HTTPS server"));
}

static void put_span(struct text *out, struct http_span s)
{
	if (s.data)
		first_bytes_clean(out, s.data, s.len);
}

/* "HTTP 200, nginx/1.22.1" */
static void put_answer(struct text *out, const struct http_answer *a)
{
	text_format(out, "HTTP %u", a->status);
	if (a->server.data) {
		text_str(out, ", ");
		put_span(out, a->server);
	}
	if (a->status >= 300 && a->status < 400 && a->location.data) {
		text_str(out, " → ");
		put_span(out, a->location);
	}
}

static void tell_error(struct talk *t, enum fact_kind kind,
		       const struct http_answer *a)
{
	struct text shown = TEXT_NULL;

	put_answer(&shown, a);
	fact_tell(t->facts, kind, talk_source, NULL,
		  _("The HTTP answer is: %s."), text_string(&shown));
	talk_says(t, STEP_FAIL, "%s", text_string(&shown));
	text_done(&shown);
}

static bool tell_status(struct talk *t, const struct http_answer *a)
{
	enum fact_kind kind = FACT_NONE;

	/* Only a proxy's 403 is about the proxy: a site's own is its answer. */
	if (a->status == 407 || (a->status == 403 && a->is_proxy))
		kind = FACT_HTTP_PROXY_REFUSED;
	else if (a->status >= 502 && a->status <= 504)
		kind = FACT_HTTP_GATEWAY_ERROR;
	else if (a->status == 421)
		kind = FACT_HTTP_HOST_ERROR;
	if (kind == FACT_NONE)
		return false;

	talk_tell_data(t);
	if (a->status == 502)
		fact_tell(t->facts, FACT_HTTP_BAD_GATEWAY, talk_source, NULL,
			  NULL);
	tell_error(t, kind, a);
	return true;
}

static void tell_answer(struct talk *t, const struct secure *secure,
			const struct http_answer *a)
{
	struct text shown = TEXT_NULL;

	if (secure && a->date_s)
		certificate_clock(t, &secure->certificate, a->date_s);
	if (!secure && wants_tls(t, a)) {
		talk_tell_data(t);
		fact_tell(t->facts, FACT_PLAIN_TO_TLS, talk_source, NULL,
			  _("The server answers plain HTTP with: this port "
			    "speaks TLS."));
		talk_says(t, STEP_FAIL, _("wants TLS: it is https:// there"));
		return;
	}
	if (tell_status(t, a))
		return;

	put_answer(&shown, a);
	if (secure)
		secure_well(t, secure, text_string(&shown));
	else
		talk_tell_well(t, "%s", text_string(&shown));
	text_done(&shown);
}

static const char protocol[] = "HTTP/";

/* The head whole, and of the body what comes without a pause. */
static int hear_answer(struct talk *t)
{
	int64_t until_ns = talk_answer_until(t);
	int n = talk_read_to(t, sizeof(protocol) - 1, until_ns);

	if (n > 0 && memcmp(t->in.data, protocol, sizeof(protocol) - 1) != 0)
		return n;
	if (n > 0)
		n = talk_read_until(t, "\r\n\r\n", 0, until_ns);

	while (n > 0 && t->in.len < BODY_ENOUGH && t->end == TALK_OPEN) {
		n = talk_read(t, talk_until(BODY_NS));
		if (n == -ETIMEDOUT)
			return talk_has_hole(t) ? -ETIMEDOUT : 1;
	}

	return n;
}

static int tell_no_answer(struct talk *t, int n)
{
	struct http_answer a;

	if (t->tls && secure_late_alert(t))
		return 0;
	if (t->in.len && !http_parse(&a, t->in.data, t->in.len)) {
		const char *what = first_bytes_name(t->raw.data, t->raw.len);

		if (!t->tls && what && !strcmp(what, "TLS")) {
			talk_tell_data(t);
			fact_tell(t->facts, FACT_PLAIN_TO_TLS, talk_source,
				  NULL,
				  _("The server answers plain HTTP with a TLS "
				    "alert."));
			talk_says(t, STEP_FAIL,
				  _("speaks TLS: it is https:// there"));
		} else {
			talk_tell_other(t, "HTTP");
		}
		return 0;
	}

	talk_tell_nothing(t, n, true);
	return 0;
}

int web_speak(struct talk *t, const struct secure *secure)
{
	struct text request = TEXT_NULL;
	struct http_answer a;
	int n;

	put_request(&request, t, secure != NULL);
	n = talk_write(t, text_string(&request), request.len,
		       talk_answer_until(t));
	text_done(&request);
	if (n == 0 || n == -EPIPE)
		n = hear_answer(t);
	if (n == -EINTR) {
		talk_tell_nothing(t, n, true);
		return n;
	}
	if (n == -ETIMEDOUT || !http_parse(&a, t->in.data, t->in.len))
		return tell_no_answer(t, n);

	tell_answer(t, secure, &a);
	return 0;
}
