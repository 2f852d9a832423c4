#pragma once

#include "base/text.h"

/*
 * Whether the kernel took a setting: older versions of sysctl (procps) end well
 * although the kernel refused the value. Any other command is not asked about.
 */

/* After `sysctl -w NAME=VALUE'. 0; -EIO: it has another value, and why says
 * which. What cannot be read is taken to be as it was set. */
int setting_check(const char *const *argv, struct text *why);
