/* Edits as a transaction of the tool, and what takes it back. */
#include "fix/rules_edit.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "fix/rules_edit_steps.h"
#include "ruleset/model.h"
#include "ruleset/save.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* Matches and targets that every version prints as it takes them, so that a rule
 * is found by its words. */
static const char *const plain_matches[] = {
	"tcp",     "udp",       "icmp",      "icmp6",   "state",
	"comment", "conntrack", "multiport", "iprange",
};

static const char *const special_targets[] = {
	"ACCEPT",
	"DROP",
	"REJECT",
	"RETURN",
};

static bool is_listed(const char *const *list, size_t count, const char *word,
		      size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(list[i]) == len && !memcmp(list[i], word, len))
			return true;

	return false;
}

/* The length of the word at s, quotes and all. */
static size_t word_length(const char *s)
{
	bool is_quoted = false;
	size_t i;

	for (i = 0; s[i] && (is_quoted || s[i] != ' '); i++) {
		if (s[i] == '\\' && s[i + 1])
			i++;
		else if (s[i] == '"')
			is_quoted = !is_quoted;
	}
	return i;
}

static bool is_findable(const struct table *t, const char *words)
{
	bool is_match = false, is_target = false;

	while (*words) {
		size_t len = word_length(words);

		if (is_match &&
		    !is_listed(plain_matches, COUNT(plain_matches), words, len))
			return false;
		if (is_target) {
			struct text name = TEXT_NULL;
			bool is_known;

			text_bytes(&name, words, len);
			is_known =
				is_listed(special_targets,
					  COUNT(special_targets), words, len) ||
				ruleset_find_chain(t, text_string(&name));
			text_done(&name);
			if (!is_known)
				return false;
		}
		is_match = len == 2 && !memcmp(words, "-m", 2);
		is_target = len == 2 && (!memcmp(words, "-j", 2) ||
					 !memcmp(words, "-g", 2));
		words += len;
		words += strspn(words, " ");
	}

	return true;
}

/* Fails where the rule is gone, and with it the transaction. */
static void put_guard(struct text *out, const struct rules_edit_step *s,
		      const struct rules_edit_slot *there)
{
	if (!there->words || !is_findable(s->chain->table, there->words))
		return;

	text_str(out, "-C ");
	save_print_name(out, s->chain->name);
	text_char(out, ' ');
	text_str(out, there->words);
	text_char(out, '\n');
}

static void put_counters(struct text *out, const struct rules_edit_slot *slot)
{
	const struct counters *c;

	if (!slot->rule || !slot->rule->counters.known)
		return;

	c = &slot->rule->counters;
	text_format(out, "[%llu:%llu] ", (unsigned long long)c->packets,
		    (unsigned long long)c->bytes);
}

static void put_command(struct text *out, const char *option,
			const struct rules_edit_step *s, bool has_number,
			const char *words)
{
	text_str(out, option);
	text_char(out, ' ');
	save_print_name(out, s->chain->name);
	if (has_number) {
		text_char(out, ' ');
		text_u64(out, s->number);
	}
	if (words) {
		text_char(out, ' ');
		text_str(out, words);
	}
	text_char(out, '\n');
}

static void put_save_step(struct text *out, const struct rules_edit_step *s,
			  bool is_add)
{
	bool is_last = !s->next.words;

	if (is_add) {
		put_guard(out, s, is_last ? &s->previous : &s->next);
		put_counters(out, &s->slot);
		put_command(out, is_last ? "-A" : "-I", s, !is_last,
			    s->slot.words);
		return;
	}

	if (s->is_unique && is_findable(s->chain->table, s->slot.words)) {
		put_command(out, "-D", s, false, s->slot.words);
		return;
	}
	put_guard(out, s, &s->slot);
	put_command(out, "-D", s, true, NULL);
}

static void put_save(struct text *out, const struct rules_change *c,
		     const struct rules_edit_steps *steps, bool is_undo)
{
	text_char(out, '*');
	text_str(out, c->table);
	text_char(out, '\n');
	for (size_t i = 0; i < steps->count; i++) {
		size_t at = is_undo ? steps->count - 1 - i : i;
		const struct rules_edit_step *s = &steps->list[at];

		put_save_step(out, s, s->is_add != is_undo);
	}
	text_str(out, "COMMIT\n");
}

static void put_nft_place(struct text *out, const char *command,
			  const struct rules_edit_step *s)
{
	const struct table *t = s->chain->table;

	text_format(out, "%s rule %s %s %s", command,
		    table_family_names[t->family], t->name, s->chain->name);
}

/* " handle 8"; of a new rule what stands for it; false: it has none. */
static bool put_handle(struct text *out, const struct rules_edit_slot *slot)
{
	if (slot->fresh)
		text_format(out, " handle {%u}", slot->fresh);
	else if (slot->rule && slot->rule->handle)
		text_format(out, " handle %llu",
			    (unsigned long long)slot->rule->handle);
	else
		return false;

	return true;
}

static bool can_name(const struct rules_edit_slot *slot, bool is_undo)
{
	if (slot->fresh)
		return is_undo;

	return slot->rule && slot->rule->handle;
}

/* False: nft has no name for where it is. */
static bool put_nft_add(struct text *out, const struct rules_edit_step *s,
			bool is_undo)
{
	if (can_name(&s->next, is_undo)) {
		put_nft_place(out, "insert", s);
		put_handle(out, &s->next);
	} else if (can_name(&s->previous, is_undo)) {
		put_nft_place(out, "add", s);
		put_handle(out, &s->previous);
	} else if (!s->next.words) {
		put_nft_place(out, "add", s);
	} else if (!s->previous.words) {
		put_nft_place(out, "insert", s);
	} else {
		return false;
	}
	text_char(out, ' ');
	text_str(out, s->slot.words);
	text_char(out, '\n');
	return true;
}

static bool put_nft_step(struct text *out, const struct rules_edit_step *s,
			 bool is_undo)
{
	bool is_named;

	if (s->is_add != is_undo)
		return put_nft_add(out, s, is_undo);

	put_nft_place(out, "delete", s);
	is_named = put_handle(out, &s->slot);
	text_char(out, '\n');
	return is_named;
}

static void put_nft_chain(struct text *out, const struct chain *c,
			  const struct rules_edit_slot *slots, size_t count)
{
	const struct rules_edit_step s = { .chain = c };

	text_format(out, "flush chain %s %s %s\n",
		    table_family_names[c->table->family], c->table->name,
		    c->name);
	for (size_t i = 0; i < count; i++) {
		put_nft_place(out, "add", &s);
		text_char(out, ' ');
		text_str(out, slots[i].words);
		text_char(out, '\n');
	}
}

/* Rules of a file have no handles: their chain is written anew. */
static void put_nft_lines(struct text *out,
			  const struct rules_edit_steps *steps, bool is_undo)
{
	for (const struct rules_edit_line *l = steps->lines; l; l = l->next)
		put_nft_chain(out, l->chain, is_undo ? l->before : l->slots,
			      is_undo ? l->before_count : l->count);
}

static void put_nft(struct text *out, const struct rules_edit_steps *steps,
		    bool is_undo)
{
	bool is_named = true;

	for (size_t i = 0; i < steps->count && is_named; i++) {
		size_t at = is_undo ? steps->count - 1 - i : i;

		is_named = put_nft_step(out, &steps->list[at], is_undo);
	}
	if (is_named)
		return;

	text_clear(out);
	put_nft_lines(out, steps, is_undo);
}

/* nft finds the place of one new rule without a handle, too. */
static void put_nft_index(struct text *out, const struct rules_edit_step *s)
{
	put_nft_place(out, s->next.words ? "insert" : "add", s);
	if (s->next.words && s->number > 1)
		text_format(out, " index %u", s->number - 1);
	text_char(out, ' ');
	text_str(out, s->slot.words);
	text_char(out, '\n');
}

/* Both ways have handles, or neither. */
static bool has_handles(const struct rules_edit_steps *steps)
{
	for (const struct rules_edit_line *l = steps->lines; l; l = l->next)
		for (size_t i = 0; i < l->before_count; i++)
			if (!l->before[i].rule->handle)
				return false;

	return true;
}

static int put_script(struct arena *a, const struct rules_change *c,
		      const struct rules_edit_steps *steps, bool is_undo,
		      const char **ret)
{
	bool is_one = steps->count == 1 && steps->list[0].is_add;
	struct text t = TEXT_NULL;

	if (c->engine != ENGINE_NFT)
		put_save(&t, c, steps, is_undo);
	else if (has_handles(steps) || (is_one && is_undo))
		put_nft(&t, steps, is_undo);
	else if (is_one)
		put_nft_index(&t, &steps->list[0]);
	else
		put_nft_lines(&t, steps, is_undo);

	*ret = text_ok(&t) ? arena_string(a, text_string(&t)) : NULL;
	text_done(&t);
	return *ret ? 0 : -ENOMEM;
}

/* "live (iptables-legacy-save)": the tool that read them writes them. Of one
 * that prints another engine's rules there is only the plain name. */
static const char *tool_of(struct arena *a, const struct ruleset *r,
			   const struct rules_change *c)
{
	static const char live[] = "live (", save[] = "-save)";
	const struct table *t =
		ruleset_find_table(r, c->engine, c->family, c->table);
	const char *file = t ? t->place.file : NULL;
	const char *end = file ? strstr(file, save) : NULL;
	bool is_nft;

	if (!end || strncmp(file, live, strlen(live)) != 0)
		return NULL;

	is_nft = strstr(file, "-nft-") != NULL;
	if (is_nft != (c->engine == ENGINE_IPTABLES_NFT))
		return NULL;

	file += strlen(live);
	return arena_copy(a, file, (size_t)(end - file));
}

int rules_edit_script(const struct ruleset *r, struct arena *a,
		      struct rules_change *c)
{
	struct rules_edit_steps steps;
	int err = rules_edit_steps(r, a, c, &steps);

	if (!err && !c->tool)
		c->tool = tool_of(a, r, c);
	if (!err)
		err = put_script(a, c, &steps, false, &c->script);
	if (!err)
		err = put_script(a, c, &steps, true, &c->undo);
	return err;
}

const char *const *rules_edit_argv(struct arena *a,
				   const struct rules_change *c)
{
	static const char *const nft[] = { "nft", "-e", "-a", "-f", "-" };
	static const char *const save[] = { "", "-w", "5", "-c", "--noflush" };
	const char **argv = arena_alloc(a, (COUNT(nft) + 1) * sizeof(*argv));
	struct text name = TEXT_NULL;

	if (!argv)
		return NULL;
	if (c->engine == ENGINE_NFT) {
		memcpy(argv, nft, sizeof(nft));
		return argv;
	}

	memcpy(argv, save, sizeof(save));
	text_str(&name, c->tool                  ? c->tool
			: c->family == TABLE_IP6 ? "ip6tables"
						 : "iptables");
	text_str(&name, "-restore");
	argv[0] = text_ok(&name) ? arena_string(a, text_string(&name)) : NULL;
	text_done(&name);
	return argv[0] ? argv : NULL;
}

/* The handle of the next new rule that nft tells of: "insert rule inet filter
 * input … # handle 12". */
static const char *next_handle(const char **echo, unsigned long long *ret)
{
	static const char mark[] = "# handle ";

	while (**echo) {
		const char *line = *echo, *end = strchrnul(line, '\n');
		const char *at = NULL, *more = strstr(line, mark);

		*echo = *end ? end + 1 : end;
		for (; more && more < end; more = strstr(more + 1, mark))
			at = more + strlen(mark);
		if (!at || (strncmp(line, "add rule ", 9) != 0 &&
			    strncmp(line, "insert rule ", 12) != 0))
			continue;
		*ret = strtoull(at, NULL, 10);
		return line;
	}

	return NULL;
}

static bool fill_in(struct text *out, const char *echo, unsigned long wanted)
{
	unsigned long long handle = 0;

	for (unsigned long i = 0; i < wanted; i++)
		if (!next_handle(&echo, &handle))
			return false;
	text_format(out, "handle %llu", handle);
	return true;
}

int rules_edit_undo(struct text *out, const struct rules_change *c,
		    const char *echo)
{
	static const char mark[] = "handle {";
	const char *s = c->undo, *at;

	while (c->engine == ENGINE_NFT && (at = strstr(s, mark)) != NULL) {
		const char *number = at + strlen(mark);
		char *end;
		unsigned long wanted = strtoul(number, &end, 10);

		text_bytes(out, s, (size_t)(at - s));
		s = end;
		if (end == number || *end != '}' || !wanted)
			text_str(out, mark); /* a rule's own words */
		else if (!fill_in(out, echo, wanted))
			return -EINVAL;
		else
			s++;
	}
	text_str(out, s);
	return text_ok(out) ? 0 : -ENOMEM;
}
