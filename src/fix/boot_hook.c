#include "fix/boot_hook.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "fix/replace.h"

static const char unit[] = "/etc/systemd/system/kiriwake-undo.service";
static const char wants[] = "/etc/systemd/system/sysinit.target.wants";
static const char link_path[] =
	"/etc/systemd/system/sysinit.target.wants/kiriwake-undo.service";
static const char table[] = "/etc/cron.d/kiriwake-undo";

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static int put(const char *path, struct text *words)
{
	int err = text_ok(words) ? 0 : -ENOMEM;

	if (!err && replace_is(path, text_string(words)) != 1) {
		(void)unlink(path);
		err = replace_file(path, NULL, text_string(words), 0644);
	}
	return err;
}

static int set_unit(const char *program)
{
	struct text t = TEXT_NULL;
	int err;

	text_format(
		&t,
		"[Unit]\n"
		"Description=Take back what kiriwake changed and nobody confirmed\n"
		"DefaultDependencies=no\n"
		"After=local-fs.target\n"
		"Before=network-pre.target systemd-sysctl.service\n"
		"Before=netfilter-persistent.service nftables.service\n"
		"Before=iptables.service ip6tables.service ipset.service\n"
		"Before=firewalld.service ufw.service shorewall.service\n"
		"Wants=network-pre.target\n"
		"\n"
		"[Service]\n"
		"Type=oneshot\n"
		"ExecStart=\"%s\" fix undo --pending\n",
		program);
	err = put(unit, &t);
	text_done(&t);
	if (!err && mkdir(wants, 0755) && errno != EEXIST)
		err = -errno;
	if (!err && symlink(unit, link_path) && errno != EEXIST)
		err = -errno;
	return err;
}

static int set_cron(const char *program)
{
	struct text t = TEXT_NULL;
	int err;

	text_format(&t, "@reboot root '%s' fix undo --pending\n", program);
	err = put(table, &t);
	text_done(&t);
	return err;
}

int boot_hook_set(void)
{
	char program[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (len < 0)
		return -errno;
	program[len] = '\0';
	/* In neither file has it to be in quotes of another kind. */
	if (strpbrk(program, "\"'%\\\n$"))
		return -EINVAL;
	if (is_folder("/run/systemd/system"))
		return set_unit(program);
	if (is_folder("/etc/cron.d"))
		return set_cron(program);

	return -ENOENT;
}

void boot_hook_clear(void)
{
	(void)unlink(link_path);
	(void)unlink(unit);
	(void)unlink(table);
	/* What a crash left half written. */
	replace_forget(unit);
	replace_forget(table);
}
