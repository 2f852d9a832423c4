#include "ruleset/boot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/i18n.h"
#include "ruleset/boot_parts.h"
#include "ruleset/ipset.h"
#include "ruleset/nft.h"
#include "ruleset/save.h"

enum { FILE_BYTES = 64 * 1024 * 1024 };

void boot_row(struct booting *b, const char *unit, const char *file,
	      enum boot_state state, const char *why)
{
	if (b->ret->count < BOOT_ROWS)
		b->ret->row[b->ret->count++] = (struct boot_row){
			.unit = unit,
			.file = file,
			.state = state,
			.why = why,
		};
}

static const char *keep(struct booting *b, struct text *t)
{
	const char *s =
		text_ok(t) ? arena_copy(b->r->arena, t->data, t->len) : NULL;

	if (!s)
		b->failed = true;
	text_done(t);
	return s ? s : "";
}

const char *boot_path(struct booting *b, const char *path)
{
	struct text t = TEXT_NULL;

	if (strcmp(b->root, "/") != 0)
		text_str(&t, b->root);
	text_str(&t, path);
	return keep(b, &t);
}

const char *boot_load(struct booting *b, const char *unit, const char *path,
		      size_t *ret_len)
{
	struct text t = TEXT_NULL;
	int error = b->file(path, FILE_BYTES, &t);

	if (error == -ENOMEM)
		b->failed = true;
	else if (error && error != -ENOENT && error != -ENOTDIR)
		boot_row(b, unit, path, BOOT_NOT_PERMITTED, strerror(-error));
	if (error) {
		text_done(&t);
		return NULL;
	}

	*ret_len = t.len;
	return keep(b, &t);
}

/* A later file's table takes the place of an earlier one. */
static void drop_section(struct booting *b, const struct boot_section *by)
{
	for (struct boot_section **s = &b->first; *s;) {
		struct boot_section *old = *s;

		if (old->family != by->family ||
		    old->table_len != by->table_len ||
		    memcmp(old->table, by->table, by->table_len) != 0 ||
		    old->file == by->file) {
			s = &old->next;
			continue;
		}
		boot_row(b, old->unit, old->file, BOOT_REPLACED,
			 _("A later unit loads the same table in its place."));
		*s = old->next;
	}
}

static void add_section(struct booting *b, const struct boot_section *from,
			bool replaces)
{
	struct boot_section *new = arena_alloc(b->r->arena, sizeof(*new));
	struct boot_section **last = &b->first;

	if (!new) {
		b->failed = true;
		return;
	}
	if (replaces)
		drop_section(b, from);

	while (*last)
		last = &(*last)->next;
	*new = *from;
	*last = new;
}

static void add_step(struct booting *b, const struct boot_step *from)
{
	struct boot_step *new = arena_alloc(b->r->arena, sizeof(*new));

	if (!new) {
		b->failed = true;
		return;
	}
	*new = *from;
	if (b->ret->last_step)
		b->ret->last_step->next = new;
	else
		b->ret->first_step = new;
	b->ret->last_step = new;
}

void boot_add_save(struct booting *b, const struct boot_save *save)
{
	struct boot_section s = { .file = save->file,
				  .unit = save->unit,
				  .family = save->family };
	const char *end = save->text + save->len;
	uint64_t number = 1;

	add_step(b, &(struct boot_step){ .unit = save->unit,
					 .file = save->file,
					 .tool = BOOT_RESTORE,
					 .family = save->family,
					 .engine = b->engine,
					 .adds = !save->replaces,
					 .text = save->text });
	for (const char *line = save->text; line < end; number++) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		stop = stop ? stop + 1 : end;
		if (*line == '*') {
			if (s.text) {
				s.len = (size_t)(line - s.text);
				add_section(b, &s, save->replaces);
			}
			s.text = line;
			s.line = number;
			s.table = line + 1;
			s.table_len = strcspn(s.table, " \t\r\n");
		}
		line = stop;
	}
	if (!s.text)
		return;

	s.len = (size_t)(end - s.text);
	add_section(b, &s, save->replaces);
}

/* nft's file may include others by their full name, which begins at the root
 * that was given. */
static const char *root_includes(struct booting *b, const char *text,
				 size_t *len)
{
	static const char include[] = "include \"/";
	struct text out = TEXT_NULL;
	const char *at;

	if (!strcmp(b->root, "/"))
		return text;

	while ((at = strstr(text, include))) {
		text_bytes(&out, text, (size_t)(at - text));
		text_str(&out, "include \"");
		text_str(&out, b->root);
		text = at + sizeof(include) - 2;
	}
	text_str(&out, text);
	*len = out.len;
	return keep(b, &out);
}

enum kind { KIND_NFT, KIND_SETS, KIND_SAVE };

/* In the order in which the units run: all of them before the network is up,
 * netfilter-persistent's plugins by their numbers. */
static const struct source {
	const char *unit, *path;
	enum kind kind;
	enum table_family family;
} sources[] = {
	{ "nftables.service", "/etc/nftables.conf", KIND_NFT, TABLE_INET },
	{ "nftables.service", "/etc/sysconfig/nftables.conf", KIND_NFT,
	  TABLE_INET },
	{ "netfilter-persistent.service", "/etc/iptables/ipsets", KIND_SETS,
	  TABLE_INET },
	{ "netfilter-persistent.service", "/etc/iptables/rules.v4", KIND_SAVE,
	  TABLE_IP },
	{ "netfilter-persistent.service", "/etc/iptables/rules.v6", KIND_SAVE,
	  TABLE_IP6 },
	{ "ipset.service", "/etc/ipset.conf", KIND_SETS, TABLE_INET },
	{ "ipset.service", "/etc/sysconfig/ipset", KIND_SETS, TABLE_INET },
	{ "iptables.service", "/etc/sysconfig/iptables", KIND_SAVE, TABLE_IP },
	{ "ip6tables.service", "/etc/sysconfig/ip6tables", KIND_SAVE,
	  TABLE_IP6 },
};

static int read_source(struct booting *b, const struct source *s,
		       const char *path, const char *text, size_t len)
{
	int error = 0;

	if (s->kind != KIND_SAVE)
		add_step(b, &(struct boot_step){ .unit = s->unit,
						 .file = path,
						 .tool = s->kind == KIND_NFT
								 ? BOOT_NFT
								 : BOOT_IPSET,
						 .text = text });
	switch (s->kind) {
	case KIND_NFT:
		text = root_includes(b, text, &len);
		error = nft_text_read(b->r, path, text, len);
		break;
	case KIND_SETS:
		error = ipset_read(b->r, path, text, len);
		break;
	case KIND_SAVE:
		boot_add_save(b, &(struct boot_save){ s->unit, path, text, len,
						      s->family, true });
		break;
	}

	return error;
}

static int load_source(struct booting *b, const struct source *s)
{
	const char *path = boot_path(b, s->path);
	size_t len = 0;
	const char *text = boot_load(b, s->unit, path, &len);

	if (!text)
		return b->failed ? -ENOMEM : 0;

	if (!boot_is_enabled(b, s->unit)) {
		boot_row(b, s->unit, path, BOOT_NOT_ENABLED,
			 _("Its unit is not enabled, so nothing loads it."));
		return 0;
	}
	if (!len) {
		boot_row(
			b, s->unit, path, BOOT_EMPTY,
			_("It has 0 bytes: it loads no rules, without an error."));
		return 0;
	}

	boot_row(b, s->unit, path, BOOT_LOADED, NULL);
	return read_source(b, s, path, text, len);
}

/* Which iptables the name stands for; the dump's own head is the second
 * witness. */
static void look_engine(struct booting *b)
{
	static const char *const links[] = { "/etc/alternatives/iptables",
					     "/usr/sbin/iptables",
					     "/sbin/iptables" };
	char to[256];

	b->engine = ENGINE_COUNT;
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		ssize_t n =
			readlink(boot_path(b, links[i]), to, sizeof(to) - 1);

		if (n <= 0)
			continue;
		to[n] = '\0';
		if (strstr(to, "nft"))
			b->engine = ENGINE_IPTABLES_NFT;
		else if (strstr(to, "legacy") || strstr(to, "xtables-multi"))
			b->engine = ENGINE_LEGACY;
		if (b->engine != ENGINE_COUNT)
			return;
	}
}

static int read_sections(struct booting *b)
{
	int error = 0;

	for (const struct boot_section *s = b->first; s && !error;
	     s = s->next) {
		const struct read_hint hint = {
			.engine = b->engine,
			.family = s->family,
			.line = s->line,
		};

		error = save_read(b->r, s->file, s->text, s->len, &hint);
	}

	return error;
}

/* Nothing orders the two units, and one of them empties everything. */
static void note_race(struct booting *b)
{
	bool nft = false, save = false;

	for (size_t i = 0; i < b->ret->count; i++) {
		const struct boot_row *row = &b->ret->row[i];

		if (row->state != BOOT_LOADED)
			continue;
		nft = nft || !strcmp(row->unit, "nftables.service");
		save = save ||
		       !strcmp(row->unit, "netfilter-persistent.service") ||
		       !strcmp(row->unit, "ufw.service");
	}
	if (nft && save && b->engine != ENGINE_LEGACY)
		boot_row(
			b, "nftables.service", NULL, BOOT_NOTE,
			_("Nothing orders it and the units that load iptables' rules: its \"flush ruleset\" wipes them when it runs last."));
}

static int load_here(const char *path, size_t most, struct text *ret)
{
	return file_load(ret, path, most);
}

int boot_read(struct ruleset *r, const char *root, struct boot *ret)
{
	return boot_read_by(r, root, load_here, ret);
}

int boot_read_by(struct ruleset *r, const char *root, boot_file *file,
		 struct boot *ret)
{
	struct booting b = { .r = r, .root = root, .ret = ret, .file = file };
	int error = 0;

	memset(ret, 0, sizeof(*ret));
	boot_units_look(&b);
	look_engine(&b);
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources) && !error;
	     i++)
		error = load_source(&b, &sources[i]);
	if (error)
		return error;

	boot_scripts(&b);
	boot_ufw(&b);
	boot_builders(&b);
	note_race(&b);
	return b.failed ? -ENOMEM : read_sections(&b);
}
