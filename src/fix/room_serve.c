/* Question by question, until nobody asks any more. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "fix/room_inside.h"

static int build(struct room_inside *in, struct cursor *q, struct text *ret)
{
	struct arena *a = in->arena;
	struct room_plan p = { 0 };

	if (in->is_built)
		return -EALREADY;
	in->is_built = true;
	p.devices = room_take_list(q, a, sizeof(*p.devices), &p.device_count);
	p.addresses =
		room_take_list(q, a, sizeof(*p.addresses), &p.address_count);
	p.world = room_take_list(q, a, sizeof(*p.world), &p.world_count);
	p.routes = room_take_list(q, a, sizeof(*p.routes), &p.route_count);
	p.policy = room_take_list(q, a, sizeof(*p.policy), &p.policy_count);
	p.settings =
		room_take_list(q, a, sizeof(*p.settings), &p.setting_count);
	p.ports = room_take_list(q, a, sizeof(*p.ports), &p.port_count);
	if (!cursor_ok(q))
		return -EPROTO;

	int err = room_link_build(in, &p, ret);
	for (size_t i = 0; i < p.port_count && !err; i++)
		err = room_talk_listen(in, &p.ports[i]);
	return err;
}

static int run(struct room_inside *in, struct cursor *q, struct text *ret)
{
	return room_run_all(in, q, ret);
}

static int rules(struct room_inside *in, struct cursor *q, struct text *ret)
{
	(void)q;
	return room_run_rules(in, ret);
}

static int talk(struct room_inside *in, struct cursor *q, struct text *ret)
{
	struct room_heard heard = { 0 };
	struct room_talk t;
	int err;

	if (!room_take(q, &t, sizeof(t)))
		return -EPROTO;
	err = room_talk_one(in, &t, &heard);
	if (!err)
		room_put(ret, &heard, sizeof(heard));
	return err;
}

static int watch(struct room_inside *in, struct cursor *q, struct text *ret)
{
	uint32_t how;

	(void)ret;
	if (!room_take(q, &how, sizeof(how)))
		return -EPROTO;
	return room_frame_watch(in, how);
}

static int send_frames(struct room_inside *in, struct cursor *q,
		       struct text *ret)
{
	size_t count;
	const struct room_frame *frames =
		room_take_list(q, in->arena, sizeof(struct room_frame), &count);
	uint8_t *fates = calloc(count ? count : 1, 1);
	int err = -ENOMEM;

	if (fates && cursor_ok(q))
		err = room_frame_send(in, frames, count, fates);
	if (!err)
		room_put(ret, fates, count);
	free(fates);
	return err;
}

static int forget(struct room_inside *in, struct cursor *q, struct text *ret)
{
	(void)q;
	(void)ret;
	return room_frame_forget(in);
}

static int (*const tasks[ROOM_TASKS])(struct room_inside *in, struct cursor *q,
				      struct text *ret) = {
	[ROOM_BUILD] = build,   [ROOM_RUN] = run,     [ROOM_RULES] = rules,
	[ROOM_TALK] = talk,     [ROOM_WATCH] = watch, [ROOM_SEND] = send_frames,
	[ROOM_FORGET] = forget,
};

static void answer(struct room_inside *in, const struct text *q)
{
	struct cursor c = cursor_over(q->data, q->len);
	struct text body = TEXT_NULL;
	uint32_t task = ROOM_TASKS;
	uint64_t len;
	int err = -EPROTO;

	if (room_take(&c, &task, sizeof(task)) && task < ROOM_TASKS)
		err = tasks[task](in, &c, &body);
	if (!err && !text_ok(&body))
		err = -ENOMEM;
	len = sizeof(err) + (err ? 0 : body.len);
	(void)room_enter_write(in->fd, &len, sizeof(len));
	(void)room_enter_write(in->fd, &err, sizeof(err));
	if (!err)
		(void)room_enter_write(in->fd, body.data, body.len);
	text_done(&body);
}

void room_serve(struct room_inside *in)
{
	struct text q = TEXT_NULL;

	in->arena = arena_new();
	in->log = -1;
	for (int i = 0; i < ROOM_SIDES; i++)
		in->sniffers[i] = -1;
	while (in->arena && !room_enter_side(in, ROOM_HOST) &&
	       !room_enter_read(in->fd, &q)) {
		answer(in, &q);
		text_clear(&q);
	}
	_exit(0);
}
