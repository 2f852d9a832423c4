#pragma once

#include <stdbool.h>

/* Debug messages, on standard error with -v; each carries its folder. Modules
 * return results and never print; this is for whoever develops kiriwake. */
void log_enable(bool on);

__attribute__((format(printf, 2, 3))) void log_debug(const char *folder,
						     const char *format, ...);
