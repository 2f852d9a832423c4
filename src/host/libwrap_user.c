#include "host/libwrap_user.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "host/elf_needed.h"
#include "host/reader.h"

enum {
	MAPS_MOST = 4 << 20,
	ARGUMENTS_MOST = 4096,
	CONF_MOST = 64 * 1024,
	PROGRAM_MOST = 64 << 20
};

static const char library[] = "libwrap.so";

static int load(int pid, const char *name, size_t most, struct text *ret)
{
	struct text path = TEXT_NULL;
	int err;

	text_format(&path, "/proc/%d/%s", pid, name);
	err = reader_file(text_string(&path), most, ret);
	text_done(&path);
	return err == -EFBIG ? 0 : err;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "sshd: /usr/sbin/sshd -D" has written over its arguments: the first word
 * without its colon is what it was. */
static void keep_daemon(struct libwrap_process *ret, const char *argument)
{
	size_t len = strcspn(argument, " :");
	const char *name = argument;

	for (size_t i = 0; i < len; i++)
		if (argument[i] == '/')
			name = argument + i + 1;
	len -= (size_t)(name - argument);
	if (len >= sizeof(ret->daemon))
		len = sizeof(ret->daemon) - 1;
	memcpy(ret->daemon, name, len);
	ret->daemon[len] = '\0';
}

/* Debian's inetd asks libwrap itself with -l only. */
static bool is_idle(const struct libwrap_process *p,
		    const struct text *arguments)
{
	const char *at = arguments->data, *end = at + arguments->len;

	if (strcmp(p->daemon, "inetd") != 0)
		return false;

	while (at < end) {
		size_t len = strnlen(at, (size_t)(end - at));

		if (at[0] == '-' && at[1] != '-' && memchr(at, 'l', len))
			return false;
		at += len + 1;
	}

	return true;
}

/* vsftpd asks it where its own file says so only. */
static bool is_vsftpd_idle(const struct libwrap_process *p)
{
	static const char *const files[] = { "/etc/vsftpd.conf",
					     "/etc/vsftpd/vsftpd.conf" };
	struct text t = TEXT_NULL;
	bool says_so;

	if (strcmp(p->daemon, "vsftpd") != 0)
		return false;

	text_char(&t, '\n');
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		(void)reader_file(files[i], CONF_MOST, &t);
	says_so = strstr(text_string(&t), "\ntcp_wrappers=YES") != NULL;
	text_done(&t);
	return !says_so;
}

int libwrap_user_process(int pid, struct libwrap_process *ret)
{
	struct text maps = TEXT_NULL, arguments = TEXT_NULL;
	int err = load(pid, "cmdline", ARGUMENTS_MOST, &arguments);

	*ret = (struct libwrap_process){ .use = LIBWRAP_USER_UNKNOWN };
	if (!err) {
		keep_daemon(ret, text_string(&arguments));
		err = load(pid, "maps", MAPS_MOST, &maps);
	}
	if (!err && maps.len)
		ret->use = strstr(text_string(&maps), library)
				   ? LIBWRAP_USER_YES
				   : LIBWRAP_USER_NO;
	if (ret->use == LIBWRAP_USER_YES &&
	    (is_idle(ret, &arguments) || is_vsftpd_idle(ret)))
		ret->use = LIBWRAP_USER_IDLE;
	/* The rest of what there is to say does not hang on these rights. */
	if (err == -EACCES || err == -EPERM)
		err = 0;
	text_done(&maps);
	text_done(&arguments);
	return err;
}

int libwrap_user_file(const char *path, enum libwrap_user *ret)
{
	struct text t = TEXT_NULL;
	int err, has;

	*ret = LIBWRAP_USER_UNKNOWN;
	if (!strcmp(base_of(path), "tcpd")) {
		*ret = LIBWRAP_USER_YES;
		return 0;
	}

	err = reader_file(path, PROGRAM_MOST, &t);
	has = err ? -EINVAL : elf_needed_has(t.data, t.len, library);
	if (has >= 0)
		*ret = has ? LIBWRAP_USER_YES : LIBWRAP_USER_NO;
	text_done(&t);
	if (err == -EACCES || err == -EPERM)
		err = 0;
	return err;
}
