/*
 * OpenWrt's fw3 and fw4: a section of /etc/config/firewall, set by uci, from
 * which the rules are made again. Rules for a zone stand before its policy, in
 * input_ZONE.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "fix/kept_file.h"
#include "fix/manager.h"
#include "fix/rule_words.h"
#include "fix/stand_in.h"
#include "ruleset/model.h"

/* "input_wan" (fw4), "zone_wan_input" (fw3): the zone's name, and its length;
 * NULL: it is no such chain. */
static const char *zone_of(const struct chain *c, size_t *ret_len)
{
	static const char four[] = "input_", three[] = "zone_",
			  end[] = "_input";
	size_t len = strlen(c->name);

	if (!strncmp(c->name, four, sizeof(four) - 1) &&
	    strcmp(c->name, "input_rule") != 0) {
		*ret_len = len - (sizeof(four) - 1);
		return c->name + sizeof(four) - 1;
	}
	if (strncmp(c->name, three, sizeof(three) - 1) != 0 ||
	    len < sizeof(three) + sizeof(end) ||
	    strcmp(c->name + len - (sizeof(end) - 1), end) != 0)
		return NULL;
	*ret_len = len - (sizeof(three) - 1) - (sizeof(end) - 1);
	return c->name + sizeof(three) - 1;
}

/* The zone's chain that the packet comes to. */
static const struct chain *zone_met(struct fix_planning *p)
{
	struct walk_result w;
	bool passes;
	size_t len;

	if (!p->has_packet || kept_file_passes(p, p->ruleset, &passes, &w))
		return NULL;
	for (size_t i = 0; i < w.way.step_count; i++) {
		const struct chain *c = w.way.steps[i].chain;

		if (c && zone_of(c, &len))
			return c;
	}

	return NULL;
}

/* Nothing that a shell or uci would read otherwise. */
static bool is_plain(const char *s)
{
	return !s[strspn(s, "0123456789abcdefABCDEFtudp.:/-_,")];
}

static void put_setting(struct text *out, const char *section, const char *name,
			const char *value)
{
	if (value[0])
		text_format(out, " && uci set firewall.%s.%s=%s", section, name,
			    value);
}

static int run(struct fix_planning *p, struct fix_candidate *c,
	       const struct chain *zone, const struct rule_words *r)
{
	static const char load[] =
		"uci commit firewall && /etc/init.d/firewall reload";
	const char *section = fix_words(p, "kiriwake_%s_%u", r->protocol,
					(unsigned)p->plan->ask.port);
	struct text t = TEXT_NULL;
	struct fix_change *change;
	size_t len = 0;
	const char *name = zone_of(zone, &len);

	text_format(&t, "uci set firewall.%s=rule", section);
	put_setting(&t, section, "src", fix_words(p, "%.*s", (int)len, name));
	put_setting(&t, section, "src_ip", r->source);
	put_setting(&t, section, "dest_ip", r->destination);
	put_setting(&t, section, "proto", r->protocol);
	put_setting(&t, section, "dest_port", r->port);
	put_setting(&t, section, "target", "ACCEPT");
	text_format(&t, " && %s", load);
	change = manager_run(
		p, c, false, fix_argv(p, "sh", "-c", text_string(&t), NULL),
		fix_argv(p, "sh", "-c",
			 fix_words(p, "uci delete firewall.%s && %s", section,
				   load),
			 NULL));
	text_done(&t);
	if (!change)
		return -ENOMEM;
	change->text = fix_words(
		p,
		_("uci adds the section %s to /etc/config/firewall, from which the rules are made again."),
		section);
	change->undo_text = fix_words(
		p, _("uci takes the section %s away again."), section);
	c->summary = fix_words(
		p, _("let the zone %1$s accept it in /etc/config/firewall"),
		fix_words(p, "%.*s", (int)len, name));
	c->lasts = FIX_LASTS_YES;
	c->lasts_text = _(
		"It stands in /etc/config/firewall, from which the rules are made at every start.");
	return 0;
}

static int express(struct fix_planning *p, struct fix_candidate *c)
{
	const struct rule_edit *e;
	const struct rule *rule;
	const struct chain *chain = manager_edited(p, c, &e, &rule);
	const struct chain *zone = zone_met(p);
	const struct rules_change *edit;
	struct rule_words r;
	const char *words;
	bool passes;
	int err;

	words = chain && zone && e->kind == EDIT_INSERT
			? rule_words_for(p, zone->table, e->words)
			: NULL;
	if (words)
		rule_words_read(&r, words);
	if (!words || !r.is_whole || strcmp(r.verdict, "ACCEPT") != 0 ||
	    !r.port[0] || !is_plain(r.source) || !is_plain(r.destination) ||
	    !is_plain(r.port) || !is_plain(r.protocol)) {
		fix_remark(
			p,
			_("OpenWrt makes its rules from /etc/config/firewall, and makes them again at every change: look at its sections (uci show firewall)."));
		return -ENOENT;
	}

	/* The zone's last rule is its policy. */
	edit = stand_in_edit(
		p, zone,
		(struct rule_edit){
			.kind = EDIT_INSERT,
			.number = zone->rule_count ? zone->rule_count : 1,
			.words = words });
	err = edit ? stand_in_effect(p, c, edit, &passes) : -ENOMEM;
	if (err)
		return err;
	if (!passes)
		return -ENOENT;
	manager_forget_now(c);
	return run(p, c, zone, &r);
}

const struct manager manager_openwrt = {
	.id = "openwrt",
	.express = express,
};
