#include "host/xdp_code.h"

#include <endian.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "host/first_packet.h"
#include "host/reader.h"

enum {
	STACK_BYTES = 512,
	STACK_SLOTS = STACK_BYTES / 8,
	REGISTERS = 11,
	STEPS_MOST = 100000,
	BRANCHES_MOST = 96, /* whose outcome is not known */
	CODE_MOST = 65536,
	/* Every SYN has at least the option that tells its segment size. */
	SYN_OPTIONS = 4,
	/* Of struct xdp_buff, to which the verifier leads the context. */
	CONTEXT_DATA = 0,
	CONTEXT_END = 8,
};

enum kind {
	KIND_NUMBER,  /* of which some bits are known */
	KIND_PACKET,  /* an address in the packet: the offset */
	KIND_END,     /* the packet's end */
	KIND_CONTEXT, /* the program's argument */
	KIND_STACK,   /* the offset, from its end */
	KIND_OTHER,   /* anything */
};

struct value {
	enum kind kind;
	uint64_t value, known; /* the bits that are not known are zero */
};

struct machine {
	struct value registers[REGISTERS];
	struct value stack[STACK_SLOTS];
	bool has_called;
};

struct run {
	const struct bpf_insn *code;
	size_t count;
	const struct first_packet *packet;
	size_t least; /* bytes that the packet has at least */
	unsigned steps, branches;
	bool drops, others; /* what it was seen to say */
	bool passes;
};

static const struct value anything = { .kind = KIND_OTHER };

static struct value number(uint64_t value)
{
	return (struct value){ KIND_NUMBER, value, UINT64_MAX };
}

static bool is_sure(const struct value *v)
{
	return v->kind == KIND_NUMBER && v->known == UINT64_MAX;
}

static unsigned size_of(uint8_t code)
{
	if (BPF_SIZE(code) == BPF_DW)
		return 8;
	if (BPF_SIZE(code) == BPF_W)
		return 4;

	return BPF_SIZE(code) == BPF_H ? 2 : 1;
}

static struct value half(struct value v)
{
	if (v.kind != KIND_NUMBER)
		return anything;

	v.value &= UINT32_MAX;
	v.known |= ~(uint64_t)UINT32_MAX;
	return v;
}

/* Bytes of the packet, as a number of this machine's order. */
static struct value load_packet(const struct run *r, uint64_t at, unsigned size)
{
	struct value v = number(0);

	for (unsigned i = 0; i < size; i++) {
		unsigned shift = 8 * (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
					      ? i
					      : size - 1 - i);
		bool is_in = at + i < r->packet->len;
		uint64_t known = is_in ? r->packet->known[at + i] : 0;
		uint64_t byte = is_in ? r->packet->bytes[at + i] : 0;

		v.value |= (byte & known) << shift;
		v.known &= ~((~known & 0xff) << shift);
	}

	return v;
}

/* The slot of an address in the stack, or NULL. */
static struct value *slot_of(struct machine *m, uint64_t at)
{
	uint64_t offset = at + STACK_BYTES;

	return offset < STACK_BYTES ? &m->stack[offset / 8] : NULL;
}

static bool load_context(const struct machine *m, uint64_t at, unsigned size,
			 struct value *ret)
{
	*ret = anything;
	if (size != 8 || (at != CONTEXT_DATA && at != CONTEXT_END))
		return true;

	/* What was called before may have moved the packet. */
	*ret = (struct value){ at == CONTEXT_DATA ? KIND_PACKET : KIND_END, 0,
			       0 };
	return !m->has_called;
}

static bool do_load(const struct run *r, struct machine *m,
		    const struct bpf_insn *i)
{
	const struct value *from = &m->registers[i->src_reg];
	uint64_t at = from->value + (uint64_t)(int64_t)i->off;
	struct value *to = &m->registers[i->dst_reg];
	unsigned size = size_of(i->code);
	const struct value *slot;

	if (BPF_MODE(i->code) != BPF_MEM) {
		*to = anything;
		return true;
	}
	if (from->kind == KIND_CONTEXT)
		return load_context(m, at, size, to);
	if (from->kind == KIND_PACKET) {
		*to = load_packet(r, at, size);
		return true;
	}

	slot = from->kind == KIND_STACK ? slot_of(m, at) : NULL;
	*to = slot && size == 8 && at % 8 == 0 ? *slot : anything;
	return true;
}

/* false: the packet is written to. */
static bool do_store(struct machine *m, const struct bpf_insn *i)
{
	const struct value *to = &m->registers[i->dst_reg];
	uint64_t at = to->value + (uint64_t)(int64_t)i->off;
	bool is_plain = BPF_MODE(i->code) == BPF_MEM;
	struct value *slot;

	if (to->kind == KIND_PACKET)
		return false;
	/* It may give back what was there. */
	if (!is_plain) {
		m->registers[i->src_reg] = anything;
		m->registers[BPF_REG_0] = anything;
	}

	slot = to->kind == KIND_STACK ? slot_of(m, at) : NULL;
	if (!slot)
		return true;
	*slot = anything;
	if (is_plain && size_of(i->code) == 8 && at % 8 == 0)
		*slot = BPF_CLASS(i->code) == BPF_STX
				? m->registers[i->src_reg]
				: number((uint64_t)(int64_t)i->imm);
	return true;
}

static struct value swapped(struct value v, unsigned bits)
{
	struct value ret = number(0);

	if (v.kind != KIND_NUMBER)
		return anything;

	for (unsigned i = 0; i < bits; i += 8) {
		unsigned to = bits - 8 - i;

		ret.value |= (v.value >> i & 0xff) << to;
		ret.known &= ~((~(v.known >> i) & 0xff) << to);
	}

	return ret;
}

static struct value cut(struct value v, unsigned bits)
{
	uint64_t mask = bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX;

	if (v.kind != KIND_NUMBER)
		return anything;

	v.value &= mask;
	v.known |= ~mask;
	return v;
}

/* To the network's order and back: BPF_END, and bswap of newer kernels. */
static struct value in_order(const struct bpf_insn *i, struct value v)
{
	bool is_big = BPF_SRC(i->code) == BPF_TO_BE;
	bool is_little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

	if (i->imm != 16 && i->imm != 32 && i->imm != 64)
		return anything;
	if (BPF_CLASS(i->code) == BPF_ALU64 || is_big == is_little)
		return swapped(v, (unsigned)i->imm);

	return cut(v, (unsigned)i->imm);
}

static struct value by_bits(uint8_t op, struct value a, struct value b)
{
	struct value v = { KIND_NUMBER, 0, a.known & b.known };

	if (op == BPF_AND) {
		v.value = a.value & b.value;
		v.known |= (a.known & ~a.value) | (b.known & ~b.value);
	} else if (op == BPF_OR) {
		v.value = a.value | b.value;
		v.known |= a.value | b.value;
	} else {
		v.value = (a.value ^ b.value) & v.known;
	}
	return v;
}

static struct value shifted(uint8_t op, struct value a, uint64_t by, bool is_64)
{
	uint64_t unknown = ~a.known;

	by &= is_64 ? 63 : 31;
	if (op == BPF_LSH)
		return (struct value){ KIND_NUMBER, a.value << by,
				       ~(unknown << by) };
	if (op == BPF_RSH)
		return (struct value){ KIND_NUMBER, a.value >> by,
				       ~(unknown >> by) };
	if (!is_sure(&a))
		return anything;
	if (is_64)
		return number((uint64_t)((int64_t)a.value >> by));

	return number((uint32_t)((int32_t)(uint32_t)a.value >> by));
}

static struct value of_two(uint8_t op, uint64_t a, uint64_t b)
{
	if (op == BPF_ADD)
		return number(a + b);
	if (op == BPF_SUB)
		return number(a - b);
	if (op == BPF_MUL)
		return number(a * b);
	if (op == BPF_DIV)
		return number(b ? a / b : 0);
	if (op == BPF_MOD)
		return number(b ? a % b : a);

	return anything;
}

static struct value of_numbers(uint8_t op, struct value a, struct value b,
			       bool is_64)
{
	if (op == BPF_AND || op == BPF_OR || op == BPF_XOR)
		return by_bits(op, a, b);
	if (op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH)
		return is_sure(&b) ? shifted(op, a, b.value, is_64) : anything;
	if (op == BPF_NEG)
		return is_sure(&a) ? number(0 - a.value) : anything;
	if (!is_sure(&a) || !is_sure(&b))
		return anything;

	return of_two(op, a.value, b.value);
}

/* An address and how far from it. */
static struct value moved(uint8_t op, struct value a, struct value by)
{
	if (!is_sure(&by) || (op != BPF_ADD && op != BPF_SUB) ||
	    (a.kind != KIND_PACKET && a.kind != KIND_STACK))
		return anything;

	a.value = op == BPF_ADD ? a.value + by.value : a.value - by.value;
	return a;
}

static void do_arithmetic(struct machine *m, const struct bpf_insn *i)
{
	bool is_64 = BPF_CLASS(i->code) == BPF_ALU64;
	struct value *to = &m->registers[i->dst_reg];
	struct value b = BPF_SRC(i->code) == BPF_X
				 ? m->registers[i->src_reg]
				 : number((uint64_t)(int64_t)i->imm);
	uint8_t op = BPF_OP(i->code);
	struct value a = *to;

	if (op == BPF_END) {
		*to = in_order(i, a);
		return;
	}
	/* Those with signs (of newer kernels) are not worked out. */
	if (i->off) {
		*to = anything;
		return;
	}
	if (!is_64) {
		a = half(a);
		b = half(b);
	}
	if (op == BPF_MOV)
		*to = b;
	else if (a.kind == KIND_NUMBER && b.kind == KIND_NUMBER)
		*to = of_numbers(op, a, b, is_64);
	else if (op == BPF_ADD && a.kind == KIND_NUMBER)
		*to = moved(op, b, a);
	else
		*to = moved(op, a, b);
	if (!is_64)
		*to = half(*to);
}

/* How a place in the packet stands to its end, which is not known exactly. */
static int compare_place(uint8_t op, uint64_t at, size_t least)
{
	if (at > INT32_MAX)
		return -1;
	if (op == BPF_JGT)
		return at <= least ? 0 : -1;
	if (op == BPF_JGE)
		return at < least ? 0 : -1;
	if (op == BPF_JLT)
		return at < least ? 1 : -1;

	return op == BPF_JLE && at <= least ? 1 : -1;
}

/* The same question with its sides changed. */
static uint8_t mirrored(uint8_t op)
{
	static const uint8_t pairs[][2] = { { BPF_JGT, BPF_JLT },
					    { BPF_JGE, BPF_JLE },
					    { BPF_JLT, BPF_JGT },
					    { BPF_JLE, BPF_JGE } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (pairs[i][0] == op)
			return pairs[i][1];

	return 0;
}

static int compare_sure(uint8_t op, uint64_t a, uint64_t b)
{
	if (op == BPF_JGT)
		return a > b;
	if (op == BPF_JGE)
		return a >= b;
	if (op == BPF_JLT)
		return a < b;
	if (op == BPF_JLE)
		return a <= b;

	/* Those with signs are not worked out. */
	return -1;
}

static int compare_numbers(uint8_t op, struct value a, struct value b)
{
	bool is_other = (a.value ^ b.value) & a.known & b.known;
	bool is_whole = is_sure(&a) && is_sure(&b);
	struct value both = by_bits(BPF_AND, a, b);

	if (op == BPF_JEQ && (is_other || is_whole))
		return !is_other;
	if (op == BPF_JNE && (is_other || is_whole))
		return is_other;
	if (op == BPF_JSET && both.value)
		return 1;
	if (op == BPF_JSET)
		return is_sure(&both) ? 0 : -1;

	return is_whole ? compare_sure(op, a.value, b.value) : -1;
}

/* 1: it jumps; 0: it does not; -1: that is not known. */
static int compare(const struct run *r, const struct machine *m,
		   const struct bpf_insn *i)
{
	struct value a = m->registers[i->dst_reg];
	struct value b = BPF_SRC(i->code) == BPF_X
				 ? m->registers[i->src_reg]
				 : number((uint64_t)(int64_t)i->imm);
	uint8_t op = BPF_OP(i->code);

	if (BPF_CLASS(i->code) == BPF_JMP32) {
		a = half(a);
		b = half(b);
	}
	if (a.kind == KIND_PACKET && b.kind == KIND_END)
		return compare_place(op, a.value, r->least);
	if (a.kind == KIND_END && b.kind == KIND_PACKET)
		return compare_place(mirrored(op), b.value, r->least);
	if (a.kind == KIND_NUMBER && b.kind == KIND_NUMBER)
		return compare_numbers(op, a, b);

	return -1;
}

/* What is returned: XDP_DROP and XDP_ABORTED drop. */
static bool answer(struct run *r, const struct machine *m)
{
	struct value v = half(m->registers[BPF_REG_0]);

	if (!is_sure(&v))
		return false;
	if (v.value == XDP_DROP || v.value == XDP_ABORTED)
		r->drops = true;
	else if (v.value == XDP_PASS)
		r->passes = true;
	else
		r->others = true;
	return !r->others && r->drops != r->passes;
}

static bool call(struct machine *m, const struct bpf_insn *i)
{
	/* Other programs and own functions are not followed. */
	if (i->src_reg || i->imm == BPF_FUNC_tail_call)
		return false;

	for (int k = BPF_REG_0; k <= BPF_REG_5; k++)
		m->registers[k] = anything;
	/* It may have been given a part of the stack to fill. */
	for (int k = 0; k < STACK_SLOTS; k++)
		m->stack[k] = anything;
	m->has_called = true;
	return true;
}

static bool go(struct run *r, struct machine m, size_t at);

/* false: it ends here, and not with one answer. */
static bool jump(struct run *r, struct machine *m, size_t *at)
{
	const struct bpf_insn *i = &r->code[*at];
	bool is_far = BPF_CLASS(i->code) == BPF_JMP32;
	int taken;

	++*at;
	if (BPF_OP(i->code) == BPF_CALL)
		return call(m, i);
	if (BPF_OP(i->code) == BPF_JA) {
		*at += (size_t)(int64_t)(is_far ? i->imm : i->off);
		return true;
	}

	taken = compare(r, m, i);
	if (taken < 0 && (r->branches++ >= BRANCHES_MOST ||
			  !go(r, *m, *at + (size_t)(int64_t)i->off)))
		return false;
	if (taken > 0)
		*at += (size_t)(int64_t)i->off;
	return true;
}

/* A number of 64 bits takes two instructions; others are of the kernel. */
static void do_wide(const struct run *r, struct machine *m, size_t *at)
{
	const struct bpf_insn *i = &r->code[*at];
	struct value *to = &m->registers[i->dst_reg];

	*to = anything;
	if (!i->src_reg && *at + 1 < r->count)
		*to = number((uint32_t)i->imm | (uint64_t)(uint32_t)i[1].imm
							<< 32);
	++*at;
}

static bool step(const struct run *r, struct machine *m, size_t *at)
{
	const struct bpf_insn *i = &r->code[*at];
	unsigned class = BPF_CLASS(i->code);
	bool goes_on = true;

	if (class == BPF_ALU || class == BPF_ALU64)
		do_arithmetic(m, i);
	else if (class == BPF_LDX)
		goes_on = do_load(r, m, i);
	else if (class == BPF_ST || class == BPF_STX)
		goes_on = do_store(m, i);
	else if (i->code == (BPF_LD | BPF_IMM | BPF_DW))
		do_wide(r, m, at);
	else
		goes_on = false;
	++*at;
	return goes_on;
}

/* All ways from there on end with one answer. */
static bool go(struct run *r, struct machine m, size_t at)
{
	while (at < r->count && r->steps++ < STEPS_MOST) {
		const struct bpf_insn *i = &r->code[at];
		unsigned class = BPF_CLASS(i->code);
		bool is_jump = class == BPF_JMP || class == BPF_JMP32;

		if (i->dst_reg >= REGISTERS || i->src_reg >= REGISTERS)
			return false;
		if (is_jump && BPF_OP(i->code) == BPF_EXIT)
			return answer(r, &m);
		if (is_jump ? !jump(r, &m, &at) : !step(r, &m, &at))
			return false;
	}

	return false;
}

enum xdp_code_says xdp_code_run(const struct bpf_insn *code, size_t count,
				const struct first_packet *p)
{
	bool is_tcp = p->len == p->transport + 20;
	struct run r = { .code = code,
			 .count = count,
			 .packet = p,
			 .least = p->len + (is_tcp ? SYN_OPTIONS : 0) };
	struct machine m = { 0 };

	for (int i = 0; i < REGISTERS; i++)
		m.registers[i] = anything;
	for (int i = 0; i < STACK_SLOTS; i++)
		m.stack[i] = anything;
	m.registers[BPF_REG_1].kind = KIND_CONTEXT;
	m.registers[BPF_REG_10].kind = KIND_STACK;
	if (!go(&r, m, 0))
		return XDP_CODE_MAY;

	return r.drops ? XDP_CODE_DROPS : XDP_CODE_PASSES;
}

/*
 * Of the kernel.
 */
static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int get_info(int fd, struct bpf_prog_info *info)
{
	union bpf_attr attr = { .info = { .bpf_fd = (uint32_t)fd,
					  .info_len = sizeof(*info),
					  .info = (uintptr_t)info } };

	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) ? -errno : 0;
}

static int read_code(int fd, struct text *ret)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len;
	int error = get_info(fd, &info);
	char *code;

	len = info.xlated_prog_len;
	if (error || !len || len > CODE_MOST * sizeof(struct bpf_insn))
		return error ? error : -ENODATA;

	code = calloc(1, len);
	if (!code)
		return -ENOMEM;

	info = (struct bpf_prog_info){ .xlated_prog_len = len,
				       .xlated_prog_insns = (uintptr_t)code };
	error = get_info(fd, &info);
	if (!error && info.type != BPF_PROG_TYPE_XDP)
		error = -EINVAL;
	if (!error && info.xlated_prog_insns)
		text_bytes(ret, code, len);
	free(code);
	return error;
}

static int look(void *context, struct text *ret)
{
	union bpf_attr attr = { .prog_id = *(const uint32_t *)context };
	int fd = (int)bpf(BPF_PROG_GET_FD_BY_ID, &attr);
	int error;

	if (fd < 0)
		return -errno;

	error = read_code(fd, ret);
	(void)close(fd);
	return error;
}

int xdp_code_answer(const char *id, struct text *ret)
{
	uint32_t number = (uint32_t)strtoul(id, NULL, 10);

	return look(&number, ret);
}

enum xdp_code_says xdp_code_judge(uint32_t id, const struct first_packet *p)
{
	enum xdp_code_says says = XDP_CODE_MAY;
	struct text key = TEXT_NULL, bytes = TEXT_NULL;
	size_t count;
	struct bpf_insn *code;

	text_format(&key, "bpf-code %u", id);
	if (!reader_note(text_string(&key), look, &id, &bytes)) {
		count = bytes.len / sizeof(*code);
		code = calloc(count + 1, sizeof(*code));
		if (code && count) {
			memcpy(code, bytes.data, count * sizeof(*code));
			says = xdp_code_run(code, count, p);
		}
		free(code);
	}
	text_done(&key);
	text_done(&bytes);
	return says;
}
