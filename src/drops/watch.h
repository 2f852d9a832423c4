#pragma once

#include <stddef.h>

/* The object of watch.bpf.c, as clang made it; aligned. */
extern const unsigned char watch_object[];
extern const size_t watch_object_size;
