#include "host/egress.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/bpf.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "host/netlink.h"
#include "host/reader.h"

/* BPF_TCX_EGRESS of linux/bpf.h, since Linux 6.6. */
enum { TCX_EGRESS = 47 };

/* Those that send all that they are given, as long as there is room. */
static bool is_plain(const char *kind)
{
	static const char *const plain[] = { "noqueue", "mq",    "pfifo_fast",
					     "pfifo",   "bfifo", "fq",
					     "fq_codel" };

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (strcmp(kind, plain[i]) == 0)
			return true;

	return false;
}

static int look_for_programs(void *context)
{
	int device = *(const int *)context;
	/* The device stands where a descriptor does for other hooks. */
	union bpf_attr attr = { .query = { .target_fd = (uint32_t)device,
					   .attach_type = TCX_EGRESS } };

	/* A kernel without that hook has no program there. */
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &attr, sizeof(attr)) &&
	    errno != ENOSPC)
		return errno == EINVAL || errno == ENOENT || errno == ENODEV
			       ? 0
			       : -errno;

	return attr.query.prog_cnt > 0;
}

int egress_answer(const char *device, struct text *ret)
{
	int index = (int)strtol(device, NULL, 10);

	(void)ret;
	return look_for_programs(&index);
}

static int has_programs(int device)
{
	struct text key = TEXT_NULL;
	int has;

	text_format(&key, "tcx-egress %d", device);
	has = reader_number(text_string(&key), look_for_programs, &device);
	text_done(&key);
	return has;
}

static int take(const struct nlmsghdr *m, void *context)
{
	const struct tcmsg *q = mnl_nlmsg_get_payload(m);
	bool *may_drop = context;
	const struct nlattr *a;
	int programs;

	if (m->nlmsg_type != RTM_NEWQDISC ||
	    mnl_nlmsg_get_payload_len(m) < sizeof(*q))
		return 0;

	for (struct netlink_walk w = netlink_attributes(m, sizeof(*q));
	     (a = netlink_next(&w)) != NULL;)
		if (mnl_attr_get_type(a) == TCA_KIND &&
		    (mnl_attr_validate(a, MNL_TYPE_NUL_STRING) < 0 ||
		     !is_plain(mnl_attr_get_str(a))))
			*may_drop = true;
	if (*may_drop)
		return 0;

	programs = has_programs(q->tcm_ifindex);
	*may_drop = programs > 0;
	return programs < 0 ? programs : 0;
}

int egress_may_drop(void)
{
	struct netlink_request room;
	bool may_drop = false;
	struct netlink *n;
	struct nlmsghdr *m;
	int error = netlink_open(&n, NETLINK_ROUTE);

	if (error)
		return error;

	m = netlink_request(&room, RTM_GETQDISC, NLM_F_DUMP);
	mnl_nlmsg_put_extra_header(m, sizeof(struct tcmsg));
	error = netlink_ask(n, m, take, &may_drop);
	netlink_close(n);
	return error ? error : may_drop;
}
