#pragma once

/*
 * What could discard a packet between the IP layer and a device of this network
 * namespace: traffic control. Read-only (RTM_GETQDISC; bpf(2), BPF_PROG_QUERY).
 * CAP_NET_ADMIN.
 */

/* Whether any device has a queueing discipline that shapes or filters, or a BPF
 * program on its way out. Only the plain disciplines are known not to: what is
 * not known, may. 1, 0 or -errno: it could not be looked. */
int egress_may_drop(void);

/* For host/guard.h, whose process answers for others: whether programs of tcx
 * are there, of a device by its index in decimal. */
struct text;
int egress_answer(const char *device, struct text *ret);
