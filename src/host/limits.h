#pragma once

#include <stdint.h>

/* What this process may open, and has open. */
struct limits {
	uint64_t files_most; /* RLIMIT_NOFILE, the soft one */
	uint64_t files_open;
};

/* 0, or -errno where /proc cannot be read: files_open is 0 then. */
int limits_read(struct limits *ret);
