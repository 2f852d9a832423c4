#include "fix/file_edit.h"

#include <errno.h>

int file_edit_insert(struct text *out, const char *content, size_t len,
		     uint64_t line, const char *words)
{
	(void)out;
	(void)content;
	(void)len;
	(void)line;
	(void)words;
	return -ENOENT;
}

int file_edit_replace(struct text *out, const char *content, size_t len,
		      uint64_t line, const char *words)
{
	(void)out;
	(void)content;
	(void)len;
	(void)line;
	(void)words;
	return -ENOENT;
}

void file_edit_diff(struct text *out, const char *path, const char *before,
		    const char *after)
{
	(void)out;
	(void)path;
	(void)before;
	(void)after;
}

struct fix_change *file_edit_change(struct fix_planning *p,
				    struct fix_candidate *c, bool is_lasting,
				    const char *path, const char *before,
				    const char *after)
{
	(void)p;
	(void)c;
	(void)is_lasting;
	(void)path;
	(void)before;
	(void)after;
	return NULL;
}
