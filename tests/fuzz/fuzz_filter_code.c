/* Programs of BPF, classic and of XDP, over a packet of which a part is known:
 * whatever the code is, it ends, and reads no more than there is. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>
#include <linux/filter.h>
#include <netinet/in.h>

#include "host/filter_code.h"
#include "host/first_packet.h"
#include "host/xdp_code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct first_packet_question q = {
		.source = address_v4(0x0a010007),
		.destination = address_v4(0xac100102),
		.has_source = true,
		.has_destination = true,
		.destination_port = 5555,
		.protocol = IPPROTO_TCP,
		.is_v4 = true,
	};
	struct filter_code_packet packet;
	struct first_packet p;
	uint32_t said;
	void *code;

	first_packet_make(&p, &q);
	packet = (struct filter_code_packet){ p.bytes, p.known, p.len,
					      p.network, 0x0800 };
	/* Of exactly that size, so that reading past it is seen. */
	code = malloc(size + 1);
	if (!code)
		return 0;

	memcpy(code, data, size);
	(void)filter_code_run(code, size / sizeof(struct sock_filter), &packet,
			      &said);
	(void)xdp_code_run(code, size / sizeof(struct bpf_insn), &p);
	free(code);
	return 0;
}
