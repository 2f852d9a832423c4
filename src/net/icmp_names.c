#include "net/icmp_names.h"

#include <stddef.h>

#include "net/icmp.h"

static const struct {
	uint8_t version, type, code;
	const char *words;
	const char *keyword;
} rows[] = {
	{ 4, ICMP_UNREACHABLE, ICMP_NET_UNREACHABLE, "net unreachable",
	  "icmp-net-unreachable" },
	{ 4, ICMP_UNREACHABLE, ICMP_HOST_UNREACHABLE, "host unreachable",
	  "icmp-host-unreachable" },
	{ 4, ICMP_UNREACHABLE, ICMP_PROTOCOL_UNREACHABLE,
	  "protocol unreachable", "icmp-proto-unreachable" },
	{ 4, ICMP_UNREACHABLE, ICMP_PORT_UNREACHABLE, "port unreachable",
	  "icmp-port-unreachable" },
	{ 4, ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED,
	  "unreachable - need to frag", NULL },
	{ 4, ICMP_UNREACHABLE, ICMP_NET_UNKNOWN, "net unreachable - unknown",
	  NULL },
	{ 4, ICMP_UNREACHABLE, ICMP_HOST_UNKNOWN, "host unreachable - unknown",
	  NULL },
	{ 4, ICMP_UNREACHABLE, ICMP_NET_PROHIBITED,
	  "net unreachable - admin prohibited", "icmp-net-prohibited" },
	{ 4, ICMP_UNREACHABLE, ICMP_HOST_PROHIBITED,
	  "host unreachable - admin prohibited", "icmp-host-prohibited" },
	{ 4, ICMP_UNREACHABLE, ICMP_NET_TOS, "net unreachable - tos prohibited",
	  NULL },
	{ 4, ICMP_UNREACHABLE, ICMP_HOST_TOS,
	  "host unreachable - tos prohibited", NULL },
	{ 4, ICMP_UNREACHABLE, ICMP_ADMIN_PROHIBITED,
	  "host unreachable - admin prohibited filter",
	  "icmp-admin-prohibited" },
	{ 4, ICMP_TIME_EXCEEDED, 0, "time exceeded in-transit", NULL },
	{ 4, ICMP_TIME_EXCEEDED, 1, "ip reassembly time exceeded", NULL },
	{ 6, ICMP6_UNREACHABLE, ICMP6_NO_ROUTE, "unreachable route",
	  "icmp6-no-route" },
	{ 6, ICMP6_UNREACHABLE, ICMP6_PROHIBITED, "unreachable prohibited",
	  "icmp6-adm-prohibited" },
	{ 6, ICMP6_UNREACHABLE, ICMP6_BEYOND_SCOPE, "beyond scope", NULL },
	{ 6, ICMP6_UNREACHABLE, ICMP6_ADDRESS_UNREACHABLE,
	  "unreachable address", "icmp6-addr-unreachable" },
	{ 6, ICMP6_UNREACHABLE, ICMP6_PORT_UNREACHABLE, "unreachable port",
	  "icmp6-port-unreachable" },
	{ 6, ICMP6_UNREACHABLE, ICMP6_POLICY, "source address failed policy",
	  "icmp6-policy-fail" },
	{ 6, ICMP6_UNREACHABLE, ICMP6_REJECT_ROUTE, "reject route",
	  "icmp6-reject-route" },
	{ 6, ICMP6_PACKET_TOO_BIG, 0, "packet too big", NULL },
	{ 6, ICMP6_TIME_EXCEEDED, 0, "time exceeded in-transit", NULL },
	{ 6, ICMP6_TIME_EXCEEDED, 1, "time exceeded in-reassembly", NULL },
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

const char *icmp_words(uint8_t version, uint8_t type, uint8_t code)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].version == version && rows[i].type == type &&
		    rows[i].code == code)
			return rows[i].words;

	return NULL;
}

const char *icmp_reject_keyword(uint8_t version, uint8_t type, uint8_t code)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].version == version && rows[i].type == type &&
		    rows[i].code == code)
			return rows[i].keyword;

	return NULL;
}

const char *tls_alert_name(uint8_t description)
{
	static const struct {
		uint8_t description;
		const char *name;
	} alerts[] = {
		{ 10, "unexpected_message" },
		{ 20, "bad_record_mac" },
		{ 22, "record_overflow" },
		{ 40, "handshake_failure" },
		{ 42, "bad_certificate" },
		{ 43, "unsupported_certificate" },
		{ 44, "certificate_revoked" },
		{ 45, "certificate_expired" },
		{ 46, "certificate_unknown" },
		{ 47, "illegal_parameter" },
		{ 48, "unknown_ca" },
		{ 49, "access_denied" },
		{ 50, "decode_error" },
		{ 51, "decrypt_error" },
		{ 70, "protocol_version" },
		{ 71, "insufficient_security" },
		{ 80, "internal_error" },
		{ 86, "inappropriate_fallback" },
		{ 109, "missing_extension" },
		{ 110, "unsupported_extension" },
		{ 112, "unrecognized_name" },
		{ 113, "bad_certificate_status_response" },
		{ 115, "unknown_psk_identity" },
		{ 116, "certificate_required" },
		{ 120, "no_application_protocol" },
	};

	for (size_t i = 0; i < sizeof(alerts) / sizeof(*alerts); i++)
		if (alerts[i].description == description)
			return alerts[i].name;

	return NULL;
}
