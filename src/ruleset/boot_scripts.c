/* Scripts of the boot that restore rules from a file, or add some. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "ruleset/boot_parts.h"

enum { NAME_BYTES = 256 };

static const char *const scripts[] = {
	"/etc/rc.local",
	"/etc/rc.d/rc.local",
	"/etc/network/interfaces",
};

static const char *const folders[] = {
	"/etc/network/if-pre-up.d",
	"/etc/network/if-up.d",
	"/etc/NetworkManager/dispatcher.d",
};

static void restore(struct booting *b, const char *script, const char *name,
		    bool is_v6, bool replaces)
{
	const char *path = boot_path(b, name);
	size_t len = 0;
	const char *text = boot_load(b, script, path, &len);

	if (!text)
		return;
	if (!len) {
		boot_row(
			b, script, path, BOOT_EMPTY,
			_("It has 0 bytes: it loads no rules, without an error."));
		return;
	}

	boot_row(b, script, path, BOOT_LOADED, NULL);
	boot_add_save(b, &(struct boot_save){ script, path, text, len,
					      is_v6 ? TABLE_IP6 : TABLE_IP,
					      replaces });
}

/* "iptables-restore < /etc/iptables.rules", or the file as last word. */
static bool take_restore(struct booting *b, const char *script,
			 const char *line, size_t len)
{
	char words[NAME_BYTES], *rest, *word;
	const char *file = NULL;
	bool is_v6, replaces = true, found = false;

	if (len >= sizeof(words))
		return false;

	memcpy(words, line, len);
	words[len] = '\0';
	is_v6 = strstr(words, "ip6tables") != NULL;
	for (word = strtok_r(words, " \t<;&|", &rest); word;
	     word = strtok_r(NULL, " \t<;&|", &rest)) {
		if (strstr(word, "tables") && strstr(word, "-restore"))
			found = true;
		else if (!strcmp(word, "-n") || !strcmp(word, "--noflush"))
			replaces = false;
		else if (found && word[0] == '/' && !file)
			file = word;
	}
	if (!found || !file)
		return false;

	restore(b, script, file, is_v6, replaces);
	return true;
}

static bool calls_filter(const char *line, size_t len)
{
	return memmem(line, len, "iptables ", 9) ||
	       memmem(line, len, "ip6tables ", 10) ||
	       memmem(line, len, "nft ", 4) || memmem(line, len, "ipset ", 6);
}

static void look_script(struct booting *b, const char *script)
{
	size_t len = 0;
	const char *text = boot_load(b, script, script, &len);
	const char *end = text ? text + len : NULL;
	bool calls = false;

	for (const char *line = text; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		stop = stop ? stop : end;
		line += strspn(line, " \t");
		if (line < stop && *line != '#' &&
		    !take_restore(b, script, line, (size_t)(stop - line)))
			calls = calls ||
				calls_filter(line, (size_t)(stop - line));
		line = stop + 1;
	}
	if (calls)
		boot_row(
			b, script, NULL, BOOT_NOT_LOOKED,
			_("This script changes rules; it is not run to find out."));
}

static void look_folder(struct booting *b, const char *folder)
{
	const char *path = boot_path(b, folder);
	DIR *d = opendir(path);
	const char *name;

	while ((name = boot_next(d))) {
		struct text full = TEXT_NULL;
		const char *script;

		if (name[0] == '.')
			continue;
		text_format(&full, "%s/%s", path, name);
		script = arena_string(b->r->arena, text_string(&full));
		text_done(&full);
		if (script)
			look_script(b, script);
		else
			b->failed = true;
	}
	if (d)
		(void)closedir(d);
}

void boot_scripts(struct booting *b)
{
	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++)
		look_script(b, boot_path(b, scripts[i]));
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		look_folder(b, folders[i]);
}
