#pragma once

struct chain;
struct json;
struct rule;
struct text;

/* How rules are named, alike in every part: the culprit of the JSON (design.md
 * 4), and words. Of a chain's policy the rule is NULL. */
void firewall_words_json(struct json *j, const struct chain *c,
			 const struct rule *rule);

/* The same members into an object that is open, for those that add some. */
void firewall_words_members(struct json *j, const struct chain *c,
			    const struct rule *rule);

/* "ip filter INPUT rule 5", "ip filter INPUT policy". */
void firewall_words_rule(struct text *out, const struct chain *c,
			 const struct rule *rule);

/* The rule as its source wrote it; a policy as iptables -S does. */
void firewall_words_text(struct text *out, const struct chain *c,
			 const struct rule *rule);
