#pragma once

/* The process that nftrace_start() began, a recorder_run: arms, says so on
 * control, copies the kernel's messages to the file, and ends. request: a struct
 * nftrace_request. */
__attribute__((noreturn)) void collect(const void *request, int file,
				       int control);
