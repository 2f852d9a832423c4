#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/server.h"
#include "cli/server_said.h"
#include "fact/alert.h"
#include "net/tls_answer.h"
#include "net/tls_hello.h"
#include "probe/certificate.h"
#include "probe/talk.h"

/*
 * A TLS handshake failed: the service is asked from here what of it the client
 * could not like, or what the service did not like of the client's hello. What
 * either side said is what the capture holds of it; all that TLS 1.3 encrypts
 * is the client's secret, and nothing is told of it.
 */
#define MS ((int64_t)CLOCK_MILLISECOND)

enum { CONNECT_LIMIT = 300, SPEAK_LIMIT = 1000 /* ms */ };

/* Bytes of a certificate by which it is known: its number, issuer, dates and
 * holder, and some of its key. */
enum { CERTIFICATE_KNOWN = 400 };

enum { ALERT_INTERNAL = 80 };

struct asking {
	const struct look_question *question;
	const struct server_seen *seen;
	struct facts *facts;
	struct tls_hello hello;
	struct text name; /* that the client asks for; "": none */
	struct target target;
	struct probe_options options;
};

static void tell(struct asking *a, enum fact_kind kind,
		 const struct culprit *culprit)
{
	fact_tell(a->facts, kind, "tls", culprit, NULL);
}

/* A descriptor, or -errno. */
static int connect_to(const struct asking *a)
{
	const struct attempt to = { .address = a->question->server,
				    .scope = a->seen->device };
	struct sockaddr_storage sa;
	socklen_t len = probe_sockaddr(&to, a->question->port, &sa);
	int fd = socket(sa.ss_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	int error = 0;
	socklen_t size = sizeof(error);

	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&sa, len) &&
	    (errno != EINPROGRESS || poll(&wait, 1, CONNECT_LIMIT) != 1 ||
	     getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) || error)) {
		(void)close(fd);
		return -ECONNREFUSED;
	}

	return fd;
}

static int begin(struct talk *t, const struct asking *a)
{
	int fd = connect_to(a);

	*t = (struct talk){ .target = &a->target,
			    .options = &a->options,
			    .facts = a->facts,
			    .fd = -1 };
	if (fd < 0)
		return fd;

	talk_init(t, fd);
	return 0;
}

/* What the service makes of a hello. */
enum reply {
	REPLY_OTHER, /* nothing, no TLS, or it could not be asked */
	REPLY_REFUSED,
	REPLY_TAKEN,
};

struct heard {
	enum reply reply;
	struct text messages;
	struct tls_answer answer; /* of REPLY_TAKEN; points into them */
};

static void hear(struct heard *h, const struct talk *t)
{
	int alert;

	text_clear(&h->messages);
	alert = tls_hello_unwrap(&h->messages, talk_cursor(t, 0));
	h->reply = REPLY_OTHER;
	if (alert >= 0 && !h->messages.len)
		h->reply = REPLY_REFUSED;
	else if (!tls_answer_read(&h->answer, cursor_over(h->messages.data,
							  h->messages.len)))
		h->reply = REPLY_TAKEN;
}

static bool is_heard(const struct heard *h, bool has_certificates)
{
	return h->reply == REPLY_REFUSED ||
	       (h->reply == REPLY_TAKEN &&
		(!has_certificates || cursor_left(&h->answer.chain)));
}

/* Says the client's hello, so changed. has_certificates: the answer is waited
 * for until all of them came. The caller frees the messages. */
static void say_hello(struct heard *ret, const struct asking *a,
		      enum tls_hello_change change, bool has_certificates)
{
	struct text hello = TEXT_NULL;
	struct talk t;

	*ret = (struct heard){ .reply = REPLY_OTHER };
	if (!tls_hello_write(&hello, &a->hello, change) && text_ok(&hello) &&
	    !begin(&t, a)) {
		int64_t until_ns = talk_until(SPEAK_LIMIT * MS);
		int err = talk_write(&t, hello.data, hello.len, until_ns);

		while (!err && !is_heard(ret, has_certificates) &&
		       t.in.len < TALK_KEPT && talk_read(&t, until_ns) > 0)
			hear(ret, &t);
		talk_done(&t);
	}
	text_done(&hello);
}

static enum reply reply_to(const struct asking *a, enum tls_hello_change change)
{
	struct heard heard;

	say_hello(&heard, a, change, false);
	text_done(&heard.messages);
	return heard.reply;
}

/* The client's hello with one thing changed: if that is taken, and the same
 * without it is refused before and after, it was that. */
static void try_hellos(struct asking *a)
{
	enum fact_kind found = FACT_NONE;

	if (reply_to(a, TLS_HELLO_AS_IT_WAS) != REPLY_REFUSED)
		return;

	if (reply_to(a, TLS_HELLO_ALL_CIPHERS) == REPLY_TAKEN)
		found = FACT_LOCAL_TLS_CIPHERS;
	else if (reply_to(a, TLS_HELLO_ALL_VERSIONS) == REPLY_TAKEN)
		found = FACT_LOCAL_TLS_VERSIONS;
	if (found && reply_to(a, TLS_HELLO_AS_IT_WAS) == REPLY_REFUSED)
		tell(a, found, NULL);
}

/* Told only of what the client complained of. */
static void tell_certificate(struct asking *a, const struct certificate *c)
{
	const struct fact_set *f = &a->facts->set;
	bool is_dated = c->is_expired || c->is_early;

	if (fact_has(f, FACT_TLS_ALERT_EXPIRED)) {
		if (c->is_expired)
			tell(a, FACT_LOCAL_CERT_EXPIRED, c->culprit);
		else if (!is_dated && certificate_clock_is_kept())
			tell(a, FACT_LOCAL_CERT_DATES_GOOD, NULL);
	}
	if (fact_has(f, FACT_TLS_ALERT_CA) && c->is_untrusted)
		tell(a, FACT_LOCAL_CERT_ISSUER, c->culprit);
	if (!a->name.len)
		return;
	if (!c->is_other_name)
		tell(a, FACT_LOCAL_CERT_NAME_GOOD, NULL);
	else if (fact_has(f, FACT_TLS_ALERT_CERTIFICATE) && !is_dated &&
		 !c->is_untrusted)
		tell(a, FACT_LOCAL_CERT_OTHER_NAME, c->culprit);
}

/* The service chooses nothing newer than TLS 1.1, where the client offers more
 * (RFC 5246 7.4.1.3: it is the newest that both have). OpenSSL's clients call
 * that an internal error where their configuration forbids it. */
static void tell_version(struct asking *a, const struct tls_answer *answer,
			 int alert)
{
	if ((alert_fact((uint8_t)alert) == FACT_TLS_ALERT_VERSION ||
	     alert == ALERT_INTERNAL) &&
	    a->hello.newest >= TLS_1_2 && answer->version < TLS_1_2)
		tell(a, FACT_LOCAL_TLS_OLD, NULL);
}

/* A service may have several certificates, and not show the same twice: what it
 * shows here is judged only if the client was shown it, too. */
static bool is_same(const struct cursor *der, const struct tls_answer *answer)
{
	const struct cursor *seen = &answer->certificate;
	size_t size = cursor_left(der), left = cursor_left(seen);

	return size == answer->certificate_len && left <= size &&
	       (left == size || left >= CERTIFICATE_KNOWN) &&
	       !memcmp(der->pos, seen->pos, left);
}

static void judge(struct asking *a, struct cursor chain,
		  const struct tls_answer *answer)
{
	struct certificate_shown shown = { 0 };
	struct certificate c;

	while (shown.count < CERTIFICATE_CHAIN &&
	       tls_answer_next(&chain, &shown.ders[shown.count]))
		shown.count++;
	if (!shown.count || !is_same(&shown.ders[0], answer))
		return;

	if (!certificate_judge(&c, &shown, text_string(&a->name), NULL,
			       a->facts->arena) &&
	    c.is_there)
		tell_certificate(a, &c);
	certificate_done(&c);
}

/* The capture has the beginning of it: the whole is asked for. */
static void read_certificate(struct asking *a, const struct tls_answer *answer)
{
	struct heard heard;

	if (!answer->certificate_len)
		return;

	say_hello(&heard, a, TLS_HELLO_AS_IT_WAS, true);
	if (heard.reply == REPLY_TAKEN)
		judge(a, heard.answer.chain, answer);
	text_done(&heard.messages);
}

/* What the client did not like, by what it was shown. */
static void hear_client(struct asking *a, const struct server_said *said,
			int alert)
{
	struct text messages = TEXT_NULL;
	struct tls_answer answer;

	(void)tls_hello_unwrap(
		&messages, cursor_over(said->server.data, said->server.len));
	if (!tls_answer_read(&answer,
			     cursor_over(messages.data, messages.len))) {
		tell_version(a, &answer, alert);
		read_certificate(a, &answer);
	}
	text_done(&messages);
}

static void ask(struct asking *a, const struct server_said *said)
{
	const struct fact_set *f = &a->facts->set;
	struct text messages = TEXT_NULL;
	int alert = tls_hello_unwrap(
		&messages, cursor_over(said->client.data, said->client.len));

	if (tls_hello_read(&a->hello,
			   cursor_over(messages.data, messages.len))) {
		text_done(&messages);
		return;
	}

	(void)tls_hello_name(&a->name, &a->hello);
	if (fact_has(f, FACT_TLS_ALERT_CLIENT) && alert >= 0)
		hear_client(a, said, alert);
	else if (fact_has(f, FACT_TLS_ALERT_SERVER) &&
		 !fact_has(f, FACT_TLS_SERVER_HELLO) &&
		 !fact_has(f, FACT_TLS_ALERT_VERSION) &&
		 !fact_has(f, FACT_TLS_ALERT_NAME))
		try_hellos(a);
	text_done(&messages);
	text_done(&a->name);
}

void server_tls(struct server *s, const struct server_seen *seen,
		const struct look_question *q, struct attempt *attempt)
{
	struct asking a = { .question = q,
			    .seen = seen,
			    .facts = &attempt->facts,
			    .target = s->record->target,
			    .options = { .stop = s->stop } };
	struct server_said said;

	if (s->is_mute || s->host.is_saved || seen->is_asked ||
	    seen->is_reported || q->protocol != IPPROTO_TCP ||
	    !fact_has(&attempt->facts.set, FACT_TLS_CLIENT_HELLO))
		return;

	if (!server_said_read(&said, s, seen, q->port))
		ask(&a, &said);
	server_said_done(&said);
}
