#pragma once

#include "base/text.h"
#include "report/report.h"

/* Pieces of text that several formats print. All are translated. */

/* "tcp/5555 on 172.16.1.2", or the address alone. */
void words_service(struct text *out, const struct report_flow *f);

/* The host as the input named it: its address, or a name in its place. */
void words_host(struct text *out, const struct report_flow *f, bool is_server);

/* "[2001:db8::1]:5555" */
void words_end(struct text *out, const struct report_flow *f, bool is_server);

/* The verdict in one sentence. */
void words_verdict(struct text *out, const struct report_flow *f);

/* What the fact looks like in this flow: its sentence, with sender, span, name
 * or count where the flow has them. */
void words_fact(struct text *out, const struct report_flow *f,
		enum fact_kind kind);

/* A command or sentence with CLIENT, SERVER, PORT, PROTO and NAME filled in. */
void words_fill(struct text *out, const char *pattern,
		const struct report_flow *f);

/* Whether the verdict's culprit is f->rule. */
bool words_has_rule(const struct report_flow *f);

/* The exact thing to blame, as far as a trace can tell. */
void words_culprit(struct text *out, const struct report_flow *f);

/* A culprit that a fact names; a rule with its place. */
void words_blame(struct text *out, const struct culprit *c);

/* Text from outside, without anything that moves the reader's cursor. */
void words_clean(struct text *out, const char *text);

/* "failing", "suspected", "on the server" */
const char *words_status(enum status s);
const char *words_certainty(enum certainty c);
const char *words_place(enum fault_place p);

/* "On the server: ", of a vantage's name. */
const char *words_where(const char *where);
