/*
 * Shorewall: a line of /etc/shorewall/rules, which it compiles. Which of its
 * zones are meant is in names of its chains: net-fw, net2fw.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "fix/manager.h"
#include "fix/rule_words.h"
#include "ruleset/model.h"

static int express(struct fix_planning *p, struct fix_candidate *c)
{
	const struct rule_edit *e;
	const struct rule *rule;
	const struct chain *chain = manager_edited(p, c, &e, &rule);
	bool is_v6 = chain && chain->table->family == TABLE_IP6;
	const char *folder = is_v6 ? "shorewall6" : "shorewall";
	struct rule_words r = { 0 };
	const char *zone = "net";
	size_t len;

	if (!chain)
		return -ENOENT;
	len = strcspn(chain->name, "-2");
	if (chain->name[len] && chain->hook == HOOK_NONE)
		zone = fix_words(p, "%.*s", (int)len, chain->name);
	if (e->words)
		rule_words_read(&r, e->words);
	fix_remark(
		p,
		_("Shorewall compiles %1$s from /etc/%2$s: put \"ACCEPT %3$s%4$s%5$s $FW %6$s %7$s\" into its file rules, above what drops, then %2$s check, %2$s safe-reload."),
		chain->name, folder, zone, r.source[0] ? ":" : "", r.source,
		p->plan->ask.protocol == 17 ? "udp" : "tcp",
		fix_words(p, "%u", (unsigned)p->plan->ask.port));
	return -ENOENT;
}

const struct manager manager_shorewall = {
	.id = "shorewall",
	.express = express,
};
