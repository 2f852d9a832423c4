#pragma once

#include <poll.h>
#include <sys/types.h>

#include "fix/room.h"

/*
 * Inside the room: the process that is in namespaces of its own. What comes to
 * it was made of untrusted bytes; all it has rights over is the room.
 */

enum { ROOM_LISTENERS = 64, ROOM_TALKS = 128 };

struct room_inside {
	int fd;                /* the questions */
	int space[ROOM_SIDES]; /* the network namespaces */
	struct arena *arena;
	struct room_device *devices;
	uint32_t *index[ROOM_SIDES]; /* of each device, on both sides */
	size_t device_count;
	/* Sockets: that listen, that were accepted, and sessions. */
	int listeners[ROOM_LISTENERS];
	bool is_udp[ROOM_LISTENERS];
	size_t listener_count;
	int accepted[ROOM_TALKS];
	size_t accepted_count;
	int sessions[ROOM_TALKS];
	size_t session_count;
	uint8_t next_byte;        /* that is sent, and must come back */
	int log;                  /* what passes; -1 */
	int sniffers[ROOM_SIDES]; /* what comes out of the host; -1 */
	bool is_older;            /* logged by iptables */
	bool is_built;
};

/* room_enter.c */

/* Whether there will be a room: 0 or -EPERM. */
int room_enter_try(void);
/* The process; it never returns there. -errno. */
pid_t room_enter_fork(int fd);
/* A length and so many bytes, whole. 0 or -errno; -EPIPE: nobody is there. */
int room_enter_read(int fd, struct text *ret);
int room_enter_write(int fd, const void *data, size_t len);
/* From here on all is done on that side. 0 or -errno. */
int room_enter_side(const struct room_inside *in, enum room_side side);

/* room_serve.c: never returns. */
__attribute__((noreturn)) void room_serve(struct room_inside *in);

/* room_run.c */

/* On this side, fed with a text ("": nothing). Its status as waitpid() gives it;
 * one that is not there has ended with 127, as a shell says. What it prints is
 * appended; NULL: nobody wants it. */
int room_run_tool(const char *const *argv, const char *input,
		  struct text *output, struct text *complaint);
int room_run_all(struct room_inside *in, struct cursor *q, struct text *ret);
int room_run_rules(struct room_inside *in, struct text *ret);

/* room_link.c: what the room is made of, by netlink. Sentences are added to
 * ret, each with a zero behind, of what could not be had. */
int room_link_build(struct room_inside *in, const struct room_plan *p,
		    struct text *ret);
/* By which device the host would send there: its place in the list. */
uint16_t room_link_by_route(struct room_inside *in, const struct address *to);

/* room_talk.c */
int room_talk_listen(struct room_inside *in, const struct room_port *p);
int room_talk_one(struct room_inside *in, const struct room_talk *t,
		  struct room_heard *ret);

/* room_frame.c */
int room_frame_watch(struct room_inside *in, bool begins);
int room_frame_send(struct room_inside *in, const struct room_frame *frames,
		    size_t count, uint8_t *fates);
int room_frame_forget(struct room_inside *in);
