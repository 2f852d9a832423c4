/*
 * The asking side. The room's process is forked here and waits; all else of it
 * is in room_inside.h's files.
 */
#include "fix/room.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fix/room_inside.h"

struct room {
	int fd;
	pid_t pid;
};

int room_start(struct room **ret)
{
	struct room *r;
	int ends[2];
	int err;

	err = room_enter_try();
	if (err)
		return err;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
		free(r);
		return -errno;
	}

	r->fd = ends[0];
	r->pid = room_enter_fork(ends[1]);
	err = r->pid < 0 ? (int)r->pid : 0;
	(void)close(ends[1]);
	if (err) {
		(void)close(r->fd);
		free(r);
		return err;
	}

	*ret = r;
	return 0;
}

void room_end(struct room *r)
{
	if (!r)
		return;

	/* Others may hold this end, too. Its children die with it. */
	(void)shutdown(r->fd, SHUT_RDWR);
	(void)close(r->fd);
	(void)kill(r->pid, SIGKILL);
	(void)waitpid(r->pid, NULL, 0);
	free(r);
}

int room_ask(struct room *r, enum room_task task, const struct text *question,
	     struct text *answer)
{
	const uint32_t number = task;
	uint64_t len = sizeof(number) + (question ? question->len : 0);
	int err = 0;

	if (question && !text_ok(question))
		return -ENOMEM;
	err = room_enter_write(r->fd, &len, sizeof(len));
	if (!err)
		err = room_enter_write(r->fd, &number, sizeof(number));
	if (!err && question)
		err = room_enter_write(r->fd, question->data, question->len);
	if (!err)
		err = room_enter_read(r->fd, answer);
	return err;
}

/* Asks, and leaves behind the answer's error. */
static int ask(struct room *r, enum room_task task, struct text *question,
	       struct text *answer, struct cursor *ret)
{
	int status = -EPROTO;
	int err = room_ask(r, task, question, answer);

	text_done(question);
	if (err)
		return err;

	*ret = cursor_over(answer->data, answer->len);
	(void)room_take(ret, &status, sizeof(status));
	return cursor_ok(ret) ? status : -EPROTO;
}

int room_build(struct room *r, const struct room_plan *p, struct text *ret)
{
	struct text q = TEXT_NULL, answer = TEXT_NULL;
	struct cursor c;
	int err;

	room_put_list(&q, p->devices, sizeof(*p->devices), p->device_count);
	room_put_list(&q, p->addresses, sizeof(*p->addresses),
		      p->address_count);
	room_put_list(&q, p->world, sizeof(*p->world), p->world_count);
	room_put_list(&q, p->routes, sizeof(*p->routes), p->route_count);
	room_put_list(&q, p->policy, sizeof(*p->policy), p->policy_count);
	room_put_list(&q, p->settings, sizeof(*p->settings), p->setting_count);
	room_put_list(&q, p->ports, sizeof(*p->ports), p->port_count);
	err = ask(r, ROOM_BUILD, &q, &answer, &c);
	if (!err)
		text_bytes(ret, c.pos, cursor_left(&c));
	text_done(&answer);
	return err;
}

int room_talk(struct room *r, const struct room_talk *t, struct room_heard *ret)
{
	struct text q = TEXT_NULL, answer = TEXT_NULL;
	struct cursor c;
	int err;

	room_put(&q, t, sizeof(*t));
	err = ask(r, ROOM_TALK, &q, &answer, &c);
	if (!err && !room_take(&c, ret, sizeof(*ret)))
		err = -EPROTO;
	text_done(&answer);
	return err;
}

int room_watch(struct room *r, bool begins)
{
	const uint32_t how = begins;
	struct text q = TEXT_NULL, answer = TEXT_NULL;
	struct cursor c;
	int err;

	room_put(&q, &how, sizeof(how));
	err = ask(r, ROOM_WATCH, &q, &answer, &c);
	text_done(&answer);
	return err;
}

int room_send(struct room *r, const struct room_frame *frames, size_t count,
	      uint8_t *fates)
{
	struct text q = TEXT_NULL, answer = TEXT_NULL;
	struct cursor c;
	int err;

	room_put_list(&q, frames, sizeof(*frames), count);
	err = ask(r, ROOM_SEND, &q, &answer, &c);
	if (!err && !room_take(&c, fates, count))
		err = -EPROTO;
	text_done(&answer);
	return err;
}

int room_forget(struct room *r)
{
	struct text q = TEXT_NULL, answer = TEXT_NULL;
	struct cursor c;
	int err = ask(r, ROOM_FORGET, &q, &answer, &c);

	text_done(&answer);
	return err;
}

int room_run(struct room *r, struct arena *a, struct room_command *commands,
	     size_t count)
{
	struct text q = TEXT_NULL, answer = TEXT_NULL;
	const uint64_t number = count;
	struct cursor c;
	int err;

	room_put(&q, &number, sizeof(number));
	for (size_t i = 0; i < count; i++) {
		uint64_t words = 0;

		while (commands[i].argv[words])
			words++;
		room_put(&q, &words, sizeof(words));
		for (uint64_t k = 0; k < words; k++)
			room_put_string(&q, commands[i].argv[k]);
		room_put_string(&q, commands[i].input);
	}

	err = ask(r, ROOM_RUN, &q, &answer, &c);
	for (size_t i = 0; i < count && !err; i++) {
		(void)room_take(&c, &commands[i].status,
				sizeof(commands[i].status));
		commands[i].complaint = room_take_string(&c, a);
		commands[i].output = room_take_string(&c, a);
		if (!*commands[i].complaint)
			commands[i].complaint = commands[i].output;
		if (!cursor_ok(&c))
			err = -EPROTO;
	}
	text_done(&answer);
	return err;
}

int room_rules(struct room *r, struct text *ret)
{
	struct text q = TEXT_NULL, answer = TEXT_NULL;
	struct cursor c;
	int err = ask(r, ROOM_RULES, &q, &answer, &c);

	if (!err)
		text_bytes(ret, c.pos, cursor_left(&c));
	text_done(&answer);
	return err;
}
