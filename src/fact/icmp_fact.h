#pragma once

#include <stdint.h>

#include "fact/fact.h"

/* What an ICMP (version 4) or ICMPv6 (6) error says, as a fact of its own;
 * FACT_NONE for one that says nothing that a cause depends on. */
enum fact_kind icmp_fact(uint8_t version, uint8_t type, uint8_t code);
