#include "probe/talk_tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "probe/talk.h"

/* As programs of today are set up, whatever this host's library allows. */
static const char today[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
static const char anything[] =
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:"
	"+VERS-TLS1.0:+3DES-CBC:+SIGN-ALL:+DHE-RSA:%VERIFY_ALLOW_BROKEN";

#define FOREIGN_NS (INT64_C(100) * CLOCK_MILLISECOND)

struct talk_tls {
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
	struct talk *talk;
	bool is_up;
	bool got_hello;
	int alert, our_alert;
	const char *error;
};

enum {
	RECORD_ALERT = 21,
	RECORD_HANDSHAKE = 22,
	HELLO_SERVER = 2,
};

static ssize_t pull(gnutls_transport_ptr_t context, void *buffer, size_t len)
{
	struct talk_tls *tls = context;
	int n = talk_receive(tls->talk, buffer, len);

	if (n == -EAGAIN) {
		gnutls_transport_set_errno(tls->session, EAGAIN);
		return -1;
	}

	return n;
}

static ssize_t push(gnutls_transport_ptr_t context, const void *data,
		    size_t len)
{
	struct talk_tls *tls = context;
	int n = talk_send(tls->talk, data, len);

	if (n <= 0) {
		gnutls_transport_set_errno(tls->session,
					   n == -EAGAIN ? EAGAIN : EPIPE);
		return -1;
	}

	return n;
}

void talk_tls_free(struct talk_tls *tls)
{
	if (!tls)
		return;

	if (tls->session)
		gnutls_deinit(tls->session);
	if (tls->credentials)
		gnutls_certificate_free_credentials(tls->credentials);
	free(tls);
}

static int set_up(struct talk_tls *tls, const struct talk_tls_wish *wish)
{
	int err = gnutls_certificate_allocate_credentials(&tls->credentials);

	if (err >= 0)
		err = gnutls_init(&tls->session, GNUTLS_CLIENT |
							 GNUTLS_NONBLOCK |
							 GNUTLS_NO_SIGNAL);
	if (err >= 0)
		err = gnutls_priority_set_direct(
			tls->session, wish->old_versions ? anything : today,
			NULL);
	if (err >= 0)
		err = gnutls_credentials_set(
			tls->session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
	if (err >= 0 && wish->server_name)
		err = gnutls_server_name_set(tls->session, GNUTLS_NAME_DNS,
					     wish->server_name,
					     strlen(wish->server_name));
	if (err < 0)
		return err;

	gnutls_transport_set_ptr(tls->session, tls);
	gnutls_transport_set_pull_function(tls->session, pull);
	gnutls_transport_set_push_function(tls->session, push);
	gnutls_handshake_set_timeout(tls->session, 0);
	return 0;
}

/* Whether what came begins as a TLS record of the server's does. */
static bool is_tls_answer(const struct talk *t)
{
	struct cursor c = talk_raw(t);
	uint8_t type = cursor_u8(&c);
	uint8_t major = cursor_u8(&c);

	return cursor_ok(&c) && major == 3 &&
	       (type == RECORD_ALERT || type == RECORD_HANDSHAKE);
}

static bool is_server_hello(const struct talk *t)
{
	struct cursor c = talk_raw(t);

	if (!is_tls_answer(t) || cursor_u8(&c) != RECORD_HANDSHAKE)
		return false;
	cursor_skip(&c, 4);
	return cursor_u8(&c) == HELLO_SERVER && cursor_ok(&c);
}

/* What went wrong, by GnuTLS's word and by what came. */
static enum talk_tls_outcome failure(struct talk_tls *tls, int err)
{
	const struct talk *t = tls->talk;
	int level = 0;

	if (err == GNUTLS_E_FATAL_ALERT_RECEIVED) {
		tls->alert = (int)gnutls_alert_get(tls->session);
		return TLS_ALERTED;
	}
	if (t->raw.len && !is_tls_answer(t))
		return TLS_FOREIGN;
	if (t->end != TALK_OPEN || err == GNUTLS_E_PREMATURE_TERMINATION ||
	    err == GNUTLS_E_PUSH_ERROR || err == GNUTLS_E_PULL_ERROR)
		return TLS_CLOSED;

	tls->error = gnutls_strerror(err);
	tls->our_alert = gnutls_error_to_alert(err, &level);
	return TLS_GAVE_UP;
}

static enum talk_tls_outcome shake(struct talk_tls *tls, int64_t until_ns)
{
	for (;;) {
		int err = gnutls_handshake(tls->session);

		if (err == GNUTLS_E_SUCCESS)
			return TLS_DONE;
		if (err == GNUTLS_E_AGAIN) {
			bool out = gnutls_record_get_direction(tls->session);
			int waited = talk_wait(
				tls->talk, out ? POLLOUT : POLLIN, until_ns);

			if (waited < 0)
				return waited == -EINTR ? TLS_STOPPED
							: TLS_SILENT;
		} else if (gnutls_error_is_fatal(err)) {
			return failure(tls, err);
		}
	}
}

/* GnuTLS stops at the first bytes that are none of its own: the rest of them
 * tells what it is. */
static void hear_out(struct talk *t)
{
	const int64_t until_ns = talk_until(FOREIGN_NS);
	char rest[512];

	while (t->raw.len < sizeof(rest) &&
	       talk_wait(t, POLLIN, until_ns) == 0 &&
	       talk_receive(t, rest, sizeof(rest)) > 0)
		;
}

enum talk_tls_outcome talk_tls_start(struct talk *t,
				     const struct talk_tls_wish *wish,
				     int64_t until_ns)
{
	struct talk_tls *tls = calloc(1, sizeof(*tls));
	enum talk_tls_outcome outcome;

	talk_tls_free(t->tls);
	t->tls = tls;
	if (!tls)
		return TLS_STOPPED;
	tls->talk = t;
	tls->alert = tls->our_alert = -1;
	if (set_up(tls, wish) < 0)
		return TLS_STOPPED;

	outcome = shake(tls, until_ns);
	if (outcome == TLS_FOREIGN)
		hear_out(t);
	tls->got_hello = is_server_hello(t);
	tls->is_up = outcome == TLS_DONE;
	if (outcome == TLS_GAVE_UP && tls->our_alert >= 0)
		(void)gnutls_alert_send(
			tls->session, GNUTLS_AL_FATAL,
			(gnutls_alert_description_t)tls->our_alert);
	return outcome;
}

int talk_tls_send(struct talk *t, const void *data, size_t len)
{
	ssize_t n = gnutls_record_send(t->tls->session, data, len);

	if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
		return -EAGAIN;

	return n < 0 ? 0 : (int)n;
}

int talk_tls_receive(struct talk *t, void *buffer, size_t len)
{
	struct talk_tls *tls = t->tls;

	for (;;) {
		ssize_t n = gnutls_record_recv(tls->session, buffer, len);

		if (n >= 0)
			return (int)n;
		if (n == GNUTLS_E_AGAIN)
			return -EAGAIN;
		if (n == GNUTLS_E_FATAL_ALERT_RECEIVED)
			tls->alert = (int)gnutls_alert_get(tls->session);
		if (gnutls_error_is_fatal((int)n) || n == GNUTLS_E_REHANDSHAKE)
			return 0;
	}
}

/* As people write them; GnuTLS leaves the blank out. */
static const char *version_name(gnutls_protocol_t version)
{
	if (version == GNUTLS_TLS1_3)
		return "TLS 1.3";
	if (version == GNUTLS_TLS1_2)
		return "TLS 1.2";
	if (version == GNUTLS_TLS1_1)
		return "TLS 1.1";
	if (version == GNUTLS_TLS1_0)
		return "TLS 1.0";

	return gnutls_protocol_get_name(version);
}

void talk_tls_state(const struct talk *t, struct talk_tls_state *ret)
{
	struct talk_tls *tls = t->tls;

	*ret = (struct talk_tls_state){ .alert = -1, .our_alert = -1 };
	if (!tls || !tls->session)
		return;

	ret->alert = tls->alert;
	ret->our_alert = tls->our_alert;
	ret->error = tls->error;
	ret->has_server_hello = tls->got_hello;
	ret->is_certificate_asked =
		gnutls_certificate_client_get_request_status(tls->session) != 0;
	if (tls->is_up)
		ret->version =
			version_name(gnutls_protocol_get_version(tls->session));
}

uint8_t *talk_tls_certificate(const struct talk *t, size_t i, size_t *len)
{
	const gnutls_datum_t *list;
	unsigned count = 0;

	if (!t->tls || !t->tls->session)
		return NULL;

	list = gnutls_certificate_get_peers(t->tls->session, &count);
	if (!list || i >= count)
		return NULL;

	*len = list[i].size;
	return list[i].data;
}
