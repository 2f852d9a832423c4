#pragma once

#include <stddef.h>
#include <stdint.h>

struct problems;

/*
 * The bytes of a file, of standard input or of memory, unpacked when they are
 * packed, several packed streams in a row too. Damage to the packing is
 * reported as a problem and ends the bytes; what was unpacked before it is
 * delivered.
 *
 * Files are read, not mapped: one that somebody cuts while we read it must not
 * kill us.
 */
struct unpack;

/* The path ("-" for standard input) and problems must outlive it. 0 or -errno. */
__attribute__((warn_unused_result)) int
unpack_open(struct unpack **ret, const char *path, struct problems *problems);

/* The same over memory, which is given out at most step bytes at a time, as a
 * slow pipe would. The memory must outlive it. */
__attribute__((warn_unused_result)) int unpack_open_memory(struct unpack **ret,
							   const void *data,
							   size_t size,
							   size_t step);

/* For unpack_open_memory(): what problems call it, and where they go. */
void unpack_name(struct unpack *u, const char *name, struct problems *problems);

void unpack_close(struct unpack *u);

/* Bytes into data, at most INT_MAX; 0 at the end, -errno. */
__attribute__((warn_unused_result)) int unpack_read(struct unpack *u,
						    uint8_t *data, size_t size);

/* Bytes of the file itself that were read; its size, 0 when not known. */
uint64_t unpack_done(const struct unpack *u);
uint64_t unpack_size(const struct unpack *u);
