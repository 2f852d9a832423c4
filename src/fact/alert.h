#pragma once

#include <stdint.h>

#include "fact/fact.h"

/* The fact that a fatal TLS alert of that description tells (RFC 8446 6.2), or
 * FACT_NONE. */
enum fact_kind alert_fact(uint8_t description);

/* The words of the RFC: "protocol_version"; NULL: unknown. */
const char *alert_name(uint8_t description);
