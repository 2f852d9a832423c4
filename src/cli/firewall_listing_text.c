#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/firewall.h"
#include "cli/firewall_listing.h"
#include "report/words.h"
#include "ruleset/owner.h"

enum { CALLS_SHOWN = 3, DIGITS_LEAST = 4 };

static const char bold[] = "\x1b[1m", dim[] = "\x1b[2m", plain[] = "\x1b[0m";

struct printer {
	struct text *out;
	struct text clean;
	bool colour;
	bool counters; /* some rule of the chain has them */
	int number_width, packets_width, bytes_width;
};

static int digits(uint64_t n)
{
	int count = 1;

	while (n >= 10) {
		n /= 10;
		count++;
	}

	return count;
}

static void put_styled(struct printer *p, const char *style, const char *s)
{
	if (p->colour)
		text_str(p->out, style);
	text_str(p->out, s);
	if (p->colour)
		text_str(p->out, plain);
}

static void put_number(struct printer *p, uint64_t n, int width)
{
	int len = digits(n);

	if (len < width)
		text_fill(p->out, ' ', (size_t)(width - len));
	text_u64(p->out, n);
}

/* The columns of one chain, as wide as they must be. */
static void measure(struct printer *p, const struct chain *c)
{
	p->counters = false;
	p->number_width = digits(c->rule_count);
	if (p->number_width < DIGITS_LEAST)
		p->number_width = DIGITS_LEAST;
	p->packets_width = p->bytes_width = DIGITS_LEAST;
	for (const struct rule *r = c->first; r; r = r->next) {
		int packets = digits(r->counters.packets);
		int bytes = digits(r->counters.bytes);

		p->counters = p->counters || r->counters.known;
		if (packets > p->packets_width)
			p->packets_width = packets;
		if (bytes > p->bytes_width)
			p->bytes_width = bytes;
	}
}

static void put_counters(struct printer *p, const struct counters *c)
{
	if (!p->counters)
		return;
	if (!c->known) {
		text_fill(p->out, ' ',
			  (size_t)p->packets_width + (size_t)p->bytes_width +
				  4);
		return;
	}

	text_str(p->out, "  ");
	put_number(p, c->packets, p->packets_width);
	text_str(p->out, "  ");
	put_number(p, c->bytes, p->bytes_width);
}

/* Words that a file brought must not move the cursor. */
static const char *clean(struct printer *p, const char *s)
{
	text_clear(&p->clean);
	words_clean(&p->clean, s ? s : "");
	return text_string(&p->clean);
}

static void put_rule(struct printer *p, const struct rule *r,
		     const struct owner *chain_owner)
{
	const struct owner *owner = owner_of_rule(r);

	put_number(p, r->number, p->number_width);
	put_counters(p, &r->counters);
	text_str(p->out, "  ");
	text_str(p->out, clean(p, r->text));
	if (r->is_incomplete)
		put_styled(p, dim, _("  (interfaces not shown by the source)"));
	if (owner && owner != chain_owner) {
		text_str(p->out, "  ");
		put_styled(p, dim, "# ");
		put_styled(p, dim, owner->id);
	}
	text_char(p->out, '\n');
}

static void put_rules(struct printer *p, const struct chain *c)
{
	const struct owner *owner = owner_of_chain(c);

	measure(p, c);
	for (const struct rule *r = c->first; r; r = r->next)
		put_rule(p, r, owner);
}

static void put_owner(struct printer *p, const struct chain *c)
{
	const struct owner *owner = owner_of_chain(c);

	if (!owner)
		return;

	text_str(p->out, "  ");
	put_styled(p, dim, "# ");
	put_styled(p, dim, owner->id);
}

static void put_name(struct printer *p, const struct chain *c)
{
	struct text name = TEXT_NULL;

	text_format(&name, "%s %s %s", table_family_names[c->table->family],
		    c->table->name, c->name);
	put_styled(p, bold, clean(p, text_string(&name)));
	text_done(&name);
}

static void put_base(struct printer *p, const struct chain *c)
{
	text_char(p->out, '\n');
	put_name(p, c);
	text_format(p->out, _("  (%s, priority %d, policy %s)"),
		    engine_names[c->table->engine], c->priority,
		    c->policy == ACTION_DROP ? "drop" : "accept");
	if (c->device)
		text_format(p->out, _(" on %s"), clean(p, c->device));
	if (c->table->is_dormant)
		text_str(p->out, _(" dormant: its hooks are off"));
	if (c->counters.packets)
		text_format(p->out,
			    ngettext("  policy met by %llu packet",
				     "  policy met by %llu packets",
				     c->counters.packets),
			    (unsigned long long)c->counters.packets);
	put_owner(p, c);
	text_char(p->out, '\n');
	put_rules(p, c);
}

static void put_calls(struct printer *p, const struct listing_call *call)
{
	size_t count = 0;

	if (!call) {
		text_str(p->out, _("  (no rule leads here)"));
		return;
	}

	text_str(p->out, _("  (from "));
	for (; call; call = call->next, count++) {
		if (count >= CALLS_SHOWN)
			continue;
		text_format(p->out, "%s%s %u", count ? _(", ") : "",
			    clean(p, call->rule->chain->name),
			    call->rule->number);
	}
	if (count > CALLS_SHOWN)
		text_format(p->out,
			    ngettext(" and %zu more rule",
				     " and %zu more rules",
				     count - CALLS_SHOWN),
			    count - CALLS_SHOWN);
	text_char(p->out, ')');
}

static void put_called(struct printer *p, const struct listing *l,
		       const struct chain *c)
{
	text_char(p->out, '\n');
	put_name(p, c);
	put_calls(p, l->calls[c->index]);
	put_owner(p, c);
	text_char(p->out, '\n');
	put_rules(p, c);
}

static void put_hook(struct printer *p, enum hook hook)
{
	if (p->out->len)
		text_char(p->out, '\n');
	put_styled(p, bold, hook_names[hook]);
	text_char(p->out, '\n');
}

static void put_set(struct printer *p, const struct set *s)
{
	text_str(p->out, "  ");
	if (s->table)
		text_format(p->out, "%s %s ",
			    table_family_names[s->table->family],
			    clean(p, s->table->name));
	text_str(p->out, clean(p, s->name));
	text_str(p->out, "  ");
	text_str(p->out, clean(p, s->type));
	if (s->is_given)
		text_format(
			p->out,
			ngettext("  %zu element", "  %zu elements", s->count),
			s->count);
	else
		text_str(p->out, _("  not given"));
	text_char(p->out, '\n');
}

static void put_sets(struct printer *p, const struct firewall *f)
{
	size_t mark = p->out->len;
	size_t head;

	text_char(p->out, '\n');
	put_styled(p, bold, _("sets"));
	text_char(p->out, '\n');
	head = p->out->len;
	for (const struct set *s = f->ruleset->first_ipset; s; s = s->next)
		put_set(p, s);
	for (const struct table *t = f->ruleset->first; t; t = t->next)
		for (const struct set *s = t->first_set; s; s = s->next)
			if (s->name && firewall_wants(f, t))
				put_set(p, s);
	if (p->out->len == head)
		text_cut(p->out, mark);
}

void firewall_listing_text(const struct firewall *f, const struct listing *l,
			   struct text *out)
{
	struct printer p = { .out = out, .colour = cli_colour(f->cli) };
	enum hook hook = HOOK_COUNT;

	for (size_t i = 0; i < l->base_count; i++) {
		if (l->chains[i]->hook != hook)
			put_hook(&p, hook = l->chains[i]->hook);
		put_base(&p, l->chains[i]);
	}
	if (l->count > l->base_count) {
		if (out->len)
			text_char(out, '\n');
		put_styled(&p, bold, _("chains that rules lead to"));
		text_char(out, '\n');
	}
	for (size_t i = l->base_count; i < l->count; i++)
		put_called(&p, l, l->chains[i]);
	put_sets(&p, f);
	if (!l->count)
		text_str(out, f->is_partial ? _("No rules could be seen.\n")
					    : _("There are no rules.\n"));
	firewall_text_end(f, out);
	text_done(&p.clean);
}
