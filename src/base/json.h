#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/*
 * The only place that writes JSON. It keeps the commas, the nesting and the
 * escaping right; its callers say only what there is. Strings are expected in
 * UTF-8: a byte that is not becomes U+FFFD, so the output is always valid.
 */
enum { JSON_DEPTH = 32 };

struct json {
	struct text *out;        /* the caller's */
	bool filled[JSON_DEPTH]; /* something stands in the container already */
	unsigned depth;
	bool indented; /* two spaces a level, as jq prints */
	bool after_name;
	bool failed; /* nested too deep, or closed too often */
};

struct json json_over(struct text *out, bool indented);

/* The name of the next value; only inside an object. */
void json_name(struct json *j, const char *name);

void json_object(struct json *j);
void json_object_end(struct json *j);
void json_array(struct json *j);
void json_array_end(struct json *j);

void json_null(struct json *j);
void json_bool(struct json *j, bool value);
void json_u64(struct json *j, uint64_t value);
void json_i64(struct json *j, int64_t value);
/* With digits decimals; infinities and NaN become null. */
void json_double(struct json *j, double value, int digits);
/* NULL becomes null. */
void json_string(struct json *j, const char *value);

/* Name and value in one. */
void json_member(struct json *j, const char *name, const char *value);
void json_member_u64(struct json *j, const char *name, uint64_t value);
