/* Executables of unknown make. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/elf_needed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int r = elf_needed_has(data, len, "libwrap.so");

	if (r != 0 && r != 1 && r != -EINVAL)
		abort();
	return 0;
}
