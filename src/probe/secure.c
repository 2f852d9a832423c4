#include "probe/secure.h"

#include <errno.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "fact/alert.h"
#include "probe/first_bytes.h"
#include "probe/talk_facts.h"
#include "probe/talk_tls.h"

const char *secure_name(const struct talk *t)
{
	return t->options->server_name ? t->options->server_name
				       : t->target->host;
}

/* SNI carries no addresses (RFC 6066 3). */
static const char *sni(const struct talk *t)
{
	const char *name = secure_name(t);
	struct address a;

	return address_parse(&a, name, strlen(name)) ? NULL : name;
}

static void tell(struct talk *t, enum fact_kind kind)
{
	fact_tell(t->facts, kind, talk_source, NULL, NULL);
}

static void tell_alert(struct talk *t, uint8_t alert, bool is_ours)
{
	const char *name = alert_name(alert);
	enum fact_kind kind = alert_fact(alert);

	talk_tell_data(t);
	if (is_ours)
		fact_tell(t->facts, FACT_TLS_ALERT_CLIENT, talk_source, NULL,
			  NULL);
	else
		fact_tell(t->facts, FACT_TLS_ALERT_SERVER, talk_source, NULL,
			  _("The server sent the fatal TLS alert %s (%u)."),
			  name ? name : "?", alert);
	if (kind != FACT_NONE)
		tell(t, kind);
	if (!is_ours)
		talk_says(t, STEP_FAIL, _("refuses TLS with the alert %s (%u)"),
			  name ? name : "?", alert);
}

static void tell_foreign(struct talk *t, const char *expected)
{
	const char *what = first_bytes_name(t->raw.data, t->raw.len);
	struct text shown = TEXT_NULL;

	first_bytes_clean(&shown, t->raw.data, t->raw.len);
	talk_tell_data(t);
	fact_tell(t->facts, FACT_NOT_TLS_ANSWER, talk_source, NULL,
		  _("The server answered a TLS hello with something that is "
		    "not TLS: \"%s\"."),
		  text_string(&shown));
	if (what)
		talk_says(t, STEP_FAIL,
			  _("%s was expected, but it speaks %s without TLS: "
			    "\"%s\""),
			  expected, what, text_string(&shown));
	else
		talk_says(t, STEP_FAIL,
			  _("%s was expected, but it speaks no TLS: \"%s\""),
			  expected, text_string(&shown));
	text_done(&shown);
}

/* What came of the handshake, where it is not up. */
static int tell_failure(struct talk *t, enum talk_tls_outcome outcome,
			const char *expected)
{
	struct talk_tls_state state;

	talk_tls_state(t, &state);
	if (state.has_server_hello)
		tell(t, FACT_TLS_SERVER_HELLO);
	if (state.is_certificate_asked)
		tell(t, FACT_TLS_CERTIFICATE_ASKED);

	if (outcome == TLS_ALERTED) {
		tell_alert(t, (uint8_t)state.alert, false);
	} else if (outcome == TLS_FOREIGN) {
		tell_foreign(t, expected);
	} else if (outcome == TLS_GAVE_UP) {
		if (state.our_alert >= 0)
			tell_alert(t, (uint8_t)state.our_alert, true);
		talk_says(t, STEP_FAIL, _("the TLS handshake fails: %s"),
			  state.error);
	} else if (outcome == TLS_SILENT || outcome == TLS_CLOSED) {
		talk_tell_nothing(t, outcome == TLS_SILENT ? -ETIMEDOUT : 0,
				  true);
	} else {
		talk_tell_nothing(t, -EINTR, true);
		return -EINTR;
	}

	return 0;
}

int secure_start(struct secure *ret, struct talk *t, const char *expected)
{
	const struct talk_tls_wish wish = { .server_name = sni(t) };
	enum talk_tls_outcome outcome;
	struct talk_tls_state state;
	int err;

	*ret = (struct secure){ 0 };
	tell(t, FACT_TLS_CLIENT_HELLO);
	outcome = talk_tls_start(t, &wish, talk_answer_until(t));
	if (outcome != TLS_DONE)
		return tell_failure(t, outcome, expected);

	tell(t, FACT_TLS_SERVER_HELLO);
	tell(t, FACT_TLS_UP);
	talk_tls_state(t, &state);
	ret->version = state.version;
	ret->is_certificate_asked = state.is_certificate_asked;
	if (state.is_certificate_asked)
		tell(t, FACT_TLS_CERTIFICATE_ASKED);
	err = certificate_look(&ret->certificate, t, secure_name(t));
	if (err < 0)
		return err;
	certificate_tell(t, &ret->certificate, secure_name(t));
	return 1;
}

void secure_done(struct secure *s)
{
	certificate_done(&s->certificate);
}

void secure_words(struct text *out, const struct secure *s)
{
	text_str(out, s->version);
	certificate_words(out, &s->certificate);
}

/* What is wrong with the certificate, in the order of its weight. */
static void tell_wrong(struct talk *t, const struct certificate *c,
		       const char *words)
{
	const char *subject = c->subject.len ? c->subject.data : "?";
	const char *issuer = c->issuer.len ? c->issuer.data : "?";

	if (c->is_other_name)
		talk_says(t, STEP_FAIL,
			  _("the certificate of %s does not cover \"%s\""),
			  subject, secure_name(t));
	else if (c->is_untrusted && !c->is_expired && !c->is_early)
		talk_says(t, STEP_FAIL,
			  c->is_self_signed
				  ? _("the certificate of %s is signed by "
				      "itself")
				  : _("nobody who is trusted here signed the "
				      "certificate of %s, but %s"),
			  subject, issuer);
	else
		talk_says(t, STEP_FAIL, "%s", words);
}

void secure_well(struct talk *t, const struct secure *s, const char *words)
{
	struct text all = TEXT_NULL;

	text_str(&all, words);
	if (*words)
		text_str(&all, ", ");
	secure_words(&all, s);
	if (certificate_is_fault(t, &s->certificate)) {
		talk_tell_data(t);
		tell_wrong(t, &s->certificate, text_string(&all));
	} else {
		talk_tell_well(t, "%s", text_string(&all));
	}
	text_done(&all);
}

int secure_late_alert(struct talk *t)
{
	struct talk_tls_state state;

	talk_tls_state(t, &state);
	if (state.alert < 0)
		return 0;

	tell_alert(t, (uint8_t)state.alert, false);
	return 1;
}
