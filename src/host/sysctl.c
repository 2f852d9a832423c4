#include "host/sysctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/reader.h"

enum { VALUE_BYTES = 4096 };

static int load(struct text *out, const char *name)
{
	struct text path = TEXT_NULL;
	bool has_slash = strchr(name, '/') != NULL;
	int error;

	text_str(&path, "/proc/sys/");
	for (const char *s = name; *s; s++) {
		char c = *s;

		if (c == '.' && !has_slash)
			c = '/';
		text_char(&path, c);
	}
	error = text_ok(&path)
			? reader_file(text_string(&path), VALUE_BYTES, out)
			: -ENOMEM;
	text_done(&path);
	return error;
}

static int numbers(const char *name, int64_t *ret, size_t count)
{
	struct text t = TEXT_NULL;
	int error = load(&t, name);
	const char *s = text_string(&t);

	for (size_t i = 0; i < count && !error; i++) {
		char *end;

		errno = 0;
		ret[i] = strtoll(s, &end, 10);
		if (end == s || errno)
			error = -EINVAL;
		s = end;
	}
	text_done(&t);
	return error;
}

int sysctl_number(const char *name, int64_t *ret)
{
	return numbers(name, ret, 1);
}

int sysctl_pair(const char *name, int64_t ret[2])
{
	return numbers(name, ret, 2);
}
