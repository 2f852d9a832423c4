#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/*
 * A live capture, by libpcap, written as pcapng: on the devices themselves, not
 * on "any", so that the link layer's facts stay; in immediate mode, so that the
 * last packets of a short failure are there.
 */
enum { LIVE_DEVICES = 8, LIVE_NAME = 32, LIVE_FILTER = 512 };

struct live_request {
	/* The first has to open; the others are captured on where they do. */
	char devices[LIVE_DEVICES][LIVE_NAME];
	size_t count;
	char filter[LIVE_FILTER]; /* tcpdump's language */
};

/*
 * Begins in a process of its own. With root's rights (or CAP_NET_RAW) it opens
 * the devices, gives the rights up, and only then reads packets. *file becomes
 * what it writes, *control a socket: one byte comes when it captures, and one
 * whenever packets were written; when the caller shuts down its writing end, it
 * writes out what has come and closes. 0, or -errno: not permitted, no such
 * device.
 */
int live_capture_start(const struct live_request *request, int *file,
		       int *control);
