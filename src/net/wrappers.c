/*
 * The two files, one after the other. The first line that matches decides. A
 * line that may match or may not is remembered with what it would do: when
 * everything it could come to is the same answer, that is the answer.
 */
#include "net/wrappers.h"

#include <string.h>

#include "base/i18n.h"
#include "net/wrappers_line.h"
#include "net/wrappers_match.h"

struct deciding {
	const struct wrappers_ask *ask;
	struct wrappers_decision maybe; /* the first that hangs on something */
	bool has_maybe;
	bool maybes_differ;
	unsigned effects;
};

enum step { GOES_ON, NEXT_FILE, DECIDED };

static void tell_line(struct wrappers_decision *ret,
		      const struct wrappers_file *file,
		      const struct wrappers_line *line)
{
	ret->file = file->name;
	ret->line = line->first;
	ret->last_line = line->last;
	memcpy(ret->text, line->text, sizeof(ret->text));
}

static void add_maybe(struct deciding *d, const struct wrappers_decision *one)
{
	if (!d->has_maybe)
		d->maybe = *one;
	else if (d->maybe.answer != one->answer)
		d->maybes_differ = true;
	d->has_maybe = true;
}

static enum wrappers_matches match_line(struct wrappers_match *m,
					const struct wrappers_line *line)
{
	enum wrappers_matches daemons =
		wrappers_match_daemons(m, line->daemons);
	enum wrappers_matches clients;

	if (daemons == WRAPPERS_NO)
		return daemons;

	clients = wrappers_match_clients(m, line->clients);
	return clients < daemons ? clients : daemons;
}

/* without: what the file's lines do that have no options. */
static enum step take_line(struct deciding *d, struct wrappers_decision *ret,
			   const struct wrappers_file *file,
			   const struct wrappers_line *line,
			   enum wrappers_answer without)
{
	struct wrappers_match m = { .ask = d->ask };
	struct wrappers_decision one = { 0 };
	struct wrappers_outcome outcome;
	enum wrappers_matches matches = match_line(&m, line);
	bool runs;

	if (m.asks_ident)
		d->effects |= WRAPPERS_IDENT;
	if (matches == WRAPPERS_NO)
		return GOES_ON;

	outcome = wrappers_line_options(d->ask, line->options, without);
	runs = (outcome.effects & WRAPPERS_ACLEXEC) && !outcome.is_final;
	tell_line(&one, file, line);
	one.answer = outcome.answer;
	one.effects = outcome.effects;
	one.is_broken = outcome.fault != WRAPPERS_SOUND;
	if (matches == WRAPPERS_MAYBE) {
		one.why = m.why;
		if (runs)
			one.answer = WRAPPERS_UNKNOWN;
		add_maybe(d, &one);
		return GOES_ON;
	}
	/* When the command fails, libwrap goes on with the next file, not with
	 * the next line. */
	if (runs) {
		one.why = WRAPPERS_COMMAND;
		add_maybe(d, &one);
		return NEXT_FILE;
	}

	*ret = one;
	return DECIDED;
}

/* A file that is not read to its end refuses, if it is the second: libwrap
 * takes whatever is not "no match" there for a match. */
static enum step stop(struct wrappers_decision *ret,
		      const struct wrappers_file *file,
		      const struct wrappers_line *line,
		      enum wrappers_answer without)
{
	if (without == WRAPPERS_ALLOWED)
		return NEXT_FILE;

	*ret = (struct wrappers_decision){ .answer = WRAPPERS_DENIED,
					   .file = file->name,
					   .is_broken = true };
	if (line)
		tell_line(ret, file, line);
	return DECIDED;
}

static enum step take_file(struct deciding *d, struct wrappers_decision *ret,
			   const struct wrappers_file *file,
			   enum wrappers_answer without)
{
	struct wrappers_lines lines = { .at = file->text,
					.end = file->text + file->len };
	enum step step = GOES_ON;
	struct wrappers_line line;
	enum wrappers_line_end got;

	if (file->state == WRAPPERS_MISSING)
		return NEXT_FILE;
	if (file->state == WRAPPERS_UNREADABLE)
		return stop(ret, file, NULL, without);

	do {
		got = wrappers_line_next(&lines, &line);
		if (got == WRAPPERS_LINE && line.clients)
			step = take_line(d, ret, file, &line, without);
	} while (got == WRAPPERS_LINE && step == GOES_ON);

	return got == WRAPPERS_LINE_BROKEN ? stop(ret, file, &line, without)
					   : step;
}

void wrappers_decide(struct wrappers_decision *ret,
		     const struct wrappers_file *allow,
		     const struct wrappers_file *deny,
		     const struct wrappers_ask *ask)
{
	struct deciding d = { .ask = ask };

	*ret = (struct wrappers_decision){ .answer = WRAPPERS_ALLOWED };
	if (take_file(&d, ret, allow, WRAPPERS_ALLOWED) != DECIDED)
		(void)take_file(&d, ret, deny, WRAPPERS_DENIED);
	if (d.has_maybe && (d.maybes_differ || d.maybe.answer != ret->answer)) {
		*ret = d.maybe;
		ret->answer = WRAPPERS_UNKNOWN;
	}
	if (d.has_maybe)
		ret->why = d.maybe.why;
	ret->effects |= d.effects;
}

struct checking {
	const struct wrappers_file *file;
	struct problems *p;
};

static struct problem place(const struct checking *c,
			    const struct wrappers_line *line)
{
	return (struct problem){ .file = c->file->name,
				 .line = line->first,
				 .excerpt = line->text };
}

static void check_patterns(const struct checking *c,
			   const struct wrappers_line *line, char *list)
{
	struct problem where = place(c, line);
	char *rest = NULL;

	for (char *word = strtok_r(list, ", \t\r\n", &rest); word;
	     word = strtok_r(NULL, ", \t\r\n", &rest)) {
		char *host = wrappers_line_split(word + 1, '@');
		char *net = host ? host : word;
		const char *mask;

		if (net[0] == '/' || net[0] == '@')
			continue;
		mask = wrappers_line_split(net, '/');
		if (mask && wrappers_match_never(net, mask))
			problems_add(
				c->p, &where,
				_("The pattern %1$s/%2$s matches no address."),
				net, mask);
	}
}

static void check_options(const struct checking *c,
			  const struct wrappers_line *line)
{
	struct problem where = place(c, line);
	struct wrappers_outcome o =
		wrappers_line_options(NULL, line->options, WRAPPERS_ALLOWED);

	if (o.fault == WRAPPERS_OPTION_EMPTY)
		problems_add(
			c->p, &where,
			_("There is nothing after a colon: libwrap refuses everyone whom this line matches."));
	else if (o.fault == WRAPPERS_OPTION_UNKNOWN)
		problems_add(
			c->p, &where,
			_("libwrap does not know the option %s: it refuses everyone whom this line matches."),
			o.option);
	else if (o.fault)
		problems_add(
			c->p, &where,
			_("libwrap does not take the option %s as it is written: it refuses everyone whom this line matches."),
			o.option);
}

static void check_line(const struct checking *c,
		       const struct wrappers_line *line)
{
	struct problem where = place(c, line);

	if (!line->clients) {
		problems_add(
			c->p, &where,
			_("libwrap ignores this line: no colon stands between daemons and clients."));
		return;
	}

	check_patterns(c, line, line->daemons);
	check_patterns(c, line, line->clients);
	check_options(c, line);
}

void wrappers_check(const struct wrappers_file *file, struct problems *p)
{
	struct wrappers_lines lines = { .at = file->text,
					.end = file->text + file->len };
	struct checking c = { file, p };
	struct wrappers_line line;
	enum wrappers_line_end got;

	if (file->state != WRAPPERS_READ)
		return;

	while ((got = wrappers_line_next(&lines, &line)) == WRAPPERS_LINE)
		check_line(&c, &line);
	if (got == WRAPPERS_LINE_BROKEN) {
		struct problem where = place(&c, &line);

		problems_add(
			p, &where,
			_("The line has no newline at its end, or is longer than 2047 bytes: libwrap reads no further, and in hosts.deny it then refuses everyone whom no line before has let in."));
	}
}
