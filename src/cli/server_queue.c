/*
 * Queues of packets (NFQUEUE, nft's queue): which number a rule names, and
 * whether a program reads it (/proc/net/netfilter/nfnetlink_queue, a line for
 * each: net/netfilter/nfnetlink_queue.c, seq_show()).
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/server_rules_parts.h"
#include "host/reader.h"
#include "ruleset/model.h"

enum { FILE_BYTES = 64 * 1024 };

/* The first queue of the rule: 0 where it names none. */
static unsigned long number_of(const char *text)
{
	static const char *const before[] = { "--queue-num ",
					      "--queue-balance ", "queue num ",
					      "queue to ", "bypass to " };
	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		const char *at = strstr(text, before[i]);

		if (at)
			return strtoul(at + strlen(before[i]), NULL, 10);
	}

	return 0;
}

bool server_queue_is_deaf(const struct rule *r)
{
	const char *text = r->text ? r->text : "";
	unsigned long number = number_of(text);
	struct text file = TEXT_NULL;
	bool is_read = false;
	int err;

	/* Without a reader the packet goes on. */
	if (strstr(text, "bypass"))
		return false;

	err = reader_file("/proc/net/netfilter/nfnetlink_queue", FILE_BYTES,
			  &file);
	for (const char *line = text_string(&file); !err && *line;) {
		if (strtoul(line, NULL, 10) == number)
			is_read = true;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	text_done(&file);
	return !err && !is_read;
}
