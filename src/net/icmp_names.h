#pragma once

#include <stdint.h>

/* The words of tcpdump for an ICMP (version 4) or ICMPv6 (6) error; NULL for
 * one that has none here. */
const char *icmp_words(uint8_t version, uint8_t type, uint8_t code);

/* What `iptables -j REJECT --reject-with` calls the same (xt_REJECT.h,
 * ip6t_REJECT.h); NULL when no REJECT rule can send it. */
const char *icmp_reject_keyword(uint8_t version, uint8_t type, uint8_t code);

/* RFC 8446 6: the description of a TLS alert, or NULL. */
const char *tls_alert_name(uint8_t description);
