#include "fact/fact.h"

#include <stddef.h>

#include "base/i18n.h"

static const struct {
	const char *id;
	enum fact_shown shown;
	const char *sentence;
} rows[] = {
	[FACT_NONE] = { "none", SHOWN_CONTEXT, "" },

#define X(name, id, shown, sentence)                                           \
	[FACT_##name] = { id, SHOWN_##shown, sentence },
#include "fact/kinds.def"
#undef X
};

_Static_assert(sizeof(rows) / sizeof(*rows) == FACT_KINDS, "a fact has no row");

const char *fact_id(enum fact_kind kind)
{
	return rows[kind].id;
}

const char *fact_sentence(enum fact_kind kind)
{
	return rows[kind].sentence;
}

enum fact_shown fact_shown(enum fact_kind kind)
{
	return rows[kind].shown;
}

const char *vantage_name(enum vantage v)
{
	static const char *const names[VANTAGES] = {
		[VANTAGE_UNKNOWN] = "unknown",
		[VANTAGE_CLIENT] = "client",
		[VANTAGE_SERVER] = "server",
		[VANTAGE_ROUTER] = "router",
	};

	return names[v];
}
