#pragma once

#include <stdint.h>

/* What the failing side sees, and how bad that is. */
enum symptom {

#define X(name, id, status, sentence) SYMPTOM_##name,
#include "diag/symptoms.def"
#undef X
	SYMPTOMS,
};

#define SYMPTOM_BIT(name) (UINT32_C(1) << SYMPTOM_##name)

enum status {
	STATUS_HEALTHY,
	STATUS_DEGRADED,
	STATUS_FAILING,
	STATUS_UNKNOWN,
	STATUSES,
};

const char *symptom_id(enum symptom s);

/* A whole sentence with %1$s for the service; not translated yet. */
const char *symptom_sentence(enum symptom s);
enum status symptom_status(enum symptom s);
const char *status_name(enum status s);
