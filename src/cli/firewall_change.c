#include "cli/firewall_change.h"

#include <math.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/firewall_words.h"
#include "ruleset/packet_words.h"

static void put_example(struct text *out, const struct change *c)
{
	packet_words_text(out, &c->example, c->example.known);
}

static void fate_json(struct json *j, const char *name, const struct fate *f)
{
	json_name(j, name);
	if (f->chain)
		firewall_words_json(j, f->chain, f->rule);
	else
		json_null(j);
}

void firewall_change_json(struct json *j, const struct change *c)
{
	struct text example = TEXT_NULL;

	put_example(&example, c);
	json_object(j);
	json_member(j, "family", table_family_names[c->family]);
	json_member(j, "hook", hook_names[c->hook]);
	json_member(j, "packets", c->packets);
	json_name(j, "size");
	if (c->size < 0)
		json_null(j);
	else
		json_double(j, c->size, 0);
	json_name(j, "size_is_bound");
	json_bool(j, c->size_is_bound);
	json_member(j, "example", text_string(&example));
	json_name(j, "verified");
	json_bool(j, c->is_verified);
	json_member(j, "before", action_kind_names[c->before.kind]);
	json_member(j, "after", action_kind_names[c->after.kind]);
	json_name(j, "because");
	json_object(j);
	fate_json(j, "before", &c->before);
	fate_json(j, "after", &c->after);
	json_object_end(j);
	json_object_end(j);
	text_done(&example);
}

static void fate_text(struct text *out, const char *sign, const struct fate *f)
{
	text_format(out, "  %s %-6s ", sign, action_kind_names[f->kind]);
	if (!f->chain) {
		text_str(out, _("there is no such chain"));
	} else {
		firewall_words_rule(out, f->chain, f->rule);
		text_str(out, ": ");
		firewall_words_text(out, f->chain, f->rule);
	}
	text_char(out, '\n');
}

/* Beyond a few millions only the order of magnitude says something. */
static void put_size(struct text *out, const struct change *c)
{
	if (c->size < 10e6)
		text_format(
			out,
			c->size_is_bound
				? _("up to %.0f combinations of addresses, protocol and ports")
				: _("%.0f combinations of addresses, protocol and ports"),
			c->size);
	else
		text_format(
			out,
			c->size_is_bound
				? _("up to 2^%.0f combinations of addresses, protocol and ports")
				: _("about 2^%.0f combinations of addresses, protocol and ports"),
			log2(c->size));
}

void firewall_change_text(struct text *out, const struct change *c)
{
	text_format(out, "%s %s: %s\n", hook_names[c->hook],
		    table_family_names[c->family], c->packets);
	fate_text(out, "-", &c->before);
	fate_text(out, "+", &c->after);
	text_str(out, "    ");
	text_str(out, _("for example:"));
	text_char(out, ' ');
	put_example(out, c);
	text_char(out, '\n');
	if (c->size >= 1) {
		text_str(out, "    ");
		put_size(out, c);
		text_char(out, '\n');
	}
}
