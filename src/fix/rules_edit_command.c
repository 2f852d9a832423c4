/* Edits as one would type them. */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "fix/rules_edit.h"
#include "ruleset/model.h"

/* What a shell leaves alone, in words and between double quotes. */
static bool is_typeable(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr("$`\\;&|<>()*?~'{}#\n", line[i]))
			return false;

	return true;
}

/* The only command of the script; NULL: there are several. Guards are none. */
static const char *only_line(const struct rules_change *c, const char *script,
			     size_t *ret_len)
{
	const char *only = NULL;

	for (const char *s = script; *s;) {
		size_t len = strcspn(s, "\n");
		bool is_frame = *s == '*' || !strncmp(s, "COMMIT", len) ||
				!strncmp(s, "-C ", 3);

		if (c->engine == ENGINE_NFT || !is_frame) {
			if (only || *s == '[')
				return NULL;
			only = s;
			*ret_len = len;
		}
		s += len + (s[len] == '\n');
	}

	return only;
}

static void put_tool(struct text *out, const struct rules_change *c)
{
	if (c->engine == ENGINE_NFT)
		text_str(out, "nft");
	else if (c->tool)
		text_str(out, c->tool);
	else
		text_str(out,
			 c->family == TABLE_IP6 ? "ip6tables" : "iptables");
}

static void put_one(struct text *out, const struct rules_change *c,
		    const char *line, size_t len)
{
	bool is_nft = c->engine == ENGINE_NFT;
	bool is_quoted =
		is_nft && (memchr(line, '"', len) || !is_typeable(line, len));

	put_tool(out, c);
	if (!is_nft && strcmp(c->table, "filter") != 0) {
		text_str(out, " -t ");
		text_str(out, c->table);
	}
	text_str(out, is_quoted ? " '" : " ");
	text_bytes(out, line, len);
	if (is_quoted)
		text_char(out, '\'');
}

static void put_document(struct text *out, const struct rules_change *c,
			 const char *script)
{
	put_tool(out, c);
	text_str(out, c->engine == ENGINE_NFT ? " -f - <<'EOF'\n"
					      : "-restore -c --noflush "
						"<<'EOF'\n");
	text_str(out, script);
	text_str(out, "EOF");
}

static void put_note(struct text *out, const struct rules_change *c)
{
	if (c->engine != ENGINE_NFT || !strstr(c->undo, "handle {"))
		return;

	text_str(out, "\n# ");
	text_format(out,
		    _("{1}: the new rule's handle, as \"nft -a list table %s "
		      "%s\" shows it"),
		    table_family_names[c->family], c->table);
}

int rules_edit_command(struct text *out, const struct rules_change *c,
		       bool is_undo)
{
	const char *script = is_undo ? c->undo : c->script;
	const char *line;
	size_t len = 0;

	if (!script)
		return text_ok(out) ? 0 : -ENOMEM;

	line = only_line(c, script, &len);
	/* nft's line goes between single quotes. */
	if (line && (c->engine == ENGINE_NFT ? !memchr(line, '\'', len)
					     : is_typeable(line, len)))
		put_one(out, c, line, len);
	else
		put_document(out, c, script);
	if (is_undo)
		put_note(out, c);
	return text_ok(out) ? 0 : -ENOMEM;
}
