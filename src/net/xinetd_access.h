#pragma once

#include <stdbool.h>

/*
 * Whether two words of only_from or no_access mean the same, so that "-=" takes
 * one out that "+=" put in: "0.0.0.0" and "0.0.0.0/0" do. Words with braces are
 * the same as themselves only. For net/xinetd_conf.c.
 */
bool xinetd_access_same(const char *x, const char *y);
