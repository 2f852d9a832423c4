#pragma once

#include <stddef.h>

#include "trace/printers/dns_name.h"

/* One EDNS option (RFC 6891 6.1.2): prints the option at *place and moves
 * *place behind it. */
enum dns_step dns_option_print(struct dns_message *m, size_t *place);
