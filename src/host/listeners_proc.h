#pragma once

#include "host/listeners.h"

/*
 * The same sockets, of /proc/net/tcp, tcp6, udp and udp6: for kernels before 3.3
 * and those without sock_diag(7). What these files do not tell is not known
 * then: backlogs, devices, whether IPv6 alone is meant (is_rough).
 */
struct text;

/* Of this network namespace. 0 or -errno. */
int listeners_proc_read(const struct listeners_question *q,
			struct listeners *ret);

/* One file's text, which is changed; added to what is there. 0 or -ENOMEM. */
int listeners_proc_parse(const struct listeners_question *q, struct text *text,
			 struct listeners *ret);
