#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/frame.h"

struct problems;

/*
 * Frames out of capture files: pcap (both byte orders, µs and ns, "modified")
 * and pcapng, plain or packed with gzip, zstd or xz, from a file or a pipe.
 *
 * Damage ends nothing: what stands before it is delivered, its place is
 * reported as a problem, and reading goes on where whole records begin again.
 * What the frames hold is not looked at; that is net/packet.h. Text is not a
 * capture: trace/pasted.h reads it.
 */
struct capture;

/* A positive answer of capture_open(). */
enum capture_answer {
	CAPTURE_NOT_ONE = 1, /* neither pcap nor pcapng: may be text */
};

/*
 * Opens a file, "-" for standard input. Problems met while reading go to
 * problems, which, like path, must outlive the capture. 0, -errno, or
 * CAPTURE_NOT_ONE with what was read so far still there: the caller may take
 * it over with capture_unread().
 */
__attribute__((warn_unused_result)) int
capture_open(struct capture **ret, const char *path, struct problems *problems);
void capture_close(struct capture *c);

/*
 * Up to max frames into ret; they and their data stay valid until the next
 * call. The number of frames, 0 at the end, -errno when reading failed.
 */
__attribute__((warn_unused_result)) int
capture_next(struct capture *c, struct frame *ret, int max);

/* After CAPTURE_NOT_ONE: the whole input, unpacked, byte by byte as a stream.
 * Bytes into data, 0 at the end, -errno. */
__attribute__((warn_unused_result)) int capture_unread(struct capture *c,
						       void *data, int size);

/* For tcpdump's first line of a file: the link type of the first interface and
 * the snapshot length; link is -1 when there is no interface. */
struct capture_about {
	int link;
	uint32_t snaplen;
	bool is_pcapng;
	uint64_t size;    /* bytes of the file itself; 0: not known */
	uint64_t done;    /* bytes of the file itself that were read so far */
	uint64_t skipped; /* unpacked bytes left out because of damage */
};

void capture_about(const struct capture *c, struct capture_about *ret);
