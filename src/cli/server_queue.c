/*
 * Queues of packets (NFQUEUE, nft's queue): whether a program reads one
 * (/proc/net/netfilter/nfnetlink_queue, a line for each:
 * net/netfilter/nfnetlink_queue.c, seq_show()).
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/server_rules_parts.h"
#include "host/reader.h"
#include "ruleset/model.h"

enum { FILE_BYTES = 64 * 1024 };

bool server_queue_is_deaf(const struct action *a)
{
	struct text file = TEXT_NULL;
	bool is_read = false;
	int err;

	/* Without a reader the packet goes on; and where it may come to several,
	 * one of them will do. */
	if (a->queue_bypass || a->queue < 0)
		return false;

	err = reader_file("/proc/net/netfilter/nfnetlink_queue", FILE_BYTES,
			  &file);
	for (const char *line = text_string(&file); !err && *line;) {
		long number = strtol(line, NULL, 10);

		if (number >= a->queue && number <= a->queue_last)
			is_read = true;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	text_done(&file);
	return !err && !is_read;
}
