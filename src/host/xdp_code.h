#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * What an XDP program makes of a client's first packet, as far as it can be
 * worked out from its instructions and from what is known of the packet. Maps
 * are not asked: what a program finds in one is not known, so only what it does
 * whatever it finds is sure. Nothing is run in the kernel.
 */
struct bpf_insn;
struct first_packet;

enum xdp_code_says {
	XDP_CODE_MAY, /* that depends on what is not known, or understood */
	XDP_CODE_PASSES,
	XDP_CODE_DROPS,
};

/* The instructions as the kernel's verifier left them. */
enum xdp_code_says xdp_code_run(const struct bpf_insn *code, size_t count,
				const struct first_packet *p);

/* The same of the program of that id. CAP_SYS_ADMIN; XDP_CODE_MAY where it
 * cannot be read. */
enum xdp_code_says xdp_code_judge(uint32_t id, const struct first_packet *p);

/* For guard.h: the instructions of an XDP program, by its id. */
struct text;
int xdp_code_answer(const char *id, struct text *ret);
