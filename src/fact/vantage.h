#pragma once

/* Where evidence comes from. */
enum vantage {
	VANTAGE_UNKNOWN,
	VANTAGE_CLIENT,
	VANTAGE_SERVER,
	VANTAGE_ROUTER,
	VANTAGES,
};

/* "client", …; "unknown" for a file of which nothing was said. */
const char *vantage_name(enum vantage v);
