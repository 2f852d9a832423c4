/* What `nft list ruleset' and iptables-save print, cut into pieces: whatever it is,
 * no line of rules is lost, and each piece of nft's closes what it opens. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fix/rehearse_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int take(void *context, const char *text, size_t len)
{
	size_t *sum = context;

	if (strlen(text) > len)
		abort();
	*sum += len;
	return 0;
}

static size_t count(const char *s, const char *what)
{
	size_t n = 0;

	for (s = strstr(s, what); s; s = strstr(s + 1, what))
		n++;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct arena *a = arena_new();
	struct text in = TEXT_NULL, out = TEXT_NULL;
	size_t sum = 0;

	if (!a)
		return 0;
	text_bytes(&in, data, len);
	(void)rehearse_pieces_nft(a, text_string(&in), take, &sum);
	rehearse_pieces_save(&out, text_string(&in));
	if (text_ok(&out) &&
	    count(text_string(&out), "-A ") != count(text_string(&in), "-A "))
		abort();
	text_done(&in);
	text_done(&out);
	arena_free(a);
	return 0;
}
