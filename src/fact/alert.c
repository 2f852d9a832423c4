#include "fact/alert.h"

#include <stddef.h>

static const struct row {
	uint8_t description;
	enum fact_kind fact;
	const char *name;
} rows[] = {
	{ 0, FACT_NONE, "close_notify" },
	{ 10, FACT_NONE, "unexpected_message" },
	{ 20, FACT_NONE, "bad_record_mac" },
	{ 22, FACT_NONE, "record_overflow" },
	{ 40, FACT_TLS_ALERT_HANDSHAKE, "handshake_failure" },
	{ 42, FACT_TLS_ALERT_CERTIFICATE, "bad_certificate" },
	{ 43, FACT_TLS_ALERT_CERTIFICATE, "unsupported_certificate" },
	{ 44, FACT_TLS_ALERT_CERTIFICATE, "certificate_revoked" },
	{ 45, FACT_TLS_ALERT_EXPIRED, "certificate_expired" },
	{ 46, FACT_TLS_ALERT_CERTIFICATE, "certificate_unknown" },
	{ 47, FACT_TLS_ALERT_HANDSHAKE, "illegal_parameter" },
	{ 48, FACT_TLS_ALERT_CA, "unknown_ca" },
	{ 49, FACT_NONE, "access_denied" },
	{ 50, FACT_NONE, "decode_error" },
	{ 51, FACT_NONE, "decrypt_error" },
	{ 70, FACT_TLS_ALERT_VERSION, "protocol_version" },
	{ 71, FACT_TLS_ALERT_HANDSHAKE, "insufficient_security" },
	{ 80, FACT_NONE, "internal_error" },
	{ 86, FACT_NONE, "inappropriate_fallback" },
	{ 90, FACT_NONE, "user_canceled" },
	{ 109, FACT_NONE, "missing_extension" },
	{ 110, FACT_NONE, "unsupported_extension" },
	{ 112, FACT_TLS_ALERT_NAME, "unrecognized_name" },
	{ 113, FACT_NONE, "bad_certificate_status_response" },
	{ 115, FACT_NONE, "unknown_psk_identity" },
	{ 116, FACT_TLS_ALERT_NEEDED, "certificate_required" },
	{ 120, FACT_NONE, "no_application_protocol" },
};

static const struct row *row_of(uint8_t description)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].description == description)
			return &rows[i];

	return NULL;
}

enum fact_kind alert_fact(uint8_t description)
{
	const struct row *r = row_of(description);

	return r ? r->fact : FACT_NONE;
}

const char *alert_name(uint8_t description)
{
	const struct row *r = row_of(description);

	return r ? r->name : NULL;
}
