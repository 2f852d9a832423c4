#include "probe/stand_in_live.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/bpf.h of Linux 5.18; an older kernel knows neither. */
enum { LIVE_FRAMES = 1 << 1 };

/* Longer than an older header's union bpf_attr, perhaps: bpf(2) takes less, and
 * zeros behind. */
static int call(int command, union bpf_attr *a)
{
	int ret = (int)syscall(SYS_bpf, command, a, sizeof(*a));

	return ret < 0 ? -errno : ret;
}

int stand_in_live_open(void)
{
	static const char license[] = "GPL";
	static const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K,
		  .dst_reg = BPF_REG_0,
		  .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	union bpf_attr a;
	int err;

	memset(&a, 0, sizeof(a));
	a.prog_type = BPF_PROG_TYPE_XDP;
	a.insns = (uint64_t)(uintptr_t)code;
	a.insn_cnt = sizeof(code) / sizeof(*code);
	a.license = (uint64_t)(uintptr_t)license;
	memcpy(a.prog_name, "kiriwake", sizeof("kiriwake"));
	err = call(BPF_PROG_LOAD, &a);
	return err == -EINVAL || err == -ENOSYS ? -EOPNOTSUPP : err;
}

int stand_in_live_send(int program, uint32_t device, const uint8_t *frame,
		       size_t len)
{
	struct xdp_md from = { .data_end = (uint32_t)len,
			       .ingress_ifindex = device };
	union bpf_attr a;
	int err;

	memset(&a, 0, sizeof(a));
	a.test.prog_fd = (uint32_t)program;
	a.test.data_in = (uint64_t)(uintptr_t)frame;
	a.test.data_size_in = (uint32_t)len;
	a.test.ctx_in = (uint64_t)(uintptr_t)&from;
	a.test.ctx_size_in = sizeof(from);
	a.test.repeat = 1;
	a.test.flags = LIVE_FRAMES;
	err = call(BPF_PROG_TEST_RUN, &a);
	return err == -EINVAL ? -EOPNOTSUPP : err;
}
