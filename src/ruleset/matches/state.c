#include "ruleset/option.h"

static const struct choice states[] = {
	{ "INVALID", CT_INVALID },     { "NEW", CT_NEW },
	{ "RELATED", CT_RELATED },     { "ESTABLISHED", CT_ESTABLISHED },
	{ "UNTRACKED", CT_UNTRACKED }, { 0 },
};

static const struct option options[] = {
	{ .name = "--state",
	  .type = VALUE_CHOICES,
	  .field = FIELD_CT_STATE,
	  .choices = states },
	{ 0 },
};

const struct match match_state = {
	.name = "state",
	.options = options,
};
