/*
 * The host's rules, by the tools that printed them, into the room. Each tool's
 * own text is taken as it is: no reader of ours stands between.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/i18n.h"
#include "fix/rehearse_parts.h"
#include "ruleset/live.h"
#include "ruleset/read.h"

enum { COMMANDS_MOST = 512, NOT_FOUND = 127, LONG = 20000 };

static const char *const restore_legacy[] = { "iptables-legacy-restore", "-c",
					      NULL };
static const char *const restore_legacy6[] = { "ip6tables-legacy-restore", "-c",
					       NULL };
static const char *const restore_nft[] = { "iptables-nft-restore", "-c",
					   "--noflush", NULL };
static const char *const restore_nft6[] = { "ip6tables-nft-restore", "-c",
					    "--noflush", NULL };
static const char *const restore_other[] = { "iptables-restore", "-c",
					     "--noflush", NULL };
static const char *const restore_other6[] = { "ip6tables-restore", "-c",
					      "--noflush", NULL };
static const char *const load_nft[] = { "nft", "-f", "-", NULL };
static const char *const load_json[] = { "nft", "-j", "-f", "-", NULL };
static const char *const load_ipset[] = { "ipset", "restore", NULL };

struct loading {
	struct rehearsing *s;
	struct room_command commands[COMMANDS_MOST];
	size_t count;
};

static int add(struct loading *l, const char *const *argv, const char *text,
	       size_t len)
{
	struct room_command *c = &l->commands[l->count];

	if (!text[strspn(text, " \n")])
		return 0;
	if (l->count >= COMMANDS_MOST)
		return -E2BIG;
	*c = (struct room_command){
		.argv = argv, .input = arena_copy(l->s->arena, text, len)
	};
	l->count++;
	return c->input ? 0 : -ENOMEM;
}

/* Of tools that send all rules of a table at once. */
static int add_save(struct loading *l, const char *const *argv,
		    const char *save)
{
	struct text out = TEXT_NULL;
	int err;

	if (argv == restore_legacy || argv == restore_legacy6)
		return add(l, argv, save, strlen(save));
	rehearse_pieces_save(&out, save);
	err = add(l, argv, text_string(&out), out.len);
	text_done(&out);
	return err;
}

static int add_piece(void *context, const char *text, size_t len)
{
	return add(context, load_nft, text, len);
}

/* A table that iptables-nft-save told of. */
static bool is_told(const char *save, const char *name, size_t len)
{
	struct text line = TEXT_NULL;
	bool is_first, found;

	text_str(&line, "\n*");
	text_bytes(&line, name, len);
	text_char(&line, '\n');
	is_first = !strncmp(save, text_string(&line) + 1, line.len - 1);
	found = is_first || strstr(save, text_string(&line));
	text_done(&line);
	return found;
}

/* nft's text without the tables that were restored already. */
static void put_own_tables(struct text *out, const char *nft, const char *v4,
			   const char *v6)
{
	bool is_left_out = false;

	while (*nft) {
		size_t len = strcspn(nft, "\n");
		const char *save = !strncmp(nft, "table ip ", 9)     ? v4
				   : !strncmp(nft, "table ip6 ", 10) ? v6
								     : NULL;

		if (save) {
			const char *name = nft + (save == v4 ? 9 : 10);

			is_left_out = is_told(save, name, strcspn(name, " {"));
		} else if (!strncmp(nft, "table ", 6)) {
			is_left_out = false;
		}
		if (!is_left_out && *nft != '#') {
			text_bytes(out, nft, len);
			text_char(out, '\n');
		}
		nft += len + (nft[len] == '\n');
	}
}

static bool is_told_object(const json_t *object, const char *v4, const char *v6)
{
	const char *kind;
	json_t *body;

	json_object_foreach((json_t *)object, kind, body)
	{
		const char *family =
			json_string_value(json_object_get(body, "family"));
		const char *name = json_string_value(json_object_get(
			body, strcmp(kind, "table") ? "table" : "name"));

		if (!family || !name)
			continue;
		if (!strcmp(family, "ip"))
			return is_told(v4, name, strlen(name));
		if (!strcmp(family, "ip6"))
			return is_told(v6, name, strlen(name));
	}

	return false;
}

/* The same of its JSON, which is printed where its text would not do. */
static int put_own_objects(struct text *out, const char *nft, const char *v4,
			   const char *v6)
{
	json_t *root = json_loads(nft, 0, NULL);
	json_t *list = root ? json_object_get(root, "nftables") : NULL;
	size_t i = 0;
	char *words;

	if (!json_is_array(list)) {
		json_decref(root);
		return -EBADMSG;
	}
	while (i < json_array_size(list)) {
		if (is_told_object(json_array_get(list, i), v4, v6))
			(void)json_array_remove(list, i);
		else
			i++;
	}
	words = json_dumps(root, JSON_COMPACT);
	if (words)
		text_str(out, words);
	free(words);
	json_decref(root);
	return words ? 0 : -ENOMEM;
}

static int add_nft(struct loading *l, const char *nft, const char *v4,
		   const char *v6)
{
	struct text out = TEXT_NULL;
	bool is_json = *nft == '{';
	int err = 0;

	if (is_json)
		err = put_own_objects(&out, nft, v4, v6);
	else
		put_own_tables(&out, nft, v4, v6);
	if (!err && is_json)
		err = add(l, load_json, text_string(&out), out.len);
	else if (!err)
		err = rehearse_pieces_nft(l->s->arena, text_string(&out),
					  add_piece, l);
	text_done(&out);
	return err;
}

static int add_gathered(struct loading *l, const void *data, size_t len)
{
	static const char *const *const argv[LIVE_SOURCE_COUNT][2] = {
		[LIVE_IPTABLES_LEGACY] = { restore_legacy, restore_legacy },
		[LIVE_IP6TABLES_LEGACY] = { restore_legacy6, restore_legacy6 },
		[LIVE_IPTABLES_NFT] = { restore_nft, restore_other },
		[LIVE_IP6TABLES_NFT] = { restore_nft6, restore_other6 },
	};

	/* Sets first: rules name them. */
	static const enum live_source order[] = {
		LIVE_IPSET,        LIVE_IPTABLES_LEGACY, LIVE_IP6TABLES_LEGACY,
		LIVE_IPTABLES_NFT, LIVE_IP6TABLES_NFT,   LIVE_NFT,
	};
	struct text t[LIVE_SOURCE_COUNT] = { 0 };
	int err = 0;

	for (size_t i = 0; i < LIVE_SOURCE_COUNT && !err; i++) {
		enum live_source of = order[i];
		bool is_other = false;

		(void)live_gathered_text(data, len, of, &t[of], &is_other);
		if (of == LIVE_NFT)
			err = add_nft(l, text_string(&t[of]),
				      text_string(&t[LIVE_IPTABLES_NFT]),
				      text_string(&t[LIVE_IP6TABLES_NFT]));
		else if (of == LIVE_IPSET)
			err = add(l, load_ipset, text_string(&t[of]),
				  t[of].len);
		else
			err = add_save(l, argv[of][is_other],
				       text_string(&t[of]));
	}
	for (size_t i = 0; i < LIVE_SOURCE_COUNT; i++)
		text_done(&t[i]);
	return err;
}

/* What iptables-save wrote says by itself neither engine nor family: the reader
 * knows what it took it for. */
static const char *const *restore_of(const char *name, const char *text)
{
	struct problems *problems = problems_new();
	struct ruleset *r = problems ? ruleset_new(problems) : NULL;
	const char *const *ret = restore_legacy;

	if (r && !ruleset_read(r, name, text, strlen(text)) && r->first) {
		bool is_v6 = r->first->family == TABLE_IP6;

		if (r->first->engine == ENGINE_IPTABLES_NFT)
			ret = is_v6 ? restore_nft6 : restore_nft;
		else
			ret = is_v6 ? restore_legacy6 : restore_legacy;
	}
	ruleset_free(r);
	problems_free(problems);
	return ret;
}

/* Written as nft lists it, and so long that it may not fit into one message. */
static bool is_long_listing(const char *text, size_t len)
{
	return len > LONG && strstr(text, "\n\tchain ") && !strchr(text, '$') &&
	       !strstr(text, "include ") && !strstr(text, "\\\n");
}

static int add_file(struct loading *l, const char *name, const char *text,
		    const char **ret_why)
{
	size_t len = strlen(text);

	switch (read_recognise(text, len)) {
	case READ_SAVE:
		if (!strstr(text, "COMMIT"))
			break;
		return add_save(l, restore_of(name, text), text);
	case READ_NFT_TEXT:
		if (is_long_listing(text, len))
			return rehearse_pieces_nft(l->s->arena, text, add_piece,
						   l);
		return add(l, load_nft, text, len);
	case READ_NFT_JSON:
		return add(l, load_json, text, len);
	case READ_IPSET:
		return add(l, load_ipset, text, len);
	case READ_NOTHING:
		return 0;
	case READ_LISTING:
	case READ_KIND_COUNT:
		break;
	}

	*ret_why = fix_words(l->s->p,
			     _("%s cannot be loaded into a room: it is no dump "
			       "(iptables-save, nft list ruleset)."),
			     name);
	return 1;
}

/* The first line of what it said. */
static const char *first_line(struct rehearsing *s, const char *complaint)
{
	return arena_copy(s->arena, complaint, strcspn(complaint, "\n"));
}

/* On hosts with one backend only, it has no name of its own. */
static const char *const *plain_tool(const char *const *argv)
{
	if (argv == restore_legacy || argv == restore_nft)
		return restore_other;
	if (argv == restore_legacy6 || argv == restore_nft6)
		return restore_other6;
	return NULL;
}

static int run_plain(struct loading *l)
{
	int err = 0;

	for (size_t i = 0; i < l->count && !err; i++) {
		struct room_command *c = &l->commands[i];
		const char *const *plain = plain_tool(c->argv);

		if (!plain || !WIFEXITED(c->status) ||
		    WEXITSTATUS(c->status) != NOT_FOUND)
			continue;
		c->argv = plain;
		err = room_run(l->s->room, l->s->arena, c, 1);
	}

	return err;
}

static int run(struct loading *l, const char **ret_why)
{
	struct rehearsing *s = l->s;
	int err = room_run(s->room, s->arena, l->commands, l->count);

	if (!err)
		err = run_plain(l);

	for (size_t i = 0; i < l->count && !err; i++) {
		const struct room_command *c = &l->commands[i];
		const char *line;

		if (!c->status)
			continue;
		line = first_line(s, c->complaint);
		*ret_why = fix_words(s->p,
				     _("The rules could not be loaded into the "
				       "room: %s: %s"),
				     c->argv[0],
				     line && *line ? line : _("it failed"));
		return 1;
	}

	return err;
}

int rehearse_load(struct rehearsing *s, const char **ret_why)
{
	const struct fix_rules_source *source = s->p->source;
	struct loading l = { .s = s };
	int err = 0;

	if (!source)
		return 0;
	if (source->gathered)
		err = add_gathered(&l, source->gathered, source->gathered_len);
	for (size_t i = 0; i < source->count && !err; i++)
		err = add_file(&l, source->names[i], source->texts[i], ret_why);
	return err ? err : run(&l, ret_why);
}

/* Each table that a dump has, without rules and with ACCEPT as its policy. */
static void put_empty(struct text *out, const char *save)
{
	while (*save) {
		size_t len = strcspn(save, "\n");

		if (*save == '*' || !strncmp(save, "COMMIT", 6)) {
			text_bytes(out, save, len);
			text_char(out, '\n');
		}
		if (*save == ':') {
			const char *policy = memchr(save, ' ', len);
			size_t name = policy ? (size_t)(policy - save) : len;

			if (policy && policy[1] != '-') {
				text_bytes(out, save, name);
				text_str(out, " ACCEPT [0:0]\n");
			}
		}
		save += len + (save[len] == '\n');
	}
}

int rehearse_load_nothing(struct rehearsing *s)
{
	static const char *const flush[] = { "nft", "flush", "ruleset", NULL };

	static const struct {
		enum live_source source;
		const char *const *argv;
	} legacy[] = {
		{ LIVE_IPTABLES_LEGACY, restore_legacy },
		{ LIVE_IP6TABLES_LEGACY, restore_legacy6 },
	};
	struct loading l = { .s = s };
	const char *why;
	int err = 0;

	for (size_t i = 0; i < 2 && !err; i++) {
		struct text save = TEXT_NULL, empty = TEXT_NULL;
		bool is_other;

		(void)live_gathered_text(s->before.data, s->before.len,
					 legacy[i].source, &save, &is_other);
		put_empty(&empty, text_string(&save));
		err = add(&l, legacy[i].argv, text_string(&empty), empty.len);
		text_done(&save);
		text_done(&empty);
	}
	if (err)
		return err;

	l.commands[l.count++] = (struct room_command){ .argv = flush };
	/* nft may be missing, where there is only the older engine. */
	err = run(&l, &why);
	return err < 0 ? err : 0;
}
