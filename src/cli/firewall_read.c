/* The rulesets that the user named, read: files, standard input, this host,
 * its boot files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "cli/firewall.h"
#include "ruleset/boot.h"
#include "ruleset/live.h"
#include "ruleset/model.h"
#include "ruleset/read.h"

enum { FILE_BYTES = 1 << 30 };

static int add_name(struct firewall *f, unsigned side, const char *name)
{
	if (f->name_count[side] == FIREWALL_NAMES)
		return cli_usage(f->command, _("too many files: %s"), name);

	f->names[side][f->name_count[side]++] = name;
	return 0;
}

/* "a,b" is two files, unless there is one of that name. */
static int add_names(struct firewall *f, unsigned side, const char *word)
{
	char *copy, *rest, *name;
	int status = 0;

	if (!strchr(word, ',') || !access(word, F_OK))
		return add_name(f, side, word);

	copy = arena_string(f->arena, word);
	if (!copy)
		return EXIT_UNKNOWN;

	for (name = strtok_r(copy, ",", &rest); name && !status;
	     name = strtok_r(NULL, ",", &rest))
		status = add_name(f, side, name);

	return status;
}

/* Which word belongs to which side. */
static int part_words(struct firewall *f)
{
	size_t divider = f->word_count;
	int status = 0;

	if (f->sides > 1) {
		divider = f->divider ? f->divider : 1;
		if (f->word_count < 2 || divider >= f->word_count ||
		    (!f->divider && f->word_count > 2))
			return cli_usage(
				f->command, "%s",
				_("it takes two rulesets; of several files each: A... -- B..."));
	}
	for (size_t i = 0; i < f->word_count && !status; i++)
		status = add_names(f, i >= divider, f->words[i]);

	return status;
}

static void add_problem(struct firewall *f, const char *name, int error)
{
	const struct problem where = { .file = name };

	problems_add(f->problems, &where, "%s", strerror(-error));
}

static int read_text(struct firewall *f, struct ruleset *r, const char *path,
		     const char *name)
{
	struct text t = TEXT_NULL;
	int error = !strcmp(path, "-") ? file_read(&t, STDIN_FILENO, FILE_BYTES)
				       : file_load(&t, path, FILE_BYTES);

	if (error && error != -ENOMEM)
		add_problem(f, name, error);
	else if (!error)
		error = ruleset_read(r, name, text_string(&t), t.len);
	text_done(&t);
	firewall_looked(f, name, error ? _("It could not be read.") : NULL);
	return error == -ENOMEM ? EXIT_UNKNOWN : 0;
}

static int read_live(struct firewall *f, struct ruleset *r)
{
	struct live live;
	int error = live_read(r, LIVE_TIMEOUT_MS, &live);

	if (error < 0) {
		(void)fprintf(stderr, "kiriwake: %s\n", strerror(-error));
		return EXIT_UNKNOWN;
	}
	f->is_partial = f->is_partial || live_is_partial(&live);
	for (int i = 0; i < LIVE_SOURCE_COUNT; i++)
		firewall_looked(f, live.row[i].command,
				live.row[i].state == LIVE_READ
					? NULL
					: live.row[i].why);

	return 0;
}

static int read_boot(struct firewall *f, struct ruleset *r)
{
	struct boot boot;
	int error = boot_read(r, f->root, &boot);

	if (error < 0) {
		(void)fprintf(stderr, "kiriwake: %s\n", strerror(-error));
		return EXIT_UNKNOWN;
	}
	for (size_t i = 0; i < boot.count; i++) {
		const struct boot_row *row = &boot.row[i];

		if (row->state == BOOT_NOT_PERMITTED)
			f->is_partial = true;
		if (row->state == BOOT_LOADED)
			firewall_looked(f, row->file, NULL);
		else if (row->state == BOOT_NOT_LOOKED ||
			 row->state == BOOT_NOT_PERMITTED)
			firewall_looked(f, row->file ? row->file : row->unit,
					row->why);
		else
			firewall_note(f, row->file ? row->file : row->unit,
				      row->why);
	}
	if (!boot.count)
		firewall_note(f, "boot",
			      _("No file was found that a boot would load."));

	return 0;
}

static int read_name(struct firewall *f, struct ruleset *r, const char *name)
{
	if (!strcmp(name, "live"))
		return read_live(f, r);
	if (!strcmp(name, "boot"))
		return read_boot(f, r);

	return read_text(f, r, name,
			 strcmp(name, "-") != 0 ? name : _("standard input"));
}

static int read_side(struct firewall *f, unsigned side, struct ruleset **ret)
{
	int status = 0;

	*ret = ruleset_new(f->problems);
	if (!*ret)
		return EXIT_UNKNOWN;

	for (size_t i = 0; i < f->set_count && !status; i++)
		status = read_text(f, *ret, f->sets[i], f->sets[i]);
	for (size_t i = 0; i < f->name_count[side] && !status; i++)
		status = read_name(f, *ret, f->names[side][i]);
	if (!status && ruleset_link(*ret) < 0)
		status = EXIT_UNKNOWN;

	return status;
}

/* Something was asked for, and none of it could be looked at. */
static bool saw_nothing(const struct firewall *f)
{
	for (size_t i = 0; i < f->source_count; i++)
		if (f->sources[i].looked)
			return false;

	return f->source_count > 0;
}

static int say_nothing_seen(const struct firewall *f)
{
	for (size_t i = 0; i < f->source_count; i++)
		(void)fprintf(stderr, _("kiriwake: not looked: %s: %s\n"),
			      f->sources[i].name, f->sources[i].why);

	return problems_count(f->problems) ? EXIT_USAGE : EXIT_UNKNOWN;
}

/* What the reader wants known that is no fault of the input: a match that
 * kiriwake does not know, interfaces that a listing hides. */
static void pass_notes(struct firewall *f, const struct ruleset *r)
{
	const struct problem *note;

	for (size_t i = 0; r && (note = problems_at(r->notes, i)); i++) {
		struct text where = TEXT_NULL;
		const char *name;

		text_str(&where, note->file ? note->file : "kiriwake");
		if (note->line) {
			text_char(&where, ':');
			text_u64(&where, note->line);
		}
		name = arena_string(f->arena, text_string(&where));
		text_done(&where);
		if (name)
			firewall_note(f, name, note->text);
	}
}

int firewall_read(struct firewall *f)
{
	int status = part_words(f);

	if (status)
		return status;
	if (!f->word_count)
		f->names[0][f->name_count[0]++] = "live";

	status = read_side(f, 0, &f->ruleset);
	if (!status && f->sides > 1)
		status = read_side(f, 1, &f->other);
	if (status)
		return status;

	pass_notes(f, f->ruleset);
	pass_notes(f, f->other);
	return saw_nothing(f) ? say_nothing_seen(f) : 0;
}
