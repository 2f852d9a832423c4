#include "fix/session.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum { ENVIRONMENT_MOST = 1 << 20, STATUS_MOST = 8192, PARENTS = 32 };

static const char name[] = "SSH_CONNECTION=";

/* A zero stands behind each. */
static bool find_in(const char *list, size_t len, struct text *ret)
{
	for (const char *at = list; at < list + len; at += strlen(at) + 1) {
		if (strncmp(at, name, sizeof(name) - 1) != 0)
			continue;
		text_str(ret, at + sizeof(name) - 1);
		return true;
	}

	return false;
}

static bool find_of(pid_t pid, struct text *ret)
{
	struct text all = TEXT_NULL;
	char path[40];
	bool found;

	(void)snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	found = !file_load(&all, path, ENVIRONMENT_MOST) &&
		find_in(text_string(&all), all.len, ret);
	text_done(&all);
	return found;
}

static pid_t parent_of(pid_t pid)
{
	static const char word[] = "\nPPid:";
	struct text all = TEXT_NULL;
	char path[40];
	const char *at = NULL;
	pid_t ret = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (!file_load(&all, path, STATUS_MOST))
		at = strstr(text_string(&all), word);
	if (at)
		ret = (pid_t)strtol(at + sizeof(word) - 1, NULL, 10);
	text_done(&all);
	return ret;
}

bool session_find(struct text *ret)
{
	const char *own = getenv("SSH_CONNECTION");
	pid_t pid = getppid();

	if (own && *own) {
		text_str(ret, own);
		return true;
	}
	for (int i = 0; i < PARENTS && pid > 1; i++, pid = parent_of(pid))
		if (find_of(pid, ret))
			return true;

	return false;
}

void session_user(struct text *ret)
{
	const struct passwd *p = getpwuid(geteuid());
	const char *before = getenv("SUDO_USER");

	if (p)
		text_str(ret, p->pw_name);
	else
		text_format(ret, "%u", geteuid());
	if (before && *before)
		text_format(ret, " (%s)", before);
}
