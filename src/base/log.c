#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static bool enabled;

void log_enable(bool on)
{
	enabled = on;
}

void log_debug(const char *folder, const char *format, ...)
{
	va_list ap;

	if (!enabled)
		return;

	(void)fprintf(stderr, "%s: ", folder);
	va_start(ap, format);
	(void)vfprintf(stderr, format, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
}
