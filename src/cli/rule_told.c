#include "cli/rule_told.h"

#include <errno.h>

#include "base/text.h"
#include "ruleset/model.h"
#include "ruleset/owner.h"

int rule_told(const struct walk_blocker *b, struct arena *a,
	      struct report_rule *ret)
{
	const struct chain *c = b->verdict.chain;
	const struct rule *r = b->verdict.rule;
	const struct owner *owner = r ? owner_of_rule(r) : owner_of_chain(c);
	struct text policy = TEXT_NULL;

	*ret = (struct report_rule){
		.engine = engine_names[c->table->engine],
		.family = table_family_names[c->table->family],
		.table = c->table->name,
		.chain = c->name,
		.owner = owner ? owner->id : NULL,
	};
	if (r) {
		ret->number = r->number;
		ret->handle = r->handle;
		ret->text = r->text;
		ret->comment = r->comment;
	} else {
		text_format(&policy, "-P %s %s", c->name,
			    c->policy == ACTION_DROP ? "DROP" : "ACCEPT");
		ret->text = arena_string(a, text_string(&policy));
		text_done(&policy);
	}
	if (b->shadowed_accept) {
		ret->accept_number = b->shadowed_accept->number;
		ret->accept_text = b->shadowed_accept->text;
	}

	return ret->text ? 0 : -ENOMEM;
}

struct culprit *rule_told_culprit(const struct walk_blocker *b, struct arena *a,
				  enum vantage vantage)
{
	struct report_rule r;
	struct culprit *k;

	if (rule_told(b, a, &r))
		return NULL;

	k = culprit_new(
		a, r.number ? CULPRIT_FIREWALL_RULE : CULPRIT_FIREWALL_POLICY,
		vantage, "%s", r.text);
	culprit_text(k, a, "engine", r.engine);
	culprit_text(k, a, "family", r.family);
	culprit_text(k, a, "table", r.table);
	culprit_text(k, a, "chain", r.chain);
	if (r.number)
		culprit_number(k, "rule", r.number);
	else
		culprit_text(k, a, "rule", "policy");
	if (r.handle)
		culprit_number(k, "handle", (int64_t)r.handle);
	culprit_text(k, a, "comment", r.comment);
	culprit_text(k, a, "owner", r.owner);
	if (r.accept_number) {
		culprit_number(k, "shadowed_accept.rule", r.accept_number);
		culprit_text(k, a, "shadowed_accept.text", r.accept_text);
	}
	return k;
}
