#include "ruleset/set_use.h"

#include <errno.h>
#include <string.h>

int set_use_read(struct build *b, const char *value, struct argument *ret)
{
	const char *space = strchr(value, ' ');
	size_t parts = 1;

	(void)b;
	if (!space)
		return VALUE_MALFORMED;

	for (const char *s = space + 1;; parts++) {
		size_t len = strcspn(s, ",");

		if (len != 3 ||
		    (strncmp(s, "src", 3) != 0 && strncmp(s, "dst", 3) != 0))
			return VALUE_MALFORMED;
		if (!s[len])
			break;
		s += len + 1;
	}
	if (parts > SET_PARTS)
		return VALUE_TOO_BIG;

	ret->text = value;
	return 0;
}

int set_use_key(struct build *b, const char *value, struct cond *ret)
{
	const char *space = strchr(value, ' ');
	size_t part = 0;

	ret->set_name =
		arena_copy(b->ruleset->arena, value, (size_t)(space - value));
	for (; part < SET_PARTS && *space; part++) {
		ret->key[part] = space[1] == 's' ? FIELD_SADDR : FIELD_DADDR;
		space += 4;
	}
	for (; part < SET_PARTS; part++)
		ret->key[part] = FIELD_COUNT;
	return ret->set_name ? 0 : -ENOMEM;
}
