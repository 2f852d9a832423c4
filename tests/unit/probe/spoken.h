#pragma once

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/speaker.h"
#include "probe/talk.h"

/* A server that has said its part and closed: what a speaker makes of it. */
struct spoken {
	struct arena *arena;
	struct facts facts;
	struct target target;
	struct probe_options options;
	struct talk talk;
	int peer;
};

static inline void spoken_start(struct spoken *s, const void *said, size_t len)
{
	int ends[2];

	*s = (struct spoken){ .arena = arena_new() };
	assert_non_null(s->arena);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	s->facts.arena = s->arena;
	s->target = (struct target){ .host = "192.0.2.1",
				     .path = "/",
				     .port = 5555,
				     .protocol = IPPROTO_TCP,
				     .is_service_sure = true };
	s->peer = ends[1];
	assert_int_equal(write(s->peer, said, len), (ssize_t)len);
	assert_int_equal(shutdown(s->peer, SHUT_WR), 0);
	s->talk = (struct talk){ .target = &s->target,
				 .options = &s->options,
				 .facts = &s->facts };
	talk_init(&s->talk, ends[0]);
}

static inline void spoken_bytes(struct spoken *s, const char *id,
				const void *said, size_t len)
{
	spoken_start(s, said, len);
	assert_int_equal(speaker_find(id)->speak(&s->talk), 0);
}

static inline void spoken_to(struct spoken *s, const char *id, const char *said)
{
	spoken_bytes(s, id, said, strlen(said));
}

static inline bool spoken_has(const struct spoken *s, enum fact_kind kind)
{
	return fact_has(&s->facts.set, kind);
}

static inline const char *spoken_words(struct spoken *s)
{
	return text_string(&s->talk.words);
}

static inline void spoken_done(struct spoken *s)
{
	talk_done(&s->talk);
	(void)close(s->peer);
	arena_free(s->arena);
}
