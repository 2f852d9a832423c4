#include "host/filter_code.h"

#include <linux/filter.h>

/* A number of which some bits are known; the others are zero here. */
struct word {
	uint32_t value, known;
};

enum { CODE_MOST = BPF_MAXINSNS, BRANCHES_MOST = 256 };

struct machine {
	struct word a, x, memory[BPF_MEMWORDS];
};

struct run {
	const struct sock_filter *code;
	size_t count;
	const struct filter_code_packet *packet;
	unsigned branches; /* whose outcome was not known */
	bool has_answer;
	uint32_t answer;
};

static const struct word unknown;

static struct word number(uint32_t value)
{
	return (struct word){ value, UINT32_MAX };
}

static bool is_known(struct word w)
{
	return w.known == UINT32_MAX;
}

static unsigned size_of(uint16_t code)
{
	if (BPF_SIZE(code) == BPF_W)
		return 4;

	return BPF_SIZE(code) == BPF_H ? 2 : 1;
}

static struct word load(const struct filter_code_packet *p, uint64_t at,
			unsigned size)
{
	struct word w = { 0, 0 };

	if (at == (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL))
		return number(p->protocol);
	if (at >= (uint32_t)SKF_NET_OFF && at < (uint32_t)SKF_AD_OFF)
		at = at - (uint32_t)SKF_NET_OFF + p->network;
	if (at + size > p->len)
		return unknown;

	for (unsigned i = 0; i < size; i++) {
		w.value = w.value << 8 | (p->bytes[at + i] & p->known[at + i]);
		w.known = w.known << 8 | p->known[at + i];
	}
	/* The bits that it does not reach are zero. */
	if (size < 4)
		w.known |= UINT32_MAX << (8 * size);
	return w;
}

static struct word and_of(struct word a, struct word b)
{
	struct word w = { a.value & b.value, 0 };

	/* A zero of either makes it zero. */
	w.known = (a.known & b.known) | (a.known & ~a.value) |
		  (b.known & ~b.value);
	return w;
}

static struct word or_of(struct word a, struct word b)
{
	struct word w = { a.value | b.value, 0 };

	w.known = (a.known & b.known) | a.value | b.value;
	return w;
}

static struct word shifted(struct word a, struct word by, bool is_left)
{
	if (!is_known(by) || by.value > 31)
		return unknown;
	if (is_left)
		return (struct word){ a.value << by.value,
				      ~(~a.known << by.value) };

	return (struct word){ a.value >> by.value, ~(~a.known >> by.value) };
}

static struct word arithmetic(uint16_t op, struct word a, struct word b)
{
	if (op == BPF_AND)
		return and_of(a, b);
	if (op == BPF_OR)
		return or_of(a, b);
	if (op == BPF_LSH || op == BPF_RSH)
		return shifted(a, b, op == BPF_LSH);
	if (!is_known(a) || (op != BPF_NEG && !is_known(b)))
		return unknown;
	if (op == BPF_ADD)
		return number(a.value + b.value);
	if (op == BPF_SUB)
		return number(a.value - b.value);
	if (op == BPF_MUL)
		return number(a.value * b.value);
	if (op == BPF_XOR)
		return number(a.value ^ b.value);
	if (op == BPF_NEG)
		return number(0 - a.value);
	if (!b.value)
		return unknown;

	return number(op == BPF_DIV ? a.value / b.value : a.value % b.value);
}

static void do_load(const struct run *r, struct machine *m,
		    const struct sock_filter *i)
{
	bool is_x = BPF_CLASS(i->code) == BPF_LDX;
	struct word *to = is_x ? &m->x : &m->a;
	uint16_t mode = BPF_MODE(i->code);
	uint64_t at = i->k;

	*to = unknown;
	if (mode == BPF_IMM) {
		*to = number(i->k);
	} else if (mode == BPF_MEM && i->k < BPF_MEMWORDS) {
		*to = m->memory[i->k];
	} else if (mode == BPF_MSH) {
		struct word low = { 0x0f, UINT32_MAX };

		*to = shifted(and_of(load(r->packet, at, 1), low), number(2),
			      true);
	} else if (mode == BPF_ABS && !is_x) {
		*to = load(r->packet, at, size_of(i->code));
	} else if (mode == BPF_IND && !is_x && is_known(m->x)) {
		*to = load(r->packet, at + m->x.value, size_of(i->code));
	}
}

/* 1: it jumps; 0: it does not; -1: that is not known. */
static int compare(uint16_t op, struct word a, struct word b)
{
	uint32_t both = a.known & b.known;

	if (op == BPF_JEQ && ((a.value ^ b.value) & both))
		return 0;
	if (op == BPF_JSET && (a.value & b.value))
		return 1;
	if (op == BPF_JSET && is_known(and_of(a, b)))
		return 0;
	if (!is_known(a) || !is_known(b) || op == BPF_JSET)
		return -1;
	if (op == BPF_JEQ)
		return a.value == b.value;

	return op == BPF_JGT ? a.value > b.value : a.value >= b.value;
}

static void keep(struct machine *m, const struct sock_filter *i)
{
	if (i->k < BPF_MEMWORDS)
		m->memory[i->k] = BPF_CLASS(i->code) == BPF_ST ? m->a : m->x;
}

static void step(const struct run *r, struct machine *m,
		 const struct sock_filter *i)
{
	uint16_t class = BPF_CLASS(i->code);
	struct word k = number(i->k);

	if (class == BPF_LD || class == BPF_LDX)
		do_load(r, m, i);
	else if (class == BPF_ST || class == BPF_STX)
		keep(m, i);
	else if (class == BPF_ALU)
		m->a = arithmetic(BPF_OP(i->code), m->a,
				  BPF_SRC(i->code) == BPF_X ? m->x : k);
	else if (class == BPF_MISC && BPF_MISCOP(i->code) == BPF_TAX)
		m->x = m->a;
	else if (class == BPF_MISC)
		m->a = m->x;
}

/* Whether it is the same that other ways gave. */
static bool answer(struct run *r, struct word w)
{
	bool is_other = r->has_answer && r->answer != w.value;

	r->has_answer = true;
	r->answer = w.value;
	return is_known(w) && !is_other;
}

static bool go(struct run *r, struct machine m, size_t at);

static bool jump(struct run *r, const struct machine *m, size_t *at)
{
	const struct sock_filter *i = &r->code[*at];
	struct word k = BPF_SRC(i->code) == BPF_X ? m->x : number(i->k);
	int taken;

	if (BPF_OP(i->code) == BPF_JA) {
		*at += (size_t)i->k + 1;
		return true;
	}

	taken = compare(BPF_OP(i->code), m->a, k);
	if (taken < 0) {
		/* Both ways, which may well lead to the same. */
		if (r->branches++ >= BRANCHES_MOST ||
		    !go(r, *m, *at + 1 + i->jt))
			return false;
		taken = 0;
	}
	*at += 1 + (size_t)(taken ? i->jt : i->jf);
	return true;
}

/* All ways from there on end with one answer. Jumps lead forward only. */
static bool go(struct run *r, struct machine m, size_t at)
{
	while (at < r->count) {
		const struct sock_filter *i = &r->code[at];

		if (BPF_CLASS(i->code) == BPF_RET)
			return answer(r, BPF_RVAL(i->code) == BPF_A
						 ? m.a
						 : number(i->k));
		if (BPF_CLASS(i->code) == BPF_JMP) {
			if (!jump(r, &m, &at))
				return false;
			continue;
		}
		step(r, &m, i);
		at++;
	}

	return false;
}

bool filter_code_run(const struct sock_filter *code, size_t count,
		     const struct filter_code_packet *p, uint32_t *ret)
{
	struct run r = { .code = code, .count = count, .packet = p };
	struct machine m = { .a = number(0), .x = number(0) };

	if (count > CODE_MOST || !go(&r, m, 0))
		return false;

	*ret = r.answer;
	return true;
}
