/* Filters of traffic control as a kernel dumps them: a kind, and its options. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <netinet/in.h>

#include "host/first_packet.h"
#include "host/tc_filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const kinds[] = { "u32", "flower", "matchall", "bpf",
				     "basic" };

static void read_one(struct arena *arena, const char *kind,
		     const struct nlattr *options)
{
	const struct first_packet_question q = {
		.source = address_v4(0x0a010007),
		.has_source = true,
		.destination_port = 5555,
		.protocol = IPPROTO_TCP,
		.is_v4 = true,
	};
	struct tc_filter f = { .protocol = 0x0800, .handle = 0x80000800 };
	struct tc t = { .filters = &f };
	const struct tc_filter *by;
	struct first_packet p;

	strcpy(f.kind, kind);
	tc_filter_read(arena, &f, options);
	first_packet_make(&p, &q);
	(void)tc_judge(&t, 0, TC_INGRESS, &p, &by);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct nlattr *options;

	if (!arena || size > UINT16_MAX - sizeof(struct nlattr)) {
		arena_free(arena);
		return 0;
	}

	options = malloc(sizeof(struct nlattr) + size);
	if (options) {
		options->nla_type = 2;
		options->nla_len = (uint16_t)(sizeof(struct nlattr) + size);
		memcpy((char *)options + sizeof(struct nlattr), data, size);
		for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
			read_one(arena, kinds[i], options);
	}
	free(options);
	arena_free(arena);
	return 0;
}
