#pragma once

#include <stdbool.h>

#include "probe/talk.h"

/*
 * What a conversation shows of the connection, whatever was spoken: whether the
 * service spoke, how it ended, what hangs. The kinds are those that a trace of
 * the same conversation would give. Speakers add what was said.
 */
extern const char talk_source[]; /* of the facts */

/* How long a server that speaks first is waited for: tcpd closes after 5 s. */
#define TALK_BANNER_NS (INT64_C(5600) * CLOCK_MILLISECOND)
/* How long the answer to a request is waited for. */
int64_t talk_answer_until(const struct talk *t);

/* Which side has spoken, what was acknowledged, which windows are shut. */
void talk_tell_data(struct talk *t);

/* The service answered as it should. */
__attribute__((format(printf, 2, 3))) void
talk_tell_well(struct talk *t, const char *format, ...);

/* Nothing came, or nothing more: the result of a read that gave no bytes. is_asked:
 * a request was sent that has an answer; without one, the server is one that
 * speaks first. Tells the facts and the step. */
void talk_tell_nothing(struct talk *t, int result, bool is_asked);

/* It is another service: what its first bytes are taken for. */
void talk_tell_other(struct talk *t, const char *expected);
/* The same, where it is known what it is; NULL: it is not. */
void talk_tell_words(struct talk *t, const char *expected, const char *what);

/* Speaks first: waits for the first bytes. 1: they are there; else what
 * happened was told already: 0, or -EINTR. expected: its protocol, as one would
 * name it. */
int talk_greeting(struct talk *t, const char *expected);

/* Sends a request and waits for the first bytes of the answer. As above. */
int talk_ask(struct talk *t, const void *data, size_t len);
