#include "fix/rule_words.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "ruleset/model.h"

/* One word after the other, quotes taken off. */
struct words {
	const char *at;
	char word[RULE_WORD];
};

static bool next(struct words *w)
{
	size_t len;

	w->at += strspn(w->at, " \t");
	if (!*w->at)
		return false;
	if (*w->at == '"') {
		len = strcspn(++w->at, "\"");
	} else {
		len = strcspn(w->at, " \t");
	}
	(void)memset(w->word, 0, sizeof(w->word));
	memcpy(w->word, w->at, len < RULE_WORD ? len : RULE_WORD - 1);
	w->at += len;
	w->at += *w->at == '"';
	return true;
}

static bool is(const struct words *w, const char *s)
{
	return !strcmp(w->word, s);
}

static bool take(struct words *w, char to[RULE_WORD])
{
	if (!next(w))
		return false;
	memcpy(to, w->word, RULE_WORD);
	return true;
}

static bool take_state(struct words *w, struct rule_words *r)
{
	r->is_new = next(w) && !strcasecmp(w->word, "new");
	return r->is_new;
}

static bool skip_word(struct words *w)
{
	return next(w);
}

static bool is_one_of(const struct words *w, const char *const *list)
{
	for (; *list; list++)
		if (is(w, *list))
			return true;

	return false;
}

/* An option of iptables; false: not understood. */
static bool take_option(struct words *w, struct rule_words *r)
{
	static const char *const states[] = { "--ctstate", "--state", NULL };
	static const char *const skipped[] = { "-m", "--comment",
					       "--reject-with", NULL };

	const struct {
		const char *name;
		char *to;
	} fields[] = {
		{ "-s", r->source },     { "-d", r->destination },
		{ "-p", r->protocol },   { "-i", r->in },
		{ "-o", r->out },        { "--dport", r->port },
		{ "--dports", r->port }, { "--sport", r->source_port },
		{ "-j", r->verdict },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (is(w, fields[i].name))
			return take(w, fields[i].to);
	if (is_one_of(w, states))
		return take_state(w, r);
	return is_one_of(w, skipped) && skip_word(w);
}

static void read_iptables(struct words *w, struct rule_words *r)
{
	while (next(w))
		if (!take_option(w, r))
			r->is_whole = false;
	if (strchr(r->source, ':') || strchr(r->destination, ':'))
		r->is_v6 = true;
	r->has_family = r->source[0] || r->destination[0];
}

static bool take_address(struct words *w, struct rule_words *r)
{
	r->is_v6 = is(w, "ip6");
	r->has_family = true;
	if (!next(w))
		return false;
	if (is(w, "saddr"))
		return take(w, r->source);
	return is(w, "daddr") && take(w, r->destination);
}

static bool take_port(struct words *w, struct rule_words *r)
{
	memcpy(r->protocol, w->word, RULE_WORD);
	if (!next(w))
		return false;
	if (is(w, "dport"))
		return take(w, r->port);
	return is(w, "sport") && take(w, r->source_port);
}

static bool take_ct(struct words *w, struct rule_words *r)
{
	return next(w) && is(w, "state") && take_state(w, r);
}

static bool take_meta(struct words *w, struct rule_words *r)
{
	if (!next(w))
		return false;
	if (is(w, "iifname"))
		return take(w, r->in);
	if (is(w, "oifname"))
		return take(w, r->out);
	return is(w, "l4proto") && take(w, r->protocol);
}

static bool take_verdict(struct words *w, struct rule_words *r)
{
	static const char *const verdicts[][2] = { { "accept", "ACCEPT" },
						   { "drop", "DROP" },
						   { "reject", "REJECT" } };

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++)
		if (is(w, verdicts[i][0])) {
			memcpy(r->verdict, verdicts[i][1],
			       strlen(verdicts[i][1]) + 1);
			return true;
		}

	return false;
}

static bool take_statement(struct words *w, struct rule_words *r)
{
	if (is(w, "ip") || is(w, "ip6"))
		return take_address(w, r);
	if (is(w, "tcp") || is(w, "udp"))
		return take_port(w, r);
	if (is(w, "iifname") || is(w, "iif"))
		return take(w, r->in);
	if (is(w, "oifname") || is(w, "oif"))
		return take(w, r->out);
	if (is(w, "meta"))
		return take_meta(w, r);
	if (is(w, "ct"))
		return take_ct(w, r);
	if (is(w, "comment"))
		return skip_word(w);
	return is(w, "counter") || take_verdict(w, r);
}

/* One address is written without its prefix. */
static void cut_prefix(char *address)
{
	char *slash = strchr(address, '/');

	if (slash && !strcmp(slash, strchr(address, ':') ? "/128" : "/32"))
		*slash = '\0';
}

void rule_words_read(struct rule_words *ret, const char *words)
{
	struct words w = { .at = words };

	memset(ret, 0, sizeof(*ret));
	ret->is_whole = true;
	if (words[0] == '-' || words[0] == '!') {
		read_iptables(&w, ret);
	} else {
		while (next(&w))
			if (!take_statement(&w, ret))
				ret->is_whole = false;
	}
	cut_prefix(ret->source);
	cut_prefix(ret->destination);
}

static void put_nft(struct text *out, const struct rule_words *r)
{
	const char *ip = r->is_v6 ? "ip6" : "ip";

	if (r->in[0])
		text_format(out, "iifname \"%s\" ", r->in);
	if (r->out[0])
		text_format(out, "oifname \"%s\" ", r->out);
	if (r->source[0])
		text_format(out, "%s saddr %s ", ip, r->source);
	if (r->destination[0])
		text_format(out, "%s daddr %s ", ip, r->destination);
	if (r->source_port[0])
		text_format(out, "%s sport %s ", r->protocol, r->source_port);
	if (r->port[0])
		text_format(out, "%s dport %s ", r->protocol, r->port);
	else if (r->protocol[0] && !r->source_port[0])
		text_format(out, "meta l4proto %s ", r->protocol);
	if (r->is_new)
		text_str(out, "ct state new ");
	text_str(out, "accept");
}

static void put_iptables(struct text *out, const struct rule_words *r)
{
	const struct {
		const char *option, *value;
	} parts[] = {
		{ "-s", r->source },    { "-d", r->destination },
		{ "-i", r->in },        { "-o", r->out },
		{ "-p", r->protocol },  { "--sport", r->source_port },
		{ "--dport", r->port },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (parts[i].value[0])
			text_format(out, "%s %s ", parts[i].option,
				    parts[i].value);
	if (r->is_new)
		text_str(out, "-m conntrack --ctstate NEW ");
	text_str(out, "-j ACCEPT");
}

const char *rule_words_for(struct fix_planning *p, const struct table *t,
			   const char *words)
{
	bool is_nft = words && words[0] != '-' && words[0] != '!';
	struct text out = TEXT_NULL;
	const char *ret = NULL;
	struct rule_words r;

	if (!words || is_nft == (t->engine == ENGINE_NFT))
		return words;

	rule_words_read(&r, words);
	if (!r.is_whole || strcmp(r.verdict, "ACCEPT") != 0)
		return NULL;
	if (is_nft)
		put_iptables(&out, &r);
	else
		put_nft(&out, &r);
	if (text_ok(&out))
		ret = arena_string(p->plan->arena, text_string(&out));
	text_done(&out);
	return ret;
}
