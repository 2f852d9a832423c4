#include "base/json.h"
#include "cli/firewall.h"
#include "cli/firewall_listing.h"
#include "cli/firewall_words.h"
#include "ruleset/owner.h"

static void put_counters(struct json *j, const struct counters *c)
{
	json_name(j, "counters");
	if (!c->known) {
		json_null(j);
		return;
	}

	json_object(j);
	json_member_u64(j, "packets", c->packets);
	json_member_u64(j, "bytes", c->bytes);
	json_object_end(j);
}

static void put_rule(struct json *j, const struct rule *rule)
{
	json_object(j);
	firewall_words_members(j, rule->chain, rule);
	put_counters(j, &rule->counters);
	json_name(j, "incomplete");
	json_bool(j, rule->is_incomplete);
	json_object_end(j);
}

static void put_calls(struct json *j, const struct listing_call *call)
{
	json_name(j, "called_by");
	json_array(j);
	for (; call; call = call->next) {
		json_object(j);
		json_member(j, "chain", call->rule->chain->name);
		json_member_u64(j, "rule", call->rule->number);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_hook(struct json *j, const struct chain *c)
{
	json_member(j, "hook", hook_names[c->hook]);
	json_name(j, "priority");
	json_i64(j, c->priority);
	json_member(j, "type", c->type);
	json_member(j, "device", c->device);
	json_member(j, "policy", c->policy == ACTION_DROP ? "drop" : "accept");
}

static void put_chain(struct json *j, const struct listing *l,
		      const struct chain *c)
{
	const struct owner *owner = owner_of_chain(c);

	json_object(j);
	json_member(j, "engine", engine_names[c->table->engine]);
	json_member(j, "family", table_family_names[c->table->family]);
	json_member(j, "table", c->table->name);
	json_member(j, "chain", c->name);
	if (c->hook != HOOK_NONE)
		put_hook(j, c);
	else
		put_calls(j, l->calls[c->index]);
	json_member(j, "owner", owner ? owner->id : NULL);
	put_counters(j, &c->counters);
	json_name(j, "rules");
	json_array(j);
	for (const struct rule *r = c->first; r; r = r->next)
		put_rule(j, r);
	json_array_end(j);
	json_object_end(j);
}

static void put_set(struct json *j, const struct set *s)
{
	json_object(j);
	json_member(j, "family",
		    s->table ? table_family_names[s->table->family] : NULL);
	json_member(j, "table", s->table ? s->table->name : NULL);
	json_member(j, "name", s->name);
	json_member(j, "type", s->type);
	json_member_u64(j, "elements", s->count);
	json_name(j, "given");
	json_bool(j, s->is_given);
	json_object_end(j);
}

static void put_sets(struct json *j, const struct firewall *f)
{
	json_name(j, "sets");
	json_array(j);
	for (const struct set *s = f->ruleset->first_ipset; s; s = s->next)
		put_set(j, s);
	for (const struct table *t = f->ruleset->first; t; t = t->next)
		for (const struct set *s = t->first_set; s; s = s->next)
			if (s->name && firewall_wants(f, t))
				put_set(j, s);
	json_array_end(j);
}

void firewall_listing_json(const struct firewall *f, const struct listing *l,
			   struct text *out)
{
	struct json j = json_over(out, true);

	json_object(&j);
	json_member_u64(&j, "kiriwake", 1);
	json_name(&j, "hooks");
	json_array(&j);
	for (size_t i = 0; i < l->base_count; i++)
		put_chain(&j, l, l->chains[i]);
	json_array_end(&j);
	json_name(&j, "chains");
	json_array(&j);
	for (size_t i = l->base_count; i < l->count; i++)
		put_chain(&j, l, l->chains[i]);
	json_array_end(&j);
	put_sets(&j, f);
	firewall_json_end(f, &j);
	json_object_end(&j);
	text_char(out, '\n');
}
