#pragma once

#include "base/text.h"

/*
 * Whether a file's new content would be taken by the tool that reads it at boot:
 * rules of iptables by iptables-restore --test, of nft by nft -c. Anything else is
 * not asked about.
 */

/* 0; -EINVAL: it would not, and why says what the tool said; -errno. */
int file_check(const char *path, const char *content, struct text *why);
