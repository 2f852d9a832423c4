/* The first byte chooses the speaker; the rest is all that its server says. */
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/speaker.h"
#include "probe/talk.h"

enum { SAID_MOST = 32 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void speak(const struct speaker *speaker, int fd)
{
	const struct target target = { .host = "192.0.2.1",
				       .path = "/",
				       .port = 1,
				       .protocol = speaker->protocol,
				       .is_service_sure = true };
	const struct probe_options options = { .server_name = "a.example" };
	struct facts facts = { .arena = arena_new() };
	struct talk t = { .target = &target,
			  .options = &options,
			  .facts = &facts };

	if (!facts.arena)
		abort();
	talk_init(&t, fd);
	if (speaker->speak(&t) < 0)
		abort();
	/* Whatever came, something was said of it. */
	if (!t.words.len)
		abort();
	talk_done(&t);
	arena_free(facts.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int ends[2];

	if (len < 1 || len > SAID_MOST)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
		abort();
	if (write(ends[1], data + 1, len - 1) != (ssize_t)(len - 1) ||
	    shutdown(ends[1], SHUT_WR) < 0)
		abort();

	speak(speaker_list[data[0] % speaker_count], ends[0]);
	(void)close(ends[1]);
	return 0;
}
