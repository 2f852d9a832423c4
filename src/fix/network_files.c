#include "fix/network_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "fix/kit.h"
#include "host/reader.h"

static const char interfaces_path[] = "/etc/network/interfaces";
static const char interfaces_folder[] = "/etc/network/interfaces.d";
static const char networkd_folder[] = "/etc/systemd/network";
static const char manager_folder[] = "/etc/NetworkManager/system-connections";
static const char netplan_folder[] = "/etc/netplan";
static const char ifcfg_folder[] = "/etc/sysconfig/network-scripts";

/* Of each file of a folder: 0 goes on. */
typedef int each_file(struct fix_planning *p, const char *path,
		      const char *content, void *with);

static int each_of(struct fix_planning *p, const char *folder, const char *end,
		   each_file *each, void *with)
{
	struct text names = TEXT_NULL;
	int err = p->may_read ? reader_names(folder, &names) : -ENODATA;
	const char *name;
	size_t at = 0;
	int ret = 0;

	while (!err && !ret && (name = reader_string(&names, &at))) {
		size_t len = strlen(name), tail = strlen(end);
		const char *path = fix_words(p, "%s/%s", folder, name);
		const char *content;

		if (len < tail || strcmp(name + len - tail, end) != 0 ||
		    kit_read(p, path, &content))
			continue;
		ret = each(p, path, content, with);
	}
	text_done(&names);
	return ret;
}

static int each_interfaces(struct fix_planning *p, each_file *each, void *with)
{
	const char *content;
	int ret = 0;

	if (!kit_read(p, interfaces_path, &content))
		ret = each(p, interfaces_path, content, with);
	return ret ? ret : each_of(p, interfaces_folder, "", each, with);
}

/* The n-th word of a line, from 0; its length, 0: it has fewer. */
static size_t word_at(const char *line, size_t len, size_t n, const char **ret)
{
	const char *end = line + len;

	for (;; n--) {
		const char *begin;

		while (line < end && strchr(" \t\r", *line))
			line++;
		begin = line;
		while (line < end && !strchr(" \t\r", *line))
			line++;
		if (!n || begin == line) {
			*ret = begin;
			return (size_t)(line - begin);
		}
	}
}

static bool word_is(const char *line, size_t len, size_t n, const char *word)
{
	const char *s;
	size_t got = word_at(line, len, n, &s);

	return got == strlen(word) && !memcmp(s, word, got);
}

static bool begins_stanza(const char *line, size_t len)
{
	static const char *const words[] = {
		"iface",  "auto",    "mapping", "source", "source-directory",
		"rename", "template"
	};
	const char *s;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (word_is(line, len, 0, words[i]))
			return true;

	return word_at(line, len, 0, &s) > 6 && !memcmp(s, "allow-", 6);
}

uint64_t network_files_stanza_end(const char *content, const char *device,
				  bool is_v6)
{
	uint64_t number = 0, end = 0;
	bool is_in = false;

	while (*content) {
		size_t len = strcspn(content, "\n");
		const char *s;

		number++;
		if (begins_stanza(content, len)) {
			if (is_in)
				return end + 1;
			is_in = word_is(content, len, 0, "iface") &&
				word_is(content, len, 1, device) &&
				word_is(content, len, 2,
					is_v6 ? "inet6" : "inet");
		}
		if (is_in && word_at(content, len, 0, &s) && *s != '#')
			end = number;
		content += len;
		content += *content == '\n';
	}

	return is_in ? end + 1 : 0;
}

/* What "key = value" or "key=value" says in a file of sections; NULL. */
static const char *value_of(struct fix_planning *p, const char *content,
			    const char *key)
{
	size_t key_len = strlen(key);

	while (*content) {
		size_t len = strcspn(content, "\n"), at = key_len;

		if (len > key_len && !strncmp(content, key, key_len)) {
			at += strspn(content + at, " \t");
			if (content[at] == '=') {
				at++;
				at += strspn(content + at, " \t");
				while (len > at &&
				       strchr(" \t\r", content[len - 1]))
					len--;
				return len < at ? NULL
						: arena_copy(p->plan->arena,
							     content + at,
							     len - at);
			}
		}
		content += len;
		content += *content == '\n';
	}

	return NULL;
}

/* What is sought, and where it was found. */
struct search {
	const struct network_item *item;
	const char *path, *content, *uuid;
	uint64_t line;
};

static int find_stanza(struct fix_planning *p, const char *path,
		       const char *content, void *with)
{
	struct search *s = with;

	(void)p;
	s->line = network_files_stanza_end(content, s->item->device,
					   s->item->is_v6);
	s->path = path;
	s->content = content;
	return s->line != 0;
}

static int find_networkd(struct fix_planning *p, const char *path,
			 const char *content, void *with)
{
	struct search *s = with;
	const char *name = value_of(p, content, "Name");

	s->path = path;
	s->content = content;
	return name && !strcmp(name, s->item->device);
}

static int find_connection(struct fix_planning *p, const char *path,
			   const char *content, void *with)
{
	struct search *s = with;
	const char *name = value_of(p, content, "interface-name");

	s->path = path;
	s->uuid = value_of(p, content, "uuid");
	return name && kit_is_word(s->uuid) && !strcmp(name, s->item->device);
}

static int find_netplan(struct fix_planning *p, const char *path,
			const char *content, void *with)
{
	struct search *s = with;

	s->path = path;
	return strstr(content, fix_words(p, "%s:", s->item->device)) != NULL;
}

static int keep_file(struct fix_planning *p, struct fix_candidate *c,
		     const struct search *s, const char *words)
{
	const struct kit_file file = {
		.path = s->path,
		.before = s->content,
		.after = kit_inserted(p, s->content ? s->content : "", s->line,
				      words),
	};

	if (!kit_file(p, c, true, &file))
		return -ENOMEM;
	c->lasts = FIX_LASTS_YES;
	c->lasts_text = fix_words(p, _("%s sets it up at boot then."), s->path);
	return 0;
}

static int keep_connection(struct fix_planning *p, struct fix_candidate *c,
			   const struct search *s)
{
	const struct network_item *i = s->item;
	const struct kit_run run = {
		.argv = fix_argv(p, "nmcli", "connection", "modify", s->uuid,
				 fix_words(p, "+%s", i->property), i->value,
				 (char *)NULL),
		.undo = fix_argv(p, "nmcli", "connection", "modify", s->uuid,
				 fix_words(p, "-%s", i->property), i->value,
				 (char *)NULL),
		.text = fix_words(
			p,
			_("NetworkManager keeps it in the connection of %s."),
			i->device),
		.undo_text = _("Takes it out of the connection again."),
	};

	if (!kit_run(p, c, true, &run))
		return -ENOMEM;
	c->lasts = FIX_LASTS_YES;
	c->lasts_text = fix_words(p, _("%s sets it up at boot then."), s->path);
	return 0;
}

static int keep_ifcfg(struct fix_planning *p, struct fix_candidate *c,
		      struct search *s)
{
	const struct network_item *i = s->item;

	s->path = fix_words(p, "%s/%s%s", ifcfg_folder, i->ifcfg, i->device);
	if (kit_read(p, s->path, &s->content))
		s->content = NULL;
	s->line = kit_line_count(s->content ? s->content : "") + 1;
	return keep_file(p, c, s, i->ifcfg_line);
}

static int keep_nowhere(struct fix_planning *p, struct fix_candidate *c,
			struct search *s)
{
	if (each_of(p, netplan_folder, ".yaml", find_netplan, s)) {
		c->lasts = FIX_LASTS_NO;
		c->lasts_text = fix_words(
			p,
			_("%1$s sets up %2$s at boot (netplan): add it there, or it is gone after the next boot."),
			s->path, s->item->device);
		return 0;
	}

	c->lasts = FIX_LASTS_UNKNOWN;
	c->lasts_text = fix_words(
		p,
		_("Which file sets up %s at boot was not found: unless it is added there, it is gone after the next boot."),
		s->item->device);
	return 0;
}

int network_files_keep(struct fix_planning *p, struct fix_candidate *c,
		       const struct network_item *item)
{
	struct search s = { .item = item };

	if (!kit_is_word(item->device))
		return keep_nowhere(p, c, &s);
	if (item->command && each_interfaces(p, find_stanza, &s))
		return keep_file(p, c, &s,
				 fix_words(p, "\tup %s", item->command));
	if (item->networkd &&
	    each_of(p, networkd_folder, ".network", find_networkd, &s)) {
		s.line = kit_line_count(s.content) + 1;
		return keep_file(p, c, &s,
				 fix_words(p, "\n%s", item->networkd));
	}
	if (item->property &&
	    each_of(p, manager_folder, "", find_connection, &s))
		return keep_connection(p, c, &s);

	s.path = fix_words(p, "%s/ifcfg-%s", ifcfg_folder, item->device);
	if (item->ifcfg && kit_has_file(p, s.path))
		return keep_ifcfg(p, c, &s);
	return keep_nowhere(p, c, &s);
}

struct dropping {
	const char *object, *words;
	const char *path, *content;
	uint64_t line;
};

/* "up ip route add blackhole 10.1.0.0/16": whether it stands there whole. */
static bool runs(const char *line, size_t len, const struct dropping *d)
{
	size_t n = strlen(d->words);
	const char *s;

	if (!word_at(line, len, 0, &s) || *s == '#')
		return false;
	for (size_t at = 0; at + n <= len; at++) {
		bool is_whole =
			at && strchr(" \t", line[at - 1]) &&
			(at + n == len || strchr(" \t\r;", line[at + n]));

		if (is_whole && !memcmp(line + at, d->words, n))
			return memmem(line, at, d->object, strlen(d->object)) &&
			       memmem(line, at, "ip ", 3);
	}

	return false;
}

static int find_command(struct fix_planning *p, const char *path,
			const char *content, void *with)
{
	struct dropping *d = with;
	const char *at = content;
	uint64_t number = 0;

	(void)p;
	while (*at) {
		size_t len = strcspn(at, "\n");

		number++;
		if (runs(at, len, d)) {
			d->path = path;
			d->content = content;
			d->line = number;
			return 1;
		}
		at += len;
		at += *at == '\n';
	}

	return 0;
}

int network_files_drop(struct fix_planning *p, struct fix_candidate *c,
		       const char *object, const char *words)
{
	struct dropping d = { .object = object, .words = words };
	struct kit_file file = { 0 };

	if (!each_interfaces(p, find_command, &d)) {
		c->lasts = FIX_LASTS_UNKNOWN;
		c->lasts_text = _(
			"What set it up was not found: a program or a script may set it up again, at boot or before.");
		return 0;
	}

	file.path = d.path;
	file.before = d.content;
	file.after = kit_replaced(p, d.content, d.line, NULL);
	file.text = fix_words(p, _("Takes line %1$llu out of %2$s."),
			      (unsigned long long)d.line, d.path);
	if (!kit_file(p, c, true, &file))
		return -ENOMEM;
	c->lasts = FIX_LASTS_YES;
	c->lasts_text =
		fix_words(p, _("%s does not set it up any more then."), d.path);
	return 0;
}

struct gateway {
	bool is_v6;
	const char *device, *path, *address;
};

static bool is_address(const struct gateway *g, const char *s)
{
	struct address a;

	return s && address_parse(&a, s, strlen(s)) &&
	       address_is_v4(&a) != g->is_v6;
}

static int gateway_of_interfaces(struct fix_planning *p, const char *path,
				 const char *content, void *with)
{
	struct gateway *g = with;
	const char *device = NULL;

	while (*content) {
		size_t len = strcspn(content, "\n"), n;
		const char *s, *word;

		n = word_at(content, len, 1, &s);
		word = n ? arena_copy(p->plan->arena, s, n) : NULL;
		if (word && word_is(content, len, 0, "iface"))
			device = word;
		if (word && device && word_is(content, len, 0, "gateway") &&
		    is_address(g, word)) {
			g->device = device;
			g->path = path;
			g->address = word;
			return 1;
		}
		content += len;
		content += *content == '\n';
	}

	return 0;
}

static int gateway_of_networkd(struct fix_planning *p, const char *path,
			       const char *content, void *with)
{
	struct gateway *g = with;

	g->path = path;
	g->device = value_of(p, content, "Name");
	g->address = value_of(p, content, "Gateway");
	return g->device && is_address(g, g->address);
}

const char *network_files_gateway(struct fix_planning *p, bool is_v6,
				  const char **device, const char **path)
{
	struct gateway g = { .is_v6 = is_v6 };

	if (!each_interfaces(p, gateway_of_interfaces, &g) &&
	    !each_of(p, networkd_folder, ".network", gateway_of_networkd, &g))
		return NULL;
	if (!kit_is_word(g.device))
		return NULL;

	*device = g.device;
	*path = g.path;
	return g.address;
}

struct setup {
	const char *device;
	bool is_v6;
	struct network_setup *ret;
};

static const char *second_word(struct fix_planning *p, const char *line,
			       size_t len)
{
	const char *s;
	size_t n = word_at(line, len, 1, &s);

	return n ? arena_copy(p->plan->arena, s, n) : NULL;
}

static unsigned prefix_number(const char *s)
{
	char *end;
	unsigned long n = strtoul(s, &end, 10);

	return end == s || *end || n > 128 ? 0 : (unsigned)n;
}

/* One line of the stanza. What is no address is not taken. */
static void take_setup(struct fix_planning *p, const char *line, size_t len,
		       const struct setup *s)
{
	const struct gateway kind = { .is_v6 = s->is_v6 };
	const char *word = second_word(p, line, len);
	const char *slash = word ? strchr(word, '/') : NULL;

	if (!word)
		return;
	if (word_is(line, len, 0, "gateway") && is_address(&kind, word))
		s->ret->gateway = word;
	if (word_is(line, len, 0, "netmask"))
		s->ret->prefix = prefix_number(word);
	if (!word_is(line, len, 0, "address"))
		return;
	if (slash) {
		s->ret->prefix = prefix_number(slash + 1);
		word = arena_copy(p->plan->arena, word, (size_t)(slash - word));
	}
	if (is_address(&kind, word))
		s->ret->address = word;
}

static int setup_of_interfaces(struct fix_planning *p, const char *path,
			       const char *content, void *with)
{
	const struct setup *s = with;
	bool is_in = false;

	while (*content) {
		size_t len = strcspn(content, "\n");

		if (begins_stanza(content, len))
			is_in = word_is(content, len, 0, "iface") &&
				word_is(content, len, 1, s->device) &&
				word_is(content, len, 2,
					s->is_v6 ? "inet6" : "inet");
		else if (is_in)
			take_setup(p, content, len, s);
		content += len;
		content += *content == '\n';
	}

	s->ret->path = path;
	return s->ret->address || s->ret->gateway;
}

bool network_files_setup(struct fix_planning *p, const char *device, bool is_v6,
			 struct network_setup *ret)
{
	struct setup s = { .device = device, .is_v6 = is_v6, .ret = ret };

	*ret = (struct network_setup){ 0 };
	return each_interfaces(p, setup_of_interfaces, &s) != 0;
}
