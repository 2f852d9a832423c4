#include <stddef.h>
#include <stdint.h>

#include "probe/http.h"
#include "probe/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What stands behind SoftEther's TLS: the head of HTTP, and the list. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct http_answer answer;
	struct pack_hello hello;

	(void)pack_hello(&hello, data, len);
	if (http_parse(&answer, data, len) && answer.body)
		(void)pack_hello(&hello, data + answer.body, len - answer.body);

	return 0;
}
