#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fix/daemon_conf.h"
#include "fix/kit.h"
#include "fix/network_files.h"
#include "fix/sysctl_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The lines that a repair would change are found in any file, and what is put
 * there is found again. Which line it is stays within the text. */
static void try_daemons(struct fix_planning *p, const char *s)
{
	static const char *const keys[] = { "ListenAddress", "listen",
					    "bind bind-address", NULL };
	static const char *const words[] = { "127.0.0.1", "::1", "80",
					     "localhost" };

	for (size_t i = 0; i < 4; i++) {
		for (size_t k = 0; k < 4; k++) {
			struct conf_place at;
			const char *line, *now;

			if (!daemon_conf_find(s, keys[i], words[k], &at))
				continue;
			line = kit_line(p, s, at.line);
			if (!line || at.at + at.len > strlen(line))
				abort();
			now = daemon_conf_words(p, line, &at, "10.0.0.2",
						(enum conf_more)(k % 5));
			if (!strstr(now, "10.0.0.2"))
				abort();
		}
	}
}

static void try_others(struct fix_planning *p, const char *s)
{
	uint64_t count = kit_line_count(s);
	struct sysctl_line l;

	if (sysctl_files_line(p, s, "net/ipv4/tcp_syncookies", &l) &&
	    (l.line > count || !l.value))
		abort();
	if (network_files_stanza_end(s, "eth0", false) > count + 1)
		abort();
	for (uint64_t n = 1; n <= count && n < 4; n++) {
		if (!kit_line(p, s, n))
			abort();
		if (!kit_inserted(p, s, n, "x") || !kit_replaced(p, s, n, "x"))
			abort();
	}
	(void)sysctl_files_key(p, s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fix_plan plan = { .arena = arena_new() };
	struct fix_planning p = { .plan = &plan };
	const char *s = plan.arena ? arena_copy(plan.arena, data, size) : NULL;

	if (s) {
		try_daemons(&p, s);
		try_others(&p, s);
	}
	arena_free(plan.arena);
	return 0;
}
