#include "probe/certificate.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "probe/first_bytes.h"
#include "probe/talk_facts.h"
#include "probe/talk_tls.h"

enum {
	NAMES_MOST = 8, /* that are shown */
	SOON_DAYS = 30, /* worth a word */
	DAY_S = 86400,
	CLOCKS_AGREE_S = 3600,
};

/* No host was set right before this program was written. */
#define WRITTEN_S INT64_C(1763000000)

struct chain {
	gnutls_x509_crt_t certs[CERTIFICATE_CHAIN];
	unsigned count;
};

static int read_chain(struct chain *ret, const struct certificate_shown *shown)
{
	ret->count = 0;
	for (size_t i = 0; i < shown->count; i++) {
		const struct cursor *der = &shown->ders[i];
		/* Which is only read. */
		gnutls_datum_t data = { (uint8_t *)der->pos,
					(unsigned)cursor_left(der) };
		gnutls_x509_crt_t cert;

		if (gnutls_x509_crt_init(&cert) < 0)
			return -ENOMEM;
		ret->certs[ret->count++] = cert;
		if (gnutls_x509_crt_import(cert, &data, GNUTLS_X509_FMT_DER) <
		    0)
			return -EBADMSG;
	}

	return 0;
}

static void free_chain(struct chain *c)
{
	for (unsigned i = 0; i < c->count; i++)
		gnutls_x509_crt_deinit(c->certs[i]);
}

/* The common name, or all of it. */
static void put_name(struct text *out, gnutls_x509_crt_t cert, bool issuer)
{
	char name[512];
	size_t len = sizeof(name);
	int err = issuer ? gnutls_x509_crt_get_issuer_dn_by_oid(
				   cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0,
				   name, &len)
			 : gnutls_x509_crt_get_dn_by_oid(
				   cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0,
				   name, &len);

	if (err < 0) {
		len = sizeof(name);
		err = issuer ? gnutls_x509_crt_get_issuer_dn(cert, name, &len)
			     : gnutls_x509_crt_get_dn(cert, name, &len);
	}
	if (err >= 0)
		first_bytes_clean(out, name, strnlen(name, len));
}

static void put_names(struct text *out, gnutls_x509_crt_t cert)
{
	for (unsigned i = 0; i < NAMES_MOST; i++) {
		char name[512];
		size_t len = sizeof(name);
		int type = gnutls_x509_crt_get_subject_alt_name(cert, i, name,
								&len, NULL);

		if (type < 0)
			return;
		if (type != GNUTLS_SAN_DNSNAME && type != GNUTLS_SAN_IPADDRESS)
			continue;
		if (out->len)
			text_str(out, ", ");
		if (type == GNUTLS_SAN_DNSNAME) {
			first_bytes_clean(out, name, strnlen(name, len));
		} else {
			struct address a = { { [10] = 0xff, [11] = 0xff } };

			if (len == 4)
				memcpy(a.bytes + 12, name, 4);
			else if (len == 16)
				memcpy(a.bytes, name, 16);
			address_text(out, &a);
		}
	}
}

/* The first certificate of the chain that is out of date speaks for it. */
static void look_at_dates(struct certificate *ret, const struct chain *chain)
{
	time_t now = time(NULL);

	for (unsigned i = 0; i < chain->count; i++) {
		time_t from =
			gnutls_x509_crt_get_activation_time(chain->certs[i]);
		time_t to =
			gnutls_x509_crt_get_expiration_time(chain->certs[i]);

		if (i > 0 && now >= from && now <= to)
			continue;
		ret->not_before_s = from;
		ret->not_after_s = to;
		ret->is_expired = now > to;
		ret->is_early = now < from;
		if (ret->is_expired || ret->is_early)
			return;
	}
}

/* Dates are looked at on their own, so that each fault is told by itself. */
static int look_at_trust(struct certificate *ret, struct chain *chain,
			 const char *ca_file)
{
	gnutls_x509_trust_list_t trust;
	unsigned status = 0;
	int n;

	if (gnutls_x509_trust_list_init(&trust, 0) < 0)
		return -ENOMEM;

	n = ca_file ? gnutls_x509_trust_list_add_trust_file(
			      trust, ca_file, NULL, GNUTLS_X509_FMT_PEM, 0, 0)
		    : gnutls_x509_trust_list_add_system_trust(trust, 0, 0);
	if (n >= 0 && gnutls_x509_trust_list_verify_crt2(
			      trust, chain->certs, chain->count, NULL, 0,
			      GNUTLS_VERIFY_DISABLE_TIME_CHECKS |
				      GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS,
			      &status, NULL) < 0)
		status = GNUTLS_CERT_INVALID;
	ret->is_untrusted = status != 0;
	gnutls_x509_trust_list_deinit(trust, 1);

	return n < 0 && ca_file ? -ENOENT : 0;
}

static void date_text(struct text *out, int64_t at_s)
{
	time_t when = (time_t)at_s;
	char date[32] = "";
	struct tm tm;

	if (gmtime_r(&when, &tm))
		(void)strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S UTC",
			       &tm);
	text_str(out, date);
}

static void blame(struct certificate *c, struct arena *a)
{
	struct text from = TEXT_NULL, to = TEXT_NULL;
	struct culprit *culprit;

	/* So that they can be printed. */
	(void)text_string(&c->subject);
	(void)text_string(&c->issuer);
	(void)text_string(&c->names);
	date_text(&from, c->not_before_s);
	date_text(&to, c->not_after_s);
	culprit = culprit_new(
		a, CULPRIT_CERTIFICATE, VANTAGE_SERVER,
		_("certificate of %s, issued by %s, valid from %s to %s"),
		text_string(&c->subject), text_string(&c->issuer),
		text_string(&from), text_string(&to));
	culprit_text(culprit, a, "subject", text_string(&c->subject));
	culprit_text(culprit, a, "issuer", text_string(&c->issuer));
	culprit_text(culprit, a, "names", text_string(&c->names));
	culprit_text(culprit, a, "not_before", text_string(&from));
	culprit_text(culprit, a, "not_after", text_string(&to));
	c->culprit = culprit;
	text_done(&from);
	text_done(&to);
}

int certificate_judge(struct certificate *ret,
		      const struct certificate_shown *shown, const char *name,
		      const char *ca_file, struct arena *arena)
{
	struct chain chain;
	int err;

	*ret = (struct certificate){ 0 };
	err = read_chain(&chain, shown);
	if (err == 0 && chain.count > 0) {
		ret->is_there = true;
		put_name(&ret->subject, chain.certs[0], false);
		put_name(&ret->issuer, chain.certs[0], true);
		put_names(&ret->names, chain.certs[0]);
		look_at_dates(ret, &chain);
		ret->is_other_name =
			!gnutls_x509_crt_check_hostname(chain.certs[0], name);
		ret->is_self_signed = chain.count == 1 &&
				      gnutls_x509_crt_check_issuer(
					      chain.certs[0], chain.certs[0]);
		err = look_at_trust(ret, &chain, ca_file);
		blame(ret, arena);
	}
	free_chain(&chain);

	return err == -EBADMSG ? 0 : err;
}

int certificate_look(struct certificate *ret, const struct talk *t,
		     const char *name)
{
	struct certificate_shown shown = { 0 };
	const uint8_t *der;
	size_t len = 0;

	while (shown.count < CERTIFICATE_CHAIN &&
	       (der = talk_tls_certificate(t, shown.count, &len)))
		shown.ders[shown.count++] = cursor_over(der, len);

	return certificate_judge(ret, &shown, name, t->options->ca_file,
				 t->facts->arena);
}

void certificate_done(struct certificate *c)
{
	text_done(&c->subject);
	text_done(&c->issuer);
	text_done(&c->names);
}

/* All that is wrong with it, for a note. */
static void tell_note(struct talk *t, const struct certificate *c)
{
	struct text what = TEXT_NULL;

	if (c->is_expired)
		text_str(&what, _(" It has expired."));
	if (c->is_early)
		text_str(&what, _(" It is not valid yet."));
	if (c->is_other_name)
		text_str(&what, _(" It does not cover this name."));
	if (c->is_untrusted)
		text_str(&what,
			 c->is_self_signed
				 ? _(" It is signed by itself.")
				 : _(" Its issuer is not trusted here."));
	fact_tell(t->facts, FACT_CERT_NOTE, talk_source, NULL,
		  _("The certificate would not pass verification, which was "
		    "not asked for.%s"),
		  text_string(&what));
	text_done(&what);
}

static void tell_dates(struct talk *t, const struct certificate *c)
{
	struct text date = TEXT_NULL;

	date_text(&date, c->is_expired ? c->not_after_s : c->not_before_s);
	if (c->is_expired)
		fact_tell(t->facts, FACT_CERT_EXPIRED, talk_source, c->culprit,
			  _("By this host's clock, the certificate expired on "
			    "%s."),
			  text_string(&date));
	else
		fact_tell(t->facts, FACT_CERT_NOT_YET_VALID, talk_source,
			  c->culprit,
			  _("By this host's clock, the certificate is valid "
			    "from %s only."),
			  text_string(&date));
	text_done(&date);
}

/* The kernel knows it (adjtimex(2)), if it may be asked. */
bool certificate_clock_is_kept(void)
{
	struct timex x = { .modes = 0 };
	int state = adjtimex(&x);

	return state >= 0 && state != TIME_ERROR && !(x.status & STA_UNSYNC);
}

/* Only of the right host's certificate can be said that it is to blame. */
static void tell_clock_right(struct talk *t, const struct certificate *c,
			     const char *how)
{
	fact_tell(t->facts, FACT_CLOCK_RIGHT, talk_source, NULL, "%s", how);
	if (!c->is_other_name)
		fact_tell(t->facts, FACT_CERT_DATES_WRONG, talk_source,
			  c->culprit, NULL);
}

static void tell_name(struct talk *t, const struct certificate *c,
		      const char *name)
{
	struct address a;

	if (!c->is_other_name) {
		fact_tell(t->facts, FACT_CERT_NAME_GOOD, talk_source, NULL,
			  NULL);
		return;
	}

	fact_tell(t->facts, FACT_CERT_OTHER_NAME, talk_source, c->culprit,
		  _("The certificate does not cover \"%s\", but: %s."), name,
		  c->names.len ? c->names.data : c->subject.data);
	/* With a name, the address may be a wrong one; with an issuer that
	 * nobody trusts, it may be anybody. */
	if (!c->is_untrusted &&
	    address_parse(&a, t->target->host, strlen(t->target->host)))
		fact_tell(t->facts, FACT_CERT_NAME_WRONG, talk_source,
			  c->culprit, NULL);
}

static void tell_trust(struct talk *t, const struct certificate *c)
{
	if (!c->is_untrusted) {
		fact_tell(t->facts, FACT_CERT_TRUSTED, talk_source, NULL, NULL);
		return;
	}

	fact_tell(t->facts, FACT_CERT_UNTRUSTED, talk_source, c->culprit,
		  c->is_self_signed
			  ? _("The certificate is signed by itself.")
			  : _("The certificate's issuer, %s, is no authority "
			      "that is trusted here."),
		  c->issuer.data);
	if (!c->is_other_name)
		fact_tell(t->facts, FACT_CERT_CHAIN_WRONG, talk_source,
			  c->culprit, NULL);
}

/* This host's own part in it. */
static void tell_clock(struct talk *t, const struct certificate *c)
{
	if (time(NULL) < WRITTEN_S)
		fact_tell(t->facts, FACT_CLOCK_WRONG, talk_source, NULL,
			  _("This host's clock is wrong: it shows a time "
			    "before this program was written."));
	else if (certificate_clock_is_kept())
		tell_clock_right(t, c,
				 _("This host's clock is kept right by a time "
				   "service, as the kernel says."));
}

bool certificate_is_fault(const struct talk *t, const struct certificate *c)
{
	return t->target->is_verified && c->is_there &&
	       (c->is_expired || c->is_early || c->is_other_name ||
		c->is_untrusted);
}

void certificate_tell(struct talk *t, const struct certificate *c,
		      const char *name)
{
	bool dates = c->is_expired || c->is_early;

	if (!c->is_there)
		return;
	if (!t->target->is_verified) {
		if (dates || c->is_other_name || c->is_untrusted)
			tell_note(t, c);
		return;
	}

	if (dates) {
		tell_dates(t, c);
		tell_clock(t, c);
	} else {
		fact_tell(t->facts, FACT_CERT_DATES_GOOD, talk_source, NULL,
			  NULL);
	}
	tell_name(t, c, name);
	tell_trust(t, c);
}

void certificate_clock(struct talk *t, const struct certificate *c,
		       int64_t other_s)
{
	int64_t off = other_s - (int64_t)time(NULL);
	bool fits = other_s >= c->not_before_s && other_s <= c->not_after_s;

	if (!t->target->is_verified || !(c->is_expired || c->is_early))
		return;

	if (llabs(off) < CLOCKS_AGREE_S && !fits)
		tell_clock_right(t, c,
				 _("The server's clock agrees with this "
				   "host's."));
	else if (fits)
		fact_tell(t->facts, FACT_CLOCK_DIFFERS, talk_source, NULL,
			  _("By the server's clock, which differs from this "
			    "host's by %lld hours, the certificate is valid."),
			  (long long)(llabs(off) / 3600));
}

void certificate_words(struct text *out, const struct certificate *c)
{
	int64_t left = c->not_after_s - (int64_t)time(NULL);
	const char *subject = c->subject.len ? c->subject.data : "?";

	if (!c->is_there)
		return;

	text_str(out, ", ");
	if (c->is_expired)
		text_format(out, _("the certificate of %s has expired"),
			    subject);
	else if (c->is_early)
		text_format(out, _("the certificate of %s is not valid yet"),
			    subject);
	else if (left < (int64_t)SOON_DAYS * DAY_S)
		text_format(out, _("certificate of %s, expires in %lld days"),
			    subject, (long long)(left / DAY_S));
	else
		text_format(out, _("certificate of %s"), subject);
}
