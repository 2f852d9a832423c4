#include "host/private_unit.h"

#include <string.h>

#include "base/text.h"
#include "host/reader.h"
#include "host/unit_state.h"

enum { FILE_MOST = 64 * 1024 };

/* "0::/system.slice/web.service", or "1:name=systemd:/system.slice/..." */
const char *private_unit_name(const char *cgroup, size_t *len)
{
	static const char slice[] = "/system.slice/", end[] = ".service",
			  manager[] = ":name=systemd:/";

	for (const char *line = cgroup; *line;) {
		size_t size = strcspn(line, "\n");
		const char *path = strchr(line, '/');
		const char *name = path ? strstr(path, slice) : NULL;
		const char *colon = memchr(line, ':', size);
		bool is_managers = colon && (!strncmp(colon, "::/", 3) ||
					     !strncmp(colon, manager,
						      sizeof(manager) - 1));

		if (is_managers && name && name < line + size) {
			name += sizeof(slice) - 1;
			*len = strcspn(name, "/\n");
			if (name + *len == line + size &&
			    *len > sizeof(end) - 1 &&
			    !memcmp(name + *len - (sizeof(end) - 1), end,
				    sizeof(end) - 1))
				return name;
		}
		line += size;
		line += *line ? 1 : 0;
	}

	return NULL;
}

const char *private_unit_of(int pid, struct arena *a)
{
	struct text path = TEXT_NULL, cgroup = TEXT_NULL;
	const struct unit_state *s = NULL;
	const char *found, *name = NULL;
	size_t len = 0;

	text_format(&path, "/proc/%d/cgroup", pid);
	if (!reader_file(text_string(&path), FILE_MOST, &cgroup)) {
		found = private_unit_name(text_string(&cgroup), &len);
		name = found ? arena_copy(a, found, len) : NULL;
	}
	text_done(&path);
	text_done(&cgroup);
	if (!name || unit_state_ask(&s, a, &name, 1) || !s ||
	    strcmp(s->active, "active") != 0 ||
	    strcmp(s->private_network, "yes") != 0)
		return NULL;

	return name;
}
