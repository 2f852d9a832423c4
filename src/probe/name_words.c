#include "probe/name_words.h"

#include "base/clock.h"
#include "base/i18n.h"

#define RESOLV_CONF "/etc/resolv.conf"

enum { SHOWN_ADDRESSES = 4 };

/* An address as text in the arena. */
const char *name_words_address(const struct name_telling *t,
			       const struct address *a)
{
	struct text s = TEXT_NULL;
	const char *copy;

	address_text(&s, a);
	copy = arena_string(t->record->arena, text_string(&s));
	text_done(&s);
	return copy ? copy : "";
}

const char *name_words_server(const struct name_telling *t, size_t server)
{
	return name_words_address(t, &t->e->conf.servers[server].address);
}

const char *name_words_span(const struct name_telling *t, int64_t span_ns)
{
	struct text s = TEXT_NULL;
	const char *copy;

	clock_span(&s, span_ns);
	copy = arena_string(t->record->arena, text_string(&s));
	text_done(&s);
	return copy ? copy : "";
}

const char *name_words_list(const struct name_telling *t,
			    const struct address *list, size_t count)
{
	struct text s = TEXT_NULL;
	const char *copy;

	for (size_t i = 0; i < count && i < SHOWN_ADDRESSES; i++) {
		if (i)
			text_str(&s, ", ");
		address_text(&s, &list[i]);
	}
	if (count > SHOWN_ADDRESSES)
		text_str(&s, ", …");
	copy = arena_string(t->record->arena, text_string(&s));
	text_done(&s);
	return copy ? copy : "";
}

const char *name_words_lookup(const struct name_telling *t)
{
	struct address list[NAME_LOOKUP_ADDRESSES];

	for (size_t i = 0; i < t->e->lookup.count; i++)
		list[i] = t->e->lookup.addresses[i].address;
	return name_words_list(t, list, t->e->lookup.count);
}

struct culprit *name_words_line_culprit(const struct name_telling *t,
					const char *file, unsigned line,
					const char *text)
{
	struct arena *a = t->record->arena;
	struct culprit *c =
		culprit_new(a, CULPRIT_CONFIG_LINE, VANTAGE_CLIENT, "%s", text);

	culprit_text(c, a, "file", file);
	if (line)
		culprit_number(c, "line", line);
	return c;
}

struct culprit *name_words_server_culprit(const struct name_telling *t,
					  size_t server)
{
	const struct resolv_server *s = &t->e->conf.servers[server];
	struct text line = TEXT_NULL;
	struct culprit *c;

	text_str(&line, "nameserver ");
	address_text(&line, &s->address);
	if (s->zone[0])
		text_format(&line, "%%%s", s->zone);
	c = name_words_line_culprit(
		t, RESOLV_CONF, s->line,
		s->line ? text_string(&line)
			: _("no nameserver line, so this host itself is asked"));
	text_done(&line);
	return c;
}

struct culprit *name_words_record_culprit(const struct name_telling *t,
					  const struct name_said *s,
					  const char *what)
{
	struct arena *a = t->record->arena;
	const char *name = t->e->candidates[s->candidate];
	struct culprit *c = culprit_new(a, CULPRIT_NAME_RECORD, VANTAGE_CLIENT,
					"%s: %s", name, what);

	culprit_text(c, a, "name", name);
	culprit_text(c, a, "server", name_words_server(t, s->server));
	return c;
}
