#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "net/address.h"
#include "ruleset/value.h"

/* The fields of a packet that rules ask for, and how each is named. A set of
 * them fits in a uint64_t. */
enum __attribute__((packed)) field {

#define X(name, id, bits, type) FIELD_##name,
#include "ruleset/fields.def"
#undef X
	FIELD_COUNT
};

#define FIELD_BIT(f) (UINT64_C(1) << (f))

struct field_info {
	const char *id;
	unsigned bits;
	enum value_type type;
};

extern const struct field_info field_info[FIELD_COUNT];

/* The greatest value of a field. */
u128 field_last(enum field f);

/* Of the id, or FIELD_COUNT. */
enum field field_named(const char *id, size_t len);

/* Connection tracking's view of one packet: exactly one holds. The numbers are
 * ours; the kernel's are bits (include/uapi/linux/netfilter/
 * nf_conntrack_common.h). */
enum ct_state {
	CT_INVALID,
	CT_ESTABLISHED,
	CT_RELATED,
	CT_NEW,
	CT_UNTRACKED,
	CT_STATE_COUNT
};

/*
 * A packet as the evaluator sees it: a value for each field that is known.
 * What is not known makes the rules that ask for it answer "unknown".
 */
struct point {
	u128 value[FIELD_COUNT];
	uint64_t known; /* FIELD_BIT()s */
};

static inline bool point_has(const struct point *p, enum field f)
{
	return p->known & FIELD_BIT(f);
}

static inline void point_set(struct point *p, enum field f, u128 value)
{
	p->value[f] = value;
	p->known |= FIELD_BIT(f);
}

static inline void point_forget(struct point *p, enum field f)
{
	p->value[f] = 0;
	p->known &= ~FIELD_BIT(f);
}

/* Between struct address and the number in a field. */
u128 field_from_address(const struct address *a);
struct address field_to_address(u128 value);

/* The name's bytes from the left; longer names are cut at 15 (IFNAMSIZ). */
u128 field_from_name(const char *name, size_t len);
void field_name_text(struct text *out, u128 value);
