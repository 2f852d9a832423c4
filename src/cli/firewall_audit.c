/* firewall audit: what is wrong with a ruleset by itself. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/firewall.h"
#include "cli/firewall_words.h"
#include "ruleset/audit.h"
#include "ruleset/owner.h"
#include "ruleset/packet_words.h"

/* What is asked for. */
struct asked {
	struct firewall *firewall;
	bool all; /* what programs wrote, too */
};

/* Programs write more rules than they need, and nobody can mend that here. */
static bool is_idle(enum finding_kind kind)
{
	return kind == FINDING_SHADOWED || kind == FINDING_SHADOWED_BY_UNION ||
	       kind == FINDING_REDUNDANT || kind == FINDING_UNREACHABLE ||
	       kind == FINDING_NEVER_MATCHED;
}

static bool is_owned(const struct finding *one)
{
	if (!one->chain || !is_idle(one->kind))
		return false;

	return one->rule ? owner_of_rule(one->rule) != NULL
			 : owner_of_chain(one->chain) != NULL;
}

static bool is_of_family(const struct asked *q, const struct finding *one)
{
	return !one->chain || firewall_wants(q->firewall, one->chain->table);
}

static bool is_wanted(const struct asked *q, const struct finding *one)
{
	return is_of_family(q, one) && (q->all || !is_owned(one));
}

static void put_witness(struct text *out, const struct finding *one)
{
	struct point packet;

	audit_witness(one, &packet);
	packet_words_text(out, &packet, packet.known);
}

static void finding_json(struct json *j, const struct finding *one)
{
	struct text witness = TEXT_NULL;

	json_object(j);
	json_member(j, "kind", finding_names[one->kind]);
	json_name(j, "rule");
	if (one->rule || one->chain)
		firewall_words_json(j, one->chain, one->rule);
	else
		json_null(j);
	json_name(j, "by");
	json_array(j);
	for (size_t i = 0; i < one->by_count; i++)
		firewall_words_json(j, one->by[i]->chain, one->by[i]);
	json_array_end(j);
	put_witness(&witness, one);
	json_member(j, "witness", one->witness ? text_string(&witness) : NULL);
	json_name(j, "partial");
	json_bool(j, one->is_partial);
	json_name(j, "unsure");
	json_bool(j, one->is_unsure);
	json_member(j, "text", one->text);
	json_object_end(j);
	text_done(&witness);
}

static void audit_json(const struct asked *q, const struct audit *a,
		       size_t owned, struct text *out)
{
	struct json j = json_over(out, true);

	json_object(&j);
	json_member_u64(&j, "kiriwake", 1);
	json_name(&j, "findings");
	json_array(&j);
	for (const struct finding *one = a->first; one; one = one->next)
		if (is_wanted(q, one)) {
			finding_json(&j, one);
			firewall_flush(out);
		}
	json_array_end(&j);
	json_name(&j, "summary");
	json_object(&j);
	json_member_u64(&j, "rules", a->rules);
	json_member_u64(&j, "dead", a->dead);
	json_member_u64(&j, "undecided", a->undecided);
	json_member_u64(&j, "coarse", a->coarse);
	json_member_u64(&j, "left_out", owned);
	json_name(&j, "cut");
	json_bool(&j, a->is_cut);
	json_name(&j, "hasty");
	json_bool(&j, a->is_hasty);
	json_object_end(&j);
	firewall_json_end(q->firewall, &j);
	json_object_end(&j);
	text_char(out, '\n');
}

static void put_rule(struct text *out, const struct rule *rule)
{
	text_str(out, "    ");
	firewall_words_rule(out, rule->chain, rule);
	text_str(out, ": ");
	firewall_words_text(out, rule->chain, rule);
	text_char(out, '\n');
}

static void finding_text(struct text *out, const struct finding *one)
{
	enum { SHOWN = 5 };

	text_format(out, "%s: %s\n", finding_names[one->kind], one->text);
	if (one->rule)
		put_rule(out, one->rule);
	for (size_t i = 0; i < one->by_count && i < SHOWN; i++)
		put_rule(out, one->by[i]);
	if (one->witness) {
		text_str(out, "    ");
		text_str(out, _("for example:"));
		text_char(out, ' ');
		put_witness(out, one);
		text_char(out, '\n');
	}
}

static void limits_text(struct text *out, const struct audit *a)
{
	if (a->is_cut)
		text_str(
			out,
			_("Some chains are jumped to in too many ways: their rules were not judged.\n"));
	if (a->is_hasty)
		text_str(
			out,
			_("There are too many rules to find every redundant one.\n"));
	if (a->undecided)
		text_format(
			out,
			ngettext(
				"%llu rule was too entangled to be judged.\n",
				"%llu rules were too entangled to be judged.\n",
				a->undecided),
			(unsigned long long)a->undecided);
	if (a->coarse)
		text_format(
			out,
			ngettext(
				"%u condition has too many pieces to be searched: it was taken for one that may hold or not.\n",
				"%u conditions have too many pieces to be searched: they were taken for ones that may hold or not.\n",
				a->coarse),
			a->coarse);
}

static void audit_text(const struct asked *q, const struct audit *a,
		       const size_t count[2], struct text *out)
{
	for (const struct finding *one = a->first; one; one = one->next)
		if (is_wanted(q, one)) {
			finding_text(out, one);
			text_char(out, '\n');
			firewall_flush(out);
		}
	limits_text(out, a);
	if (count[1])
		text_format(
			out,
			ngettext(
				"%zu rule that a program wrote does nothing; --all tells of it.\n",
				"%zu rules that programs wrote do nothing; --all tells of them.\n",
				count[1]),
			count[1]);
	if (count[0])
		text_format(out, _("findings: %zu, rules examined: %llu\n"),
			    count[0], (unsigned long long)a->rules);
	else
		text_format(out, _("nothing found in %llu rules\n"),
			    (unsigned long long)a->rules);
	firewall_text_end(q->firewall, out);
}

static int report(const struct asked *q, const struct audit *a)
{
	struct text out = TEXT_NULL;
	size_t count[2] = { 0 }; /* told, left out */

	for (const struct finding *one = a->first; one; one = one->next)
		if (is_of_family(q, one))
			count[!is_wanted(q, one)]++;
	if (q->firewall->cli->json)
		audit_json(q, a, count[1], &out);
	else
		audit_text(q, a, count, &out);
	firewall_put(&out);
	if (count[0])
		return EXIT_FAULT;

	return a->undecided || a->is_cut ? EXIT_UNKNOWN : EXIT_HEALTHY;
}

int firewall_audit(struct firewall *f, int argc, char *argv[])
{
	struct asked q = { .firewall = f };
	struct arena *a;
	struct audit audit;
	int status = 0;

	for (int i = 1; i < argc && !status; i++) {
		if (!strcmp(argv[i], "--all"))
			q.all = true;
		else
			status = firewall_take(f, argc, argv, &i);
	}
	if (!status)
		status = firewall_read(f);
	if (status)
		return status;

	a = arena_new();
	if (!a)
		return EXIT_UNKNOWN;

	status = audit_ruleset(f->ruleset, a, &audit) ? EXIT_UNKNOWN
						      : report(&q, &audit);
	arena_free(a);
	return status;
}

const struct command firewall_audit_command = {
	.name = "firewall audit",
	.arguments = "[--all] [RULESET...]",
	.summary = N_(
		"Rules that never match, contradict or nearly allow something."),
	.help = N_(
		"Every finding names the rule, the rules that cause it, and a packet to show\n"
		"it. What is said of a rule holds for all packets.\n"
		"\n"
		"  contradicted       a DROP or REJECT stands above an ACCEPT for the same packets\n"
		"  shadowed           one rule takes all of its packets before\n"
		"  shadowed-by-union  several rules do so together\n"
		"  redundant          without it, the same happens\n"
		"  unreachable        nothing that matches jumps to the chain\n"
		"  near-miss          an ACCEPT that is nearly right: the other protocol, port or state,\n"
		"                     or, at a guess, another interface or source\n"
		"  families-differ    IPv4 and IPv6 packets meet another fate\n"
		"  both-engines       rules of iptables-legacy and of nftables are loaded\n"
		"  set-not-given      a set that rules ask for was not given\n"
		"  never-matched      the counter is zero, where others are not\n"
		"\n"
		"Rules that do nothing are left out where a program (ufw, docker) wrote them.\n"
		"\n"
		"  --all  tell of them, too\n"),
};
