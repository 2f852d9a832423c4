/* What a candidate's changes are, as one would type them. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "fix/plan.h"
#include "fix/rules_edit.h"

static bool is_plain(const char *word)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_-./:=,@+%";

	return *word && !word[strspn(word, safe)];
}

/* For a shell: in quotes where it must be. */
static void put_word(struct text *out, const char *word)
{
	if (is_plain(word)) {
		text_str(out, word);
		return;
	}
	text_char(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			text_str(out, "'\\''");
		else
			text_char(out, *word);
	}
	text_char(out, '\'');
}

static void put_run(struct text *out, const char *const *argv)
{
	for (size_t i = 0; argv && argv[i]; i++) {
		if (i)
			text_char(out, ' ');
		put_word(out, argv[i]);
	}
}

int fix_commands_put(struct text *out, const struct fix_change *c, bool is_undo)
{
	switch (c->kind) {
	case CHANGE_RULES:
		return rules_edit_command(out, &c->rules, is_undo);
	case CHANGE_RUN:
		put_run(out, is_undo ? c->run.undo : c->run.argv);
		break;
	case CHANGE_FILE:
		text_format(out, "# %s:%llu", c->file.path,
			    (unsigned long long)c->file.line);
		break;
	}
	return 0;
}

int fix_commands(struct fix_plan *p, struct fix_candidate *c)
{
	const char **all =
		arena_alloc(p->arena, (c->now_count + 1) * sizeof(*all));
	struct text t = TEXT_NULL;
	int err = all ? 0 : -ENOMEM;

	for (size_t i = 0; i < c->now_count && !err; i++) {
		text_clear(&t);
		err = fix_commands_put(&t, &c->now[i], false);
		if (!err)
			all[i] = arena_string(p->arena, text_string(&t));
		if (!err && !all[i])
			err = -ENOMEM;
	}
	text_done(&t);
	if (err)
		return err;

	c->commands = all;
	c->command_count = c->now_count;
	return 0;
}
