#include "cli/firewall_words.h"

#include "base/i18n.h"
#include "base/json.h"
#include "ruleset/model.h"
#include "ruleset/owner.h"

static const char *policy_word(const struct chain *c)
{
	return c->policy == ACTION_DROP ? "DROP" : "ACCEPT";
}

void firewall_words_text(struct text *out, const struct chain *c,
			 const struct rule *rule)
{
	if (rule)
		text_str(out, rule->text ? rule->text : "");
	else if (c->table->engine == ENGINE_NFT)
		text_format(out, "policy %s",
			    c->policy == ACTION_DROP ? "drop" : "accept");
	else
		text_format(out, "-P %s %s", c->name, policy_word(c));
}

void firewall_words_rule(struct text *out, const struct chain *c,
			 const struct rule *rule)
{
	/* The rule's own chain, where c is the one that led there. */
	c = rule ? rule->chain : c;
	text_format(out, "%s %s %s ", table_family_names[c->table->family],
		    c->table->name, c->name);
	if (rule)
		text_format(out, _("rule %u"), rule->number);
	else
		text_str(out, _("policy"));
}

void firewall_words_members(struct json *j, const struct chain *c,
			    const struct rule *rule)
{
	const struct owner *owner =
		rule ? owner_of_rule(rule) : owner_of_chain(c);
	struct text text = TEXT_NULL;

	c = rule ? rule->chain : c;
	json_member(j, "engine", engine_names[c->table->engine]);
	json_member(j, "family", table_family_names[c->table->family]);
	json_member(j, "table", c->table->name);
	json_member(j, "chain", c->name);
	if (rule)
		json_member_u64(j, "rule", rule->number);
	else
		json_member(j, "rule", "policy");
	if (rule && rule->handle)
		json_member_u64(j, "handle", rule->handle);
	firewall_words_text(&text, c, rule);
	json_member(j, "text", text_string(&text));
	text_done(&text);
	if (rule && rule->comment)
		json_member(j, "comment", rule->comment);
	json_member(j, "owner", owner ? owner->id : NULL);
	if (rule && rule->place.file && rule->place.line) {
		json_member(j, "file", rule->place.file);
		json_member_u64(j, "line", rule->place.line);
	}
}

void firewall_words_json(struct json *j, const struct chain *c,
			 const struct rule *rule)
{
	json_object(j);
	json_member(j, "kind", rule ? "firewall-rule" : "firewall-policy");
	firewall_words_members(j, c, rule);
	json_object_end(j);
}
