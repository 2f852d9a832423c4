#pragma once

#include <stdbool.h>

/*
 * A recorder: a process of its own that has rights for as long as it takes to
 * open what it records, and then only writes what comes to a file without a
 * name, which others read while it grows: packets (trace/live.h), what the kernel
 * reports (drops/drops.h), what it traces (nftrace/nftrace.h).
 *
 * Its control is a socket: the first byte to come out of it is an errno, or 0: it
 * records; each later one says that there is more. When the other end is closed
 * or shut down for writing, it writes what is left and ends.
 */

/* What runs in that process; it does not return. */
typedef void recorder_run(const void *request, int file, int control);

/* Starts one; nobody has to wait for its end. request is copied with the
 * process. The descriptors are the caller's. 0, or -errno with both -1. */
int recorder_start(recorder_run *run, const void *request, int *file,
		   int *control);

/* Inside. */

/* Alone: deaf to the terminal's signals, and without any descriptor but these
 * two: a socket that stays open here is one whose end nobody is told of. */
void recorder_alone(int file, int control);

/* For good: nobody's, and without any capability. 0 or -errno. */
int recorder_give_up(void);

/* Says that it records, or the error. Whether anybody listens, and it does. */
bool recorder_tell(int control, int err);
