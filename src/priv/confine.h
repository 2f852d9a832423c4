#pragma once

/*
 * The last step of giving rights up: what this process can still ask of the
 * kernel is a list of system calls (seccomp(2)), so that bytes which get the
 * better of a parser have little to do. It may read files, speak by TCP and
 * UDP, use what descriptors it has, and fork. It may not open anything for
 * writing, start a program, trace, load BPF, change namespaces, mount, speak to
 * local services (AF_UNIX), or make memory executable. All that is inherited
 * and cannot be taken back.
 *
 * What is forbidden fails by EACCES. What is merely newer than the list fails by
 * ENOSYS, as on a kernel that has none: libraries know what to do then.
 *
 * So descriptors that are written to, and sockets of the helper (priv.h), are
 * opened before. A leak check of AddressSanitizer traces: in such a build, and
 * only there, that is left to it.
 */

/* 0; -EINVAL: this kernel has no filters of system calls, and all is as
 * before, but for no_new_privs; -errno. */
int confine_enter(void);
