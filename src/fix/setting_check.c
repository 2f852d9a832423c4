#include "fix/setting_check.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/i18n.h"

enum { VALUE_MOST = 4096 };

/* "net.ipv4.conf.eth0/1.rp_filter": where the first separator is a dot, dots and
 * slashes change places (sysctl(8)). */
static void put_path(struct text *out, const char *name, size_t len)
{
	size_t first = strcspn(name, "./");
	bool has_dots = first < len && name[first] == '.';

	text_str(out, "/proc/sys/");
	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (has_dots && c == '.')
			c = '/';
		else if (has_dots && c == '/')
			c = '.';
		text_char(out, c);
	}
}

/* The same words, whatever is between them. */
static bool is_same(const char *a, const char *b)
{
	static const char blanks[] = " \t\n";

	for (;;) {
		size_t n;

		a += strspn(a, blanks);
		b += strspn(b, blanks);
		n = strcspn(a, blanks);
		if (n != strcspn(b, blanks) || strncmp(a, b, n) != 0)
			return false;
		if (!n)
			return true;
		a += n;
		b += n;
	}
}

static void tell(struct text *why, const char *wanted, const char *now)
{
	struct text line = TEXT_NULL;

	text_bytes(&line, now, strcspn(now, "\n"));
	text_clear(why);
	text_format(why,
		    _("The kernel did not take %1$s: the value is still %2$s."),
		    wanted, text_string(&line));
	text_done(&line);
}

int setting_check(const char *const *argv, struct text *why)
{
	struct text path = TEXT_NULL, now = TEXT_NULL;
	const char *value;
	int err = 0;

	if (strcmp(argv[0], "sysctl") != 0 || !argv[1] ||
	    strcmp(argv[1], "-w") != 0 || !argv[2])
		return 0;
	value = strchr(argv[2], '=');
	if (!value)
		return 0;

	put_path(&path, argv[2], (size_t)(value - argv[2]));
	if (text_ok(&path) &&
	    !file_load(&now, text_string(&path), VALUE_MOST) &&
	    !is_same(text_string(&now), value + 1)) {
		tell(why, argv[2], text_string(&now));
		err = -EIO;
	}
	text_done(&path);
	text_done(&now);
	return err;
}
