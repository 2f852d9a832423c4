#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "base/i18n.h"
#include "cli/server.h"
#include "cli/server_hello.h"
#include "probe/certificate.h"
#include "probe/talk_tls.h"

/*
 * A TLS handshake failed: the service is asked from here what of it the client
 * could not like, or what the service did not like of the client's hello.
 */
#define MS ((int64_t)CLOCK_MILLISECOND)

enum { CONNECT_LIMIT = 300, SPEAK_LIMIT = 1000 /* ms */ };

/* Of the version in a hello, and the oldest that is not out of use (RFC 8996). */
enum { HELLO_VERSION = 9, TLS_1_2 = 0x0303 };

struct asking {
	struct server *s;
	const struct look_question *question;
	struct facts *facts;
	struct text hello, name;
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
	const struct address *to = &a->question->server;
	bool is_v4 = address_is_v4(to);
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(a->question->port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(a->question->port) };
	int fd = socket(is_v4 ? AF_INET : AF_INET6,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	int error = 0;
	socklen_t len = sizeof(error);

	if (fd < 0)
		return -errno;
	memcpy(&in.sin_addr, to->bytes + 12, sizeof(in.sin_addr));
	memcpy(&in6.sin6_addr, to->bytes, sizeof(in6.sin6_addr));
	if (connect(fd, is_v4 ? (const void *)&in : (const void *)&in6,
		    is_v4 ? sizeof(in) : sizeof(in6)) &&
	    (errno != EINPROGRESS || poll(&wait, 1, CONNECT_LIMIT) != 1 ||
	     getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) || error)) {
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

/* Whether the service goes on with the client's hello, so changed. 1, 0; or
 * -errno where that is not known. */
static int is_taken(const struct asking *a, enum hello_change change)
{
	enum { HANDSHAKE = 22, SERVER_HELLO = 2, HEAD = 6 };
	struct text hello = TEXT_NULL;
	struct cursor c;
	struct talk t;
	uint8_t type = 0, message = 0;
	int err = server_hello_change(&hello, &a->hello, change);

	if (!err)
		err = begin(&t, a);
	if (!err) {
		int64_t until_ns = talk_until(SPEAK_LIMIT * MS);

		err = talk_write(&t, hello.data, hello.len, until_ns);
		if (!err && talk_read_to(&t, HEAD, until_ns) == -ETIMEDOUT)
			err = -ETIMEDOUT;
		c = talk_raw(&t);
		type = cursor_u8(&c);
		cursor_skip(&c, 4);
		message = cursor_u8(&c);
		talk_done(&t);
	}
	text_done(&hello);
	return err ? err : type == HANDSHAKE && message == SERVER_HELLO;
}

/* The client's hello with one thing changed: if that is taken, it was that. */
static void try_hellos(struct asking *a)
{
	if (is_taken(a, HELLO_AS_IT_WAS))
		return;
	if (is_taken(a, HELLO_ALL_CIPHERS) == 1)
		tell(a, FACT_LOCAL_TLS_CIPHERS, NULL);
	else if (is_taken(a, HELLO_ALL_VERSIONS) == 1)
		tell(a, FACT_LOCAL_TLS_VERSIONS, NULL);
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

/* The service takes nothing newer than TLS 1.1, where the client offers more.
 * Libraries say that of it in different words, but not in those for what is
 * wrong with a certificate. */
static void tell_version(struct asking *a, const struct talk *t)
{
	static const enum fact_kind others[] = {
		FACT_TLS_ALERT_CERTIFICATE, FACT_TLS_ALERT_EXPIRED,
		FACT_TLS_ALERT_CA,          FACT_TLS_ALERT_NEEDED,
		FACT_TLS_ALERT_NAME,        FACT_TLS_ALERT_HANDSHAKE,
	};
	struct cursor c = cursor_over(a->hello.data, a->hello.len);
	struct talk_tls_state state;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (fact_has(&a->facts->set, others[i]))
			return;

	cursor_skip(&c, HELLO_VERSION);
	talk_tls_state(t, &state);
	if (cursor_be16(&c) >= TLS_1_2 && state.version &&
	    (!strcmp(state.version, "TLS 1.1") ||
	     !strcmp(state.version, "TLS 1.0")))
		tell(a, FACT_LOCAL_TLS_OLD, NULL);
}

static void read_certificate(struct asking *a)
{
	const char *name = a->name.len ? text_string(&a->name) : NULL;
	const struct talk_tls_wish wish = { .server_name = name,
					    .old_versions = true };
	struct certificate c;
	struct talk t;

	if (begin(&t, a))
		return;
	if (talk_tls_start(&t, &wish, talk_until(SPEAK_LIMIT * MS)) ==
	    TLS_DONE) {
		tell_version(a, &t);
		if (!certificate_look(&c, &t, name ? name : "") && c.is_there)
			tell_certificate(a, &c);
		certificate_done(&c);
	}
	talk_done(&t);
}

void server_tls(struct server *s, const struct server_seen *seen,
		const struct look_question *q, struct attempt *attempt)
{
	const struct fact_set *f = &attempt->facts.set;
	struct asking a = { .s = s,
			    .question = q,
			    .facts = &attempt->facts,
			    .target = s->record->target,
			    .options = { .stop = s->stop } };

	if (s->is_mute || s->host.is_saved || seen->is_asked ||
	    seen->is_reported || q->protocol != IPPROTO_TCP ||
	    !fact_has(f, FACT_TLS_CLIENT_HELLO) ||
	    server_hello_read(&a.hello, s, seen)) {
		text_done(&a.hello);
		return;
	}

	(void)server_hello_name(&a.name, &a.hello);
	if (fact_has(f, FACT_TLS_ALERT_SERVER) &&
	    !fact_has(f, FACT_TLS_SERVER_HELLO))
		try_hellos(&a);
	else if (fact_has(f, FACT_TLS_ALERT_CLIENT) &&
		 fact_has(f, FACT_TLS_SERVER_HELLO))
		read_certificate(&a);
	text_done(&a.hello);
	text_done(&a.name);
}
