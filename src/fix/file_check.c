#include "fix/file_check.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/tool.h"

enum { CHECK_MS = 20000 };

/* By where such files are: boot.h knows the same places. */
static const struct {
	const char *pattern;
	const char *argv[6];
} checks[] = {
	{ "/etc/iptables/rules.v4",
	  { "iptables-restore", "--test", "--noflush" } },
	{ "/etc/iptables/rules.v6",
	  { "ip6tables-restore", "--test", "--noflush" } },
	{ "/etc/sysconfig/iptables",
	  { "iptables-restore", "--test", "--noflush" } },
	{ "/etc/sysconfig/ip6tables",
	  { "ip6tables-restore", "--test", "--noflush" } },
	{ "/etc/nftables.conf", { "nft", "-c", "-f", "-" } },
	{ "/etc/nftables/*.nft", { "nft", "-c", "-f", "-" } },
	{ "/etc/sysconfig/nftables.conf", { "nft", "-c", "-f", "-" } },
};

static int input_of(const char *text)
{
	int fd = memfd_create("check", MFD_CLOEXEC);
	int err = fd < 0 ? -errno : file_write(fd, text, strlen(text));

	if (!err && lseek(fd, 0, SEEK_SET) < 0)
		err = -errno;
	if (err && fd >= 0)
		(void)close(fd);
	return err ? err : fd;
}

static int ask(const char *const *argv, const char *path, const char *content,
	       struct text *why)
{
	struct tool t = { .input = input_of(content) }, *const list[] = { &t };
	struct text program = TEXT_NULL;
	int err = 0;

	if (t.input < 0)
		return t.input;
	/* Who has not got the tool has no boot that would use it. */
	if (tool_find(&program, TOOL_USUAL_PATH, argv[0])) {
		tool_start(&t, text_string(&program), argv);
		tool_finish(list, 1, tool_now_ms() + CHECK_MS);
		if (!tool_ended_well(&t))
			err = -EINVAL;
	}
	if (err)
		text_format(why,
			    _("%1$s would not take %2$s as it would be: %3$s"),
			    argv[0], path, text_string(&t.complaint));
	(void)close(t.input);
	tool_done(&t);
	text_done(&program);
	return err;
}

int file_check(const char *path, const char *content, struct text *why)
{
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		if (!fnmatch(checks[i].pattern, path, FNM_PATHNAME))
			return ask(checks[i].argv, path, content, why);

	return 0;
}
