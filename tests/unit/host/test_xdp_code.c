#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <netinet/in.h>

#include "host/first_packet.h"
#include "host/xdp_code.h"

enum { PORT = 5555, AT_PORT = 36, AT_TTL = 22, NEEDED = 54 };

#define INSN(c, d, s, o, i)                                                    \
	{                                                                      \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o),       \
		.imm = (i)                                                     \
	}
#define MOV(d, i) INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define COPY(d, s) INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define LOAD(size, d, s, o) INSN(BPF_LDX | BPF_MEM | (size), d, s, o, 0)
#define JUMP(op, d, i, o) INSN(BPF_JMP | (op) | BPF_K, d, 0, o, i)
#define EXIT() INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define CALL() INSN(BPF_JMP | BPF_CALL, 0, 0, 0, 0)
/* r2 = data, r3 = data_end; a shorter packet passes, by the last two. */
#define ENTER(bytes, past)                                                     \
	LOAD(BPF_DW, 2, 1, 0), LOAD(BPF_DW, 3, 1, 8), COPY(4, 2),              \
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 4, 0, 0, bytes),             \
		INSN(BPF_JMP | BPF_JGT | BPF_X, 4, 3, past, 0)
#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static enum xdp_code_says run(const struct bpf_insn *code, size_t count,
			      uint16_t port)
{
	const struct first_packet_question q = {
		.source = address_v4(0x0a010007),
		.destination = address_v4(0xac100102),
		.has_source = true,
		.has_destination = true,
		.destination_port = port,
		.protocol = IPPROTO_TCP,
		.is_v4 = true,
	};
	struct first_packet p;

	first_packet_make(&p, &q);
	return xdp_code_run(code, count, &p);
}

static void a_port_that_is_known_decides(void **state)
{
	const struct bpf_insn code[] = {
		ENTER(NEEDED, 4),
		LOAD(BPF_H, 5, 2, AT_PORT),
		JUMP(BPF_JNE, 5, htons(PORT), 2),
		MOV(0, XDP_DROP),
		EXIT(),
		MOV(0, XDP_PASS),
		EXIT(),
	};

	(void)state;
	assert_int_equal(run(code, COUNT(code), PORT), XDP_CODE_DROPS);
	assert_int_equal(run(code, COUNT(code), PORT + 1), XDP_CODE_PASSES);
	assert_int_equal(run(code, COUNT(code), 0), XDP_CODE_MAY);
}

/* As above, with the port turned round first (be16toh()). */
static void numbers_are_turned_round(void **state)
{
	const struct bpf_insn code[] = {
		ENTER(NEEDED, 5),
		LOAD(BPF_H, 5, 2, AT_PORT),
		INSN(BPF_ALU | BPF_END | BPF_TO_BE, 5, 0, 0, 16),
		JUMP(BPF_JNE, 5, PORT, 2),
		MOV(0, XDP_DROP),
		EXIT(),
		MOV(0, XDP_PASS),
		EXIT(),
	};

	(void)state;
	assert_int_equal(run(code, COUNT(code), PORT), XDP_CODE_DROPS);
	assert_int_equal(run(code, COUNT(code), PORT + 1), XDP_CODE_PASSES);
}

static void a_longer_packet_is_not_taken_for_granted(void **state)
{
	const struct bpf_insn code[] = {
		ENTER(200, 2),    MOV(0, XDP_DROP), EXIT(),
		MOV(0, XDP_PASS), EXIT(),
	};

	(void)state;
	assert_int_equal(run(code, COUNT(code), PORT), XDP_CODE_MAY);
}

static void what_is_not_known_of_the_packet_is_not_guessed(void **state)
{
	const struct bpf_insn code[] = {
		ENTER(NEEDED, 4),
		LOAD(BPF_B, 5, 2, AT_TTL),
		JUMP(BPF_JGT, 5, 64, 2),
		MOV(0, XDP_DROP),
		EXIT(),
		MOV(0, XDP_PASS),
		EXIT(),
	};

	(void)state;
	assert_int_equal(run(code, COUNT(code), PORT), XDP_CODE_MAY);
}

/* What a map holds changes only a counter. */
static void what_a_call_returns_may_not_matter(void **state)
{
	const struct bpf_insn counts[] = {
		ENTER(NEEDED, 6),
		LOAD(BPF_H, 6, 2, AT_PORT),
		CALL(),
		JUMP(BPF_JEQ, 0, 0, 1),
		INSN(BPF_STX | BPF_MEM | BPF_DW, 0, 6, 0, 0),
		MOV(0, XDP_DROP),
		EXIT(),
		MOV(0, XDP_PASS),
		EXIT(),
	};
	const struct bpf_insn decides[] = {
		CALL(), JUMP(BPF_JEQ, 0, 0, 2), MOV(0, XDP_DROP),
		EXIT(), MOV(0, XDP_PASS),       EXIT(),
	};

	(void)state;
	assert_int_equal(run(counts, COUNT(counts), PORT), XDP_CODE_DROPS);
	assert_int_equal(run(decides, COUNT(decides), PORT), XDP_CODE_MAY);
}

static void a_program_that_sends_back_does_neither(void **state)
{
	const struct bpf_insn code[] = { MOV(0, XDP_TX), EXIT() };

	(void)state;
	assert_int_equal(run(code, COUNT(code), PORT), XDP_CODE_MAY);
}

static void what_is_kept_on_the_stack_is_found_again(void **state)
{
	const struct bpf_insn code[] = {
		MOV(5, XDP_DROP),
		INSN(BPF_STX | BPF_MEM | BPF_DW, 10, 5, -8, 0),
		LOAD(BPF_DW, 0, 10, -8),
		EXIT(),
	};

	(void)state;
	assert_int_equal(run(code, COUNT(code), PORT), XDP_CODE_DROPS);
}

static void broken_code_says_nothing(void **state)
{
	const struct bpf_insn loop[] = { JUMP(BPF_JA, 0, 0, -1) };
	const struct bpf_insn out[] = { JUMP(BPF_JA, 0, 0, 700) };
	const struct bpf_insn nothing[] = { MOV(0, XDP_DROP) };
	const struct bpf_insn far[] = { LOAD(BPF_DW, 0, 10, 32000), EXIT() };

	(void)state;
	assert_int_equal(run(loop, COUNT(loop), PORT), XDP_CODE_MAY);
	assert_int_equal(run(out, COUNT(out), PORT), XDP_CODE_MAY);
	assert_int_equal(run(nothing, COUNT(nothing), PORT), XDP_CODE_MAY);
	assert_int_equal(run(far, COUNT(far), PORT), XDP_CODE_MAY);
	assert_int_equal(run(far, 0, PORT), XDP_CODE_MAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_that_is_known_decides),
		cmocka_unit_test(numbers_are_turned_round),
		cmocka_unit_test(a_longer_packet_is_not_taken_for_granted),
		cmocka_unit_test(
			what_is_not_known_of_the_packet_is_not_guessed),
		cmocka_unit_test(what_a_call_returns_may_not_matter),
		cmocka_unit_test(a_program_that_sends_back_does_neither),
		cmocka_unit_test(what_is_kept_on_the_stack_is_found_again),
		cmocka_unit_test(broken_code_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
