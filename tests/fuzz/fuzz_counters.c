#include <stdint.h>

#include "host/counters.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct counters_taken c = { .value = { 0 } };

	counters_parse(&c, (const char *)data, size);
	return 0;
}
