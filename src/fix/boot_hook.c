#include "fix/boot_hook.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/tool.h"
#include "fix/replace.h"

enum { TIMER_MS = 3000 };

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

/* The path of this very program. */
static int find_program(char program[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", program, PATH_MAX - 1);

	if (len < 0)
		return -errno;
	program[len] = '\0';
	return 0;
}

static bool has_systemd(void)
{
	return is_folder("/run/systemd/system");
}

int boot_hook_set(void)
{
	char program[PATH_MAX];
	int err = find_program(program);

	if (err)
		return err;
	/* In neither file has it to be in quotes of another kind. */
	if (strpbrk(program, "\"'%\\\n$"))
		return -EINVAL;
	if (has_systemd())
		return set_unit(program);
	if (is_folder("/etc/cron.d"))
		return set_cron(program);

	return -ENOENT;
}

void boot_hook_timer(const char *id, unsigned seconds)
{
	char program[PATH_MAX], unit_name[64], when[32];
	const char *const argv[] = {
		"systemd-run", "--quiet",   "--collect",
		unit_name,     when,        "--timer-property=AccuracySec=1s",
		"--",          program,     "fix",
		"undo",        "--pending", NULL
	};
	struct tool t = { 0 }, *const list[] = { &t };
	struct text found = TEXT_NULL;

	if (!has_systemd() || find_program(program) ||
	    !tool_find(&found, TOOL_USUAL_PATH, argv[0]))
		return;
	(void)snprintf(unit_name, sizeof(unit_name), "--unit=kiriwake-undo-%s",
		       id);
	(void)snprintf(when, sizeof(when), "--on-active=%us", seconds);
	tool_start(&t, text_string(&found), argv);
	tool_finish(list, 1, tool_now_ms() + TIMER_MS);
	tool_done(&t);
	text_done(&found);
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
