#pragma once

/* A flow as a report is given it. Included after cmocka.h. */
#include <string.h>

#include "report/report.h"

static inline struct address told_address(const char *s)
{
	struct address a = { { 0 } };

	assert_true(address_parse(&a, s, strlen(s)));
	return a;
}

/* tcp/5555 on the server, from 50502 on the client. */
static inline struct report_flow told_flow(const char *client,
					   const char *server)
{
	static const struct verdict none = { .symptom = SYMPTOM_NONE };
	static const struct fact_set nothing;

	return (struct report_flow){
		.transport = "tcp",
		.client = told_address(client),
		.server = told_address(server),
		.client_port = 50502,
		.server_port = 5555,
		.has_ports = true,
		.opening = "syn",
		.ending = "none",
		.verdict = &none,
		.facts = &nothing,
		.name = "",
	};
}
