/*
 * What the next boot would load, held against what is in force: what it means
 * for the packet at hand, and how much else differs.
 */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"
#include "cli/server_rules_parts.h"
#include "host/reader.h"
#include "ruleset/boot.h"
#include "ruleset/compare.h"
#include "ruleset/model.h"

/* Beyond so many rules all of the difference takes too long to wait for. */
enum { COMPARED_RULES = 2000 };

struct booted {
	struct server_rules *server;
	struct ruleset *ruleset;
	struct boot boot;
	struct arena *arena;
	struct walk_result result;
	struct comparison comparison;
	bool is_compared;
	int64_t began_ns;
};

static bool has_row(const struct boot *b, enum boot_state state)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->row[i].state == state)
			return true;

	return false;
}

/* What a program builds when it starts, or what may not be read. */
static bool is_partial(const struct booted *b)
{
	return has_row(&b->boot, BOOT_NOT_PERMITTED) ||
	       has_row(&b->boot, BOOT_NOT_LOOKED);
}

static void tell_not_looked(struct booted *b, struct case_record *c)
{
	for (size_t i = 0; i < b->boot.count; i++) {
		const struct boot_row *row = &b->boot.row[i];

		if (row->state == BOOT_NOT_PERMITTED)
			case_not_looked(
				c,
				arena_string(c->arena,
					     row->file ? row->file : row->unit),
				arena_string(c->arena, row->why));
	}
}

static int read_boot(struct booted *b)
{
	struct walk_question ask = { .packet = b->server->way.packet,
				     .host = &b->server->host };
	int err;

	b->arena = arena_new();
	b->ruleset = ruleset_new(b->server->problems);
	if (!b->arena || !b->ruleset)
		return -ENOMEM;

	err = boot_read_by(b->ruleset, "/", reader_file, &b->boot);
	if (!err)
		err = ruleset_link(b->ruleset);
	if (!err)
		err = walk_packet(b->ruleset, &ask, b->arena, &b->result);
	if (err || !has_row(&b->boot, BOOT_LOADED) ||
	    b->ruleset->rule_count + b->server->ruleset->rule_count >
		    COMPARED_RULES)
		return err;

	b->is_compared = true;
	return compare_rulesets(b->server->ruleset, b->ruleset, b->arena,
				&b->comparison);
}

/* What becomes of the packet and its answer: the first that refuses, or NULL. */
static const struct walk_blocker *blocker_of(const struct walk_result *r)
{
	return r->blocker_count ? r->blockers : NULL;
}

static bool is_open(const struct walk_result *r)
{
	return r->way.verdict.decision == WALK_UNKNOWN ||
	       (!r->blocker_count && r->has_reply &&
		r->reply.verdict.decision == WALK_UNKNOWN);
}

static void put_fate(struct text *out, const struct booted *b)
{
	const struct walk_blocker *refuses = blocker_of(&b->result);
	struct text asked = TEXT_NULL, place = TEXT_NULL;

	server_rules_tell_asked(&asked, &b->server->way.question);
	if (refuses)
		server_rules_tell_place(&place, &refuses->verdict);
	if (is_open(&b->result))
		text_format(
			out,
			_("what would become of %s after a reboot cannot be foretold"),
			text_string(&asked));
	else if (!refuses)
		text_format(out, _("after a reboot %s would be let in"),
			    text_string(&asked));
	else if (refuses->of_reply)
		text_format(
			out,
			_("after a reboot the answers to %1$s would be refused by %2$s"),
			text_string(&asked), text_string(&place));
	else
		text_format(out,
			    _("after a reboot %1$s would be refused by %2$s"),
			    text_string(&asked), text_string(&place));
	text_done(&asked);
	text_done(&place);
}

static void put_differences(struct text *out, const struct booted *b)
{
	size_t count = b->comparison.count;

	text_str(out, "; ");
	if (!b->is_compared)
		text_str(
			out,
			_("all differences from the rules in force: kiriwake firewall diff live boot"));
	else if (!count)
		text_str(out, _("it would load the rules that are in force"));
	else
		text_format(
			out,
			ngettext(
				"%zu difference from the rules in force: kiriwake firewall diff live boot",
				"%zu differences from the rules in force: kiriwake firewall diff live boot",
				count),
			count);
}

/* The same fate as now, as far as both are known. */
static enum step_status status_of(const struct booted *b)
{
	const struct server_way *now = &b->server->way;
	bool is_refused = now->kind < FACT_RULES_ACCEPT;

	if (is_open(&b->result) || now->kind == FACT_RULES_UNSURE)
		return STEP_BLOCKED;

	return (blocker_of(&b->result) != NULL) == is_refused ? STEP_PASS
							      : STEP_FAIL;
}

static void step(const struct booted *b, struct case_record *c)
{
	struct text words = TEXT_NULL;
	enum step_status status = status_of(b);

	if (!has_row(&b->boot, BOOT_LOADED)) {
		if (is_partial(b))
			text_str(
				&words,
				_("what the next boot would load is not to be seen in files alone"));
		else if (b->server->ruleset->rule_count)
			text_str(
				&words,
				_("no file would load any rules at the next boot, so those in force would be gone"));
		else
			text_str(
				&words,
				_("no file would load any rules at the next boot"));
		status = STEP_SKIP;
	} else {
		put_fate(&words, b);
		put_differences(&words, b);
		if (is_partial(b)) {
			text_str(&words, "; ");
			text_str(&words,
				 _("programs may add rules when they start"));
		}
	}
	case_step(c, "boot", status, clock_now() - b->began_ns,
		  text_string(&words));
	text_done(&words);
}

int server_rules_boot(struct server_rules *s, struct case_record *c)
{
	struct booted b = { .server = s, .began_ns = clock_now() };
	int err;

	if (!s || !s->ruleset || !s->way.is_known || s->has_boot_step)
		return 0;

	s->has_boot_step = true;
	err = read_boot(&b);
	if (!err) {
		tell_not_looked(&b, c);
		step(&b, c);
	}
	ruleset_free(b.ruleset);
	arena_free(b.arena);
	return err == -ENOMEM ? err : 0;
}
