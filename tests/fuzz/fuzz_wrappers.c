/* hosts.allow and hosts.deny: the same text is read as both, and as the file
 * that a pattern names. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/wrappers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int read_file(void *with, const char *path, struct text *out)
{
	const struct wrappers_file *f = with;

	if (strcmp(path, "/etc/friends") != 0)
		return -ENOENT;

	text_bytes(out, f->text, f->len);
	return 0;
}

static void ask_for(struct wrappers_file *f, struct wrappers_ask *ask,
		    const char *client)
{
	struct wrappers_decision d;

	if (!address_parse(&ask->client.address, client, strlen(client)))
		abort();
	wrappers_decide(&d, f, f, ask);
	if (strlen(d.text) >= sizeof(d.text) || d.last_line < d.line)
		abort();
	if ((d.answer == WRAPPERS_UNKNOWN) && !d.why)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct wrappers_file f = { .name = "hosts",
				   .text = (const char *)data,
				   .len = len };
	struct wrappers_ask ask = { .daemon = "in.telnetd",
				    .read = read_file,
				    .with = &f,
				    .server_port = 23 };
	struct problems *p = problems_new();

	if (!p)
		return 0;

	ask_for(&f, &ask, "10.1.0.7");
	ask.client.asked = WRAPPERS_NAME_KNOWN;
	ask.client.name = "pc.example.org";
	ask_for(&f, &ask, "2001:db8::7");
	wrappers_check(&f, p);
	problems_free(p);
	return 0;
}
