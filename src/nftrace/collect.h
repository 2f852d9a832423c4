#pragma once

#include "nftrace/nftrace.h"

/* The process that nftrace_start() began: arms, says so on control, copies the
 * kernel's messages to the file, and ends. */
__attribute__((noreturn)) void collect(const struct nftrace_request *q,
				       int file, int control);
