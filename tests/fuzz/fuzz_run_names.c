/* DNS messages as a program says and hears them: a byte of length before each,
 * whose lowest bit says which way it goes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"
#include "net/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct run_message messages[RUN_MESSAGES];
	static char *words[] = { (char *)"program", NULL };
	static struct run r;
	struct address a = address_v4(0x7f000001);
	char name[DNS_NAME_SIZE];

	r = (struct run){ .messages = messages, .argv = words };
	while (size > 1 && r.message_count < RUN_MESSAGES) {
		struct run_message *m = &messages[r.message_count++];
		size_t len = data[0] >> 1;

		m->is_query = data[0] & 1;
		data++;
		size--;
		m->len = len < size ? len : size;
		memcpy(m->data, data, m->len);
		data += m->len;
		size -= m->len;
	}
	run_names_of(&r, &a, name);
	if (strlen(name) >= sizeof(name))
		abort();
	if (run_names_missing(&r, name) && !*name)
		abort();
	return 0;
}
