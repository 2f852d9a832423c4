#include "diag/symptom.h"

#include "base/i18n.h"

static const struct {
	const char *id;
	enum status status;
	const char *sentence;
} rows[SYMPTOMS] = {

#define X(name, id, status, sentence)                                          \
	[SYMPTOM_##name] = { id, STATUS_##status, sentence },
#include "diag/symptoms.def"
#undef X
};

_Static_assert((int)SYMPTOMS <= 32, "SYMPTOM_BIT() has 32 bits");

const char *symptom_id(enum symptom s)
{
	return rows[s].id;
}

const char *symptom_sentence(enum symptom s)
{
	return rows[s].sentence;
}

enum status symptom_status(enum symptom s)
{
	return rows[s].status;
}

const char *status_name(enum status s)
{
	static const char *const names[STATUSES] = {
		[STATUS_HEALTHY] = "healthy",
		[STATUS_DEGRADED] = "degraded",
		[STATUS_FAILING] = "failing",
		[STATUS_UNKNOWN] = "unknown",
	};

	return names[s];
}
