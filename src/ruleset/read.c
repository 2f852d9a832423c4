#include "ruleset/read.h"

#include "ruleset/save.h"

int ruleset_read(struct ruleset *r, const char *file, const char *text,
		 size_t len)
{
	return save_read(r, file, text, len, READ_NO_HINT);
}
