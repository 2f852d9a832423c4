#pragma once

#include "ruleset/options.h"

/* What the targets that translate addresses share. */

/* "10.0.0.1-10.0.0.9:80-90", "[2001:db8::1]:80", ":80". */
int nat_read(struct build *b, const char *value, struct argument *ret);

/* "80", "80-90". */
int nat_read_ports(struct build *b, const char *value, struct argument *ret);

/* Adds the action, by the use's --to… and --random. NETMAP's direction is the
 * chain's. */
int nat_compile(struct build *b, const struct use *u, enum nat_kind kind);
