#include "host/limits.h"

#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>

#include "base/text.h"
#include "host/reader.h"

static int get_most(void *context, void *ret, size_t size)
{
	struct rlimit r = { 0 };

	(void)context;
	(void)size;
	if (getrlimit(RLIMIT_NOFILE, &r))
		return -errno;

	*(uint64_t *)ret = r.rlim_cur;
	return 0;
}

/* The limit is one of numbers: at it, opening /proc/self/fd fails as well. */
int limits_read(struct limits *ret)
{
	struct text names = TEXT_NULL;
	size_t at = 0;
	int error;

	*ret = (struct limits){ 0 };
	error = reader_value("limit-files", get_most, NULL, &ret->files_most,
			     sizeof(ret->files_most));
	if (!error)
		error = reader_names("/proc/self/fd", &names);
	while (!error && reader_string(&names, &at))
		ret->files_open++;
	/* The folder's own. */
	ret->files_open -= ret->files_open > 0;
	text_done(&names);
	return error;
}
