#include "host/ssh_daemon.h"

#include <string.h>

#include "base/text.h"
#include "host/reader.h"

enum { LINE_MOST = 4096 };

/* "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups": sshd.c, main() */
bool ssh_daemon_is_usual_line(const char *line)
{
	static const char prefix[] = "sshd: /";
	const char *end = strstr(line, " [listener]");
	const char *word = strchr(line, ' ');

	if (strncmp(line, prefix, sizeof(prefix) - 1) != 0 || !end)
		return false;

	for (; word && word < end; word = strchr(word + 1, ' ')) {
		size_t length = strcspn(word + 1, " ");

		/* -f FILE, -o OPTION, -p PORT, also behind another letter. */
		if (word[1] == '-' && strcspn(word + 1, "fop") < length)
			return false;
	}
	return true;
}

bool ssh_daemon_is_usual(int pid)
{
	struct text path = TEXT_NULL, line = TEXT_NULL;
	bool is_usual;

	text_format(&path, "/proc/%d/cmdline", pid);
	is_usual = !reader_file(text_string(&path), LINE_MOST, &line) &&
		   ssh_daemon_is_usual_line(text_string(&line));
	text_done(&path);
	text_done(&line);
	return is_usual;
}
