#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/server.h"
#include "cli/server_said.h"
#include "net/tls_answer.h"
#include "net/tls_hello.h"
#include "probe/certificate.h"
#include "probe/talk_tls.h"

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

enum { ALERT_VERSION = 70, ALERT_INTERNAL = 80 };

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

static enum reply reply_of(const struct talk *t)
{
	struct text messages = TEXT_NULL;
	struct tls_answer answer;
	enum reply ret = REPLY_OTHER;

	if (tls_hello_unwrap(&messages, talk_raw(t)) >= 0 && !messages.len)
		ret = REPLY_REFUSED;
	else if (!tls_answer_read(&answer,
				  cursor_over(messages.data, messages.len)))
		ret = REPLY_TAKEN;
	text_done(&messages);
	return ret;
}

static enum reply say_hello(const struct asking *a,
			    enum tls_hello_change change)
{
	enum { ALERT_RECORD = 7 /* bytes: the least that is said */ };
	struct text hello = TEXT_NULL;
	enum reply ret = REPLY_OTHER;
	struct talk t;

	if (!tls_hello_write(&hello, &a->hello, change) && text_ok(&hello) &&
	    !begin(&t, a)) {
		int64_t until_ns = talk_until(SPEAK_LIMIT * MS);

		if (!talk_write(&t, hello.data, hello.len, until_ns) &&
		    talk_read_to(&t, ALERT_RECORD, until_ns) == 1)
			ret = reply_of(&t);
		talk_done(&t);
	}
	text_done(&hello);
	return ret;
}

/* The client's hello with one thing changed: if that is taken, and the same
 * without it is refused before and after, it was that. */
static void try_hellos(struct asking *a)
{
	enum fact_kind found = FACT_NONE;

	if (say_hello(a, TLS_HELLO_AS_IT_WAS) != REPLY_REFUSED)
		return;

	if (say_hello(a, TLS_HELLO_ALL_CIPHERS) == REPLY_TAKEN)
		found = FACT_LOCAL_TLS_CIPHERS;
	else if (say_hello(a, TLS_HELLO_ALL_VERSIONS) == REPLY_TAKEN)
		found = FACT_LOCAL_TLS_VERSIONS;
	if (found && say_hello(a, TLS_HELLO_AS_IT_WAS) == REPLY_REFUSED)
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
	if ((alert == ALERT_VERSION || alert == ALERT_INTERNAL) &&
	    a->hello.newest >= TLS_1_2 && answer->version < TLS_1_2)
		tell(a, FACT_LOCAL_TLS_OLD, NULL);
}

/* A service may have several, and choose by what else a client says: what it
 * shows here is judged only if the client was shown the same. */
static bool is_same(const struct talk *t, const struct tls_answer *answer)
{
	struct cursor seen = answer->certificate;
	size_t size = 0, left = cursor_left(&seen);
	const uint8_t *der = talk_tls_certificate(t, 0, &size);

	return der && size == answer->certificate_len && left <= size &&
	       (left == size || left >= CERTIFICATE_KNOWN) &&
	       !memcmp(der, seen.pos, left);
}

static void read_certificate(struct asking *a, const struct tls_answer *answer)
{
	const char *name = a->name.len ? text_string(&a->name) : NULL;
	const struct talk_tls_wish wish = { .server_name = name,
					    .old_versions = true };
	struct certificate c;
	struct talk t;

	if (!answer->certificate_len || begin(&t, a))
		return;
	if (talk_tls_start(&t, &wish, talk_until(SPEAK_LIMIT * MS)) ==
		    TLS_DONE &&
	    is_same(&t, answer)) {
		if (!certificate_look(&c, &t, name ? name : "") && c.is_there)
			tell_certificate(a, &c);
		certificate_done(&c);
	}
	talk_done(&t);
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
