#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "probe/first_bytes.h"
#include "probe/http.h"
#include "probe/pack.h"
#include "probe/secure.h"
#include "probe/speaker.h"
#include "probe/talk_facts.h"

/*
 * SoftEther VPN over TCP: TLS, whose certificate it signs itself, and then a
 * request that looks like one of HTTP. The answer says hello with the product
 * and its version. Until it is spoken to it is silent, and what it does not know
 * it answers with the end: both is healthy.
 */
#define BODY_NS (INT64_C(500) * CLOCK_MILLISECOND)

static const char signature[] = "VPNCONNECT";

static const char *const schemes[] = { "softether", "vpn", NULL };
static const uint16_t ports[] = { 5555, 1194, 0 };

static void put_request(struct text *out, const struct talk *t)
{
	const char *host = secure_name(t);

	text_format(out,
		    "POST /vpnsvc/connect.cgi HTTP/1.1\r\nHost: %s\r\n"
		    "Content-Type: image/jpeg\r\nContent-Length: %zu\r\n"
		    "Connection: Keep-Alive\r\n\r\n%s",
		    host, sizeof(signature) - 1, signature);
}

static void tell_hello(struct talk *t, const struct secure *s,
		       const struct pack_hello *hello)
{
	struct text product = TEXT_NULL;

	const char *note = memmem(hello->product, hello->product_len, " (", 2);

	/* "(64 bit) (Open Source)" says nothing here. */
	first_bytes_clean(&product, hello->product,
			  note ? (size_t)(note - hello->product)
			       : hello->product_len);
	text_format(&product, " %u.%02u build %u", hello->version / 100,
		    hello->version % 100, hello->build);
	secure_well(t, s, text_string(&product));
	text_done(&product);
}

/* The answer is there: whether it is the hello of such a server. */
static void tell_answer(struct talk *t, const struct secure *s)
{
	struct http_answer answer;
	struct pack_hello hello;

	if (!http_parse(&answer, t->in.data, t->in.len)) {
		talk_tell_words(t, "SoftEther", NULL);
		return;
	}
	if (!answer.body || !pack_hello(&hello, t->in.data + answer.body,
					t->in.len - answer.body)) {
		talk_tell_words(t, "SoftEther", "HTTPS");
		return;
	}
	if (hello.product) {
		tell_hello(t, s, &hello);
		return;
	}

	talk_tell_data(t);
	fact_tell(t->facts, FACT_SERVICE_REFUSED, talk_source, NULL,
		  _("The SoftEther server refuses with its error %u."),
		  hello.error);
	talk_says(t, STEP_FAIL, _("refuses with SoftEther's error %u"),
		  hello.error);
}

static int ask(struct talk *t, const struct secure *s)
{
	struct text request = TEXT_NULL;
	int64_t until_ns = talk_answer_until(t);
	int n;

	put_request(&request, t);
	n = talk_write(t, text_string(&request), request.len, until_ns);
	text_done(&request);
	if (n == 0 || n == -EPIPE)
		n = talk_read_until(t, "\r\n\r\n", 0, until_ns);
	/* The pack is small, but may come apart from the head. */
	until_ns = talk_until(BODY_NS);
	while (n > 0) {
		struct http_answer answer;
		struct pack_hello hello;

		if (!http_parse(&answer, t->in.data, t->in.len) ||
		    !answer.body ||
		    pack_hello(&hello, t->in.data + answer.body,
			       t->in.len - answer.body))
			break;
		n = talk_read(t, until_ns);
	}
	if (n == -EINTR || !t->in.len) {
		talk_tell_nothing(t, n, true);
		return n == -EINTR ? n : 0;
	}

	tell_answer(t, s);
	return 0;
}

static int speak(struct talk *t)
{
	struct secure s;
	int n = secure_start(&s, t, "SoftEther");

	if (n > 0)
		n = ask(t, &s);
	secure_done(&s);

	return n < 0 ? n : 0;
}

const struct speaker speaker_softether = {
	.id = "softether",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speak = speak,
};
