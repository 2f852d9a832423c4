#pragma once

#include <stddef.h>
#include <stdint.h>

#include "trace/printers/dns_name.h"

/* The questions and resource records of a DNS message (RFC 1035 4.1.2, 4.1.3):
 * each prints the one at *place and moves *place behind it. A record that has
 * not even its fixed part prints nothing and moves *place to the end of what
 * was captured. */
enum dns_step dns_question_print(struct dns_message *m, size_t *place);
enum dns_step dns_record_print(struct dns_message *m, size_t *place);
