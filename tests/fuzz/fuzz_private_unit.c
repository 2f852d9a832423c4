/* /proc/PID/cgroup: the service that it names. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/private_unit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);
	size_t size = 0;
	const char *name;

	if (!text)
		return 0;

	memcpy(text, data, len);
	text[len] = '\0';
	name = private_unit_name(text, &size);
	if (name && (name < text || size > strlen(name) ||
		     memchr(name, '/', size) || memchr(name, '\n', size)))
		abort();
	free(text);
	return 0;
}
