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

/* Of this boot alone; they take themselves away. */
static int set_timer_units(const char *name, const char *program,
			   unsigned seconds)
{
	struct text path = TEXT_NULL, t = TEXT_NULL;
	int err;

	text_format(&path, "/run/systemd/system/%s.service", name);
	text_format(
		&t,
		"[Unit]\n"
		"Description=Take back what kiriwake changed and nobody confirmed\n"
		"DefaultDependencies=no\n"
		"\n"
		"[Service]\n"
		"Type=oneshot\n"
		"ExecStart=\"%1$s\" fix undo --pending\n"
		"ExecStopPost=-/bin/rm -f /run/systemd/system/%2$s.service /run/systemd/system/%2$s.timer\n",
		program, name);
	err = put(text_string(&path), &t);
	text_clear(&path);
	text_clear(&t);
	text_format(&path, "/run/systemd/system/%s.timer", name);
	text_format(&t,
		    "[Unit]\n"
		    "DefaultDependencies=no\n"
		    "\n"
		    "[Timer]\n"
		    "OnActiveSec=%us\n"
		    "AccuracySec=1s\n",
		    seconds);
	if (!err)
		err = put(text_string(&path), &t);
	text_done(&path);
	text_done(&t);
	return err;
}

void boot_hook_timer(const char *id, unsigned seconds)
{
	char program[PATH_MAX], name[64], timer[80];
	const char *const argv[] = { "systemctl", "start", timer, NULL };
	struct tool t = { 0 }, *const list[] = { &t };
	struct text found = TEXT_NULL;

	if (!has_systemd() || find_program(program) ||
	    !tool_find(&found, TOOL_USUAL_PATH, argv[0]))
		return;
	(void)snprintf(name, sizeof(name), "kiriwake-undo-%s", id);
	(void)snprintf(timer, sizeof(timer), "%s.timer", name);
	if (!set_timer_units(name, program, seconds)) {
		tool_start(&t, text_string(&found), argv);
		tool_finish(list, 1, tool_now_ms() + TIMER_MS);
		tool_done(&t);
	}
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
