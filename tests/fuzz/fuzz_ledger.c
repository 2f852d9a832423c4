/* A ledger's log, cut off anywhere. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fix/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ledger_progress p;
	char *log = malloc(size + 1);

	if (!log)
		abort();
	memcpy(log, data, size);
	log[size] = '\0';
	ledger_read(&p, log);
	free(log);
	if (p.state >= LEDGER_STATES || !memchr(p.boot, '\0', sizeof(p.boot)) ||
	    !memchr(p.detail, '\0', sizeof(p.detail)))
		abort();
	return 0;
}
