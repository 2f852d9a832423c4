#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "base/text.h"
#include "fix/rehearse.h"
#include "host/policy_rule.h"
#include "host/route.h"
#include "net/address.h"

/*
 * What is asked of a room, and how it is passed on. Who asks decides what is
 * tried; the room only does it, and knows no rules and no candidates.
 *
 * Questions and answers are a length (8 bytes) and so many bytes; what is in
 * them are the structs below as they are, because both sides are one program.
 * Lists are a number and so many structs. An answer begins with an int: 0 or
 * -errno.
 */
enum room_task {
	ROOM_BUILD,  /* struct room_plan's lists; answers with sentences */
	ROOM_RUN,    /* commands; with their statuses and complaints */
	ROOM_RULES,  /* with live_gather()'s bytes */
	ROOM_TALK,   /* one struct room_talk; with a struct room_heard */
	ROOM_WATCH,  /* begins, or ends (uint32_t), to see packets' fates */
	ROOM_SEND,   /* frames; with a byte for each: enum room_fate */
	ROOM_FORGET, /* all that connection tracking knows */
	ROOM_TASKS
};

/* The host is built in the one, all that is around it in the other. */
enum room_side { ROOM_HOST, ROOM_WORLD, ROOM_SIDES };

enum { ROOM_NAME = 16, ROOM_PATH = 96, ROOM_VALUE = 32, ROOM_BYTES = 1 << 30 };

/* Where a device is not known: that by which the host would send there. */
enum { ROOM_BY_ROUTE = 0xffff };

struct room_device {
	char name[ROOM_NAME];
	uint8_t mac[6]; /* of both ends: neither asks for the other's */
	bool has_mac, is_loopback;
	uint32_t mtu;
	uint32_t index; /* of the host's, as routes name it */
};

struct room_address {
	struct address address;
	uint16_t device; /* in the list; of the world's, ROOM_BY_ROUTE too */
	uint8_t prefix, scope;
};

/* A number under /proc/sys/net: "ipv4/ip_forward". */
struct room_setting {
	char path[ROOM_PATH];
	char value[ROOM_VALUE];
};

/* What answers, on all addresses: with what it was sent. */
struct room_port {
	uint16_t port;
	uint8_t protocol, side;
};

struct room_plan {
	struct room_device *devices;
	struct room_address *addresses, *world;
	struct route *routes;       /* device: the host's index; 0: none */
	struct policy_rule *policy; /* all of them, or none: the usual ones */
	struct room_setting *settings;
	struct room_port *ports;
	size_t device_count, address_count, world_count, route_count,
		policy_count, setting_count, port_count;
};

enum room_talk_kind {
	TALK_TRY,  /* a new connection, or a datagram; and its answer */
	TALK_OPEN, /* the same, and it stays; its number is in the answer */
	TALK_MORE, /* something more on one that stayed */
};

struct room_talk {
	struct address from, to;
	enum room_talk_kind kind;
	uint32_t limit_ms;
	uint32_t session; /* TALK_MORE */
	uint16_t from_port, to_port;
	uint8_t protocol;
	uint8_t side; /* that it is sent from */
};

struct room_heard {
	int error; /* positive errno; 0: answered; ETIMEDOUT: nothing came */
	uint32_t session;
};

/* A packet from its IP header on, sent into the device, or, from the host
 * itself, where that is ROOM_BY_ROUTE. It is known again by the number: IPv4's
 * id, IPv6's flow label, and the first byte but one of TCP's sequence number. */
struct room_frame {
	uint16_t device;
	uint16_t len;
	uint32_t number; /* from 1, below 65536 */
	uint8_t mac[6];  /* of the sender; zeros: any */
	uint8_t bytes[160];
};

/* UNSENT: it could not be, which says nothing. */
enum room_fate { ROOM_DROPPED, ROOM_REJECTED, ROOM_PASSED, ROOM_UNSENT };

/* Of TCP's sequence number. */
enum { ROOM_SEQUENCE_SHIFT = 8 };

/*
 * Asking; 0 or -errno.
 */
int room_ask(struct room *r, enum room_task task, const struct text *question,
	     struct text *answer);

/* Sentences: what the room has otherwise than the host. */
int room_build(struct room *r, const struct room_plan *p, struct text *ret);
int room_talk(struct room *r, const struct room_talk *t,
	      struct room_heard *ret);
int room_watch(struct room *r, bool begins);
/* fates: a byte for each frame. */
int room_send(struct room *r, const struct room_frame *frames, size_t count,
	      uint8_t *fates);
int room_forget(struct room *r);

/*
 * Packing, for both sides.
 */
void room_put(struct text *out, const void *data, size_t len);
void room_put_list(struct text *out, const void *list, size_t size,
		   size_t count);
/* NULL becomes "". */
void room_put_string(struct text *out, const char *s);

bool room_take(struct cursor *c, void *ret, size_t len);
/* A copy in the arena; NULL: not whole, or empty (count is 0). */
void *room_take_list(struct cursor *c, struct arena *a, size_t size,
		     size_t *count);
const char *room_take_string(struct cursor *c, struct arena *a);
