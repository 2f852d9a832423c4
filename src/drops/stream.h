#pragma once

#include <stdint.h>

/*
 * The file between the collector (drops.c) and its reader (event.c), also when
 * it is read elsewhere: little-endian, names written out. It begins with
 * STREAM_MAGIC and the version; then parts, each its type (u8), its length
 * behind these three bytes (u16), and that.
 */
#define STREAM_MAGIC "KWDROPS\n"

enum { STREAM_MAGIC_SIZE = 8, STREAM_VERSION = 1, STREAM_PART_HEAD = 3 };

enum stream_part {
	STREAM_ATTACHED = 1, /* nothing behind it */
	STREAM_MISSING,      /* a name */
	STREAM_LOST,         /* u64: since it began; the last counts */
	STREAM_EVENT,
	/* As STREAM_EVENT, and behind that strings, each with its length (u8):
	 * the place and its callers. They hold for later ones of that key. */
	STREAM_EVENT_STACK,
};

/*
 * An event: what, protocol, TCP's flags, ICMP's type and code, old and new
 * state (u8 each), from and to (16 bytes each), their ports (u16), at, key,
 * count, cookie (u64), seq, device, error, soft error, pid, uid (u32), program
 * and reason (strings with their length, u8).
 */
