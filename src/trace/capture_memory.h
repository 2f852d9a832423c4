#pragma once

#include <stddef.h>

struct capture;
struct problems;

/*
 * capture_open() over bytes in memory, for tests: they are read at most step
 * bytes at a time. The bytes, name and problems must outlive the capture.
 */
__attribute__((warn_unused_result)) int
capture_open_memory(struct capture **ret, const void *data, size_t size,
		    size_t step, const char *name, struct problems *problems);
