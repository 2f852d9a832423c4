#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "probe/knock.h"
#include "probe/probe.h"

/* A probe that waits for ever, and one that blocks and lets the others go on. */
struct waiter {
	unsigned woken;
};

static int wait_begin(struct probing *p)
{
	probe_wake(p, clock_now());
	return 0;
}

static int wait_ready(struct probing *p, int fd, short events)
{
	(void)p;
	(void)fd;
	(void)events;
	return 0;
}

static int wait_due(struct probing *p)
{
	struct waiter *w = p->state;

	w->woken++;
	return 0;
}

static int wait_hurry(struct probing *p)
{
	const struct waiter *w = p->state;

	probe_end(p, STEP_PASS, "hurried after %u", w->woken);
	return 0;
}

static enum step_status wait_stop(struct probing *p, struct text *step)
{
	(void)p;
	text_str(step, "stopped");
	return STEP_SKIP;
}

static const struct probe waits = {
	.id = "connect",
	.title = "waits",
	.state_size = sizeof(struct waiter),
	.begin = wait_begin,
	.ready = wait_ready,
	.due = wait_due,
	.hurry = wait_hurry,
	.stop = wait_stop,
};

static int block_begin(struct probing *p)
{
	assert_int_equal(probe_turn(p->runner, 0), 2);
	probe_end(p, STEP_PASS, "blocked");
	return 0;
}

static const struct probe blocks = {
	.id = "blocks",
	.title = "blocks",
	.begin = block_begin,
	.ready = wait_ready,
	.due = wait_due,
	.stop = wait_stop,
};

struct given {
	struct case_record *c;
	struct probe_options options;
	struct probe_runner *r;
};

static void begin(struct given *g, size_t attempts)
{
	*g = (struct given){ .c = case_new() };
	assert_non_null(g->c);
	g->c->attempt_count = attempts;
	g->r = probe_runner_new(g->c, &g->options, NULL, NULL);
	assert_non_null(g->r);
}

static void end(struct given *g)
{
	g->c->attempt_count = 0;
	probe_runner_free(g->r);
	case_free(g->c);
}

static struct probing *start(struct given *g, size_t i)
{
	int err;
	struct probing *p = probe_start(g->r, &waits, &g->c->attempts[i], &err);

	assert_non_null(p);
	return p;
}

static const char *last_step(const struct given *g)
{
	return g->c->steps[g->c->step_count - 1].text;
}

static void one_of_several_is_stopped(void **unused)
{
	struct given g;

	(void)unused;
	begin(&g, 2);
	(void)start(&g, 0);
	(void)start(&g, 1);
	probe_stop(g.r, "connect", &g.c->attempts[1]);
	assert_true(probe_runs(g.r, "connect", &g.c->attempts[0]));
	assert_false(probe_runs(g.r, "connect", &g.c->attempts[1]));
	assert_int_equal(g.c->step_count, 1);
	assert_string_equal(last_step(&g), "stopped");
	end(&g);
}

static void the_others_go_on_while_one_blocks(void **unused)
{
	struct given g;
	int err;

	(void)unused;
	begin(&g, 2);
	(void)start(&g, 0);
	(void)start(&g, 1);
	assert_null(probe_start(g.r, &blocks, &g.c->attempts[0], &err));
	assert_int_equal(err, 0);
	assert_string_equal(last_step(&g), "blocked");
	assert_int_equal(probe_hurry(g.r, "connect"), 0);
	assert_false(probe_runs(g.r, NULL, NULL));
	assert_string_equal(last_step(&g), "hurried after 1");
	end(&g);
}

/* How many SYNs are left with so many attempts that have sent one each. */
static unsigned budget(size_t attempts)
{
	struct probing *p = NULL;
	struct given g;
	unsigned left;

	begin(&g, attempts);
	for (size_t i = 0; i < attempts; i++)
		p = start(&g, i);
	g.c->syns = (unsigned)attempts;
	left = knock_budget(p);
	end(&g);
	return left;
}

static void syns_are_kept_for_the_kernels_repetitions(void **unused)
{
	(void)unused;
	assert_int_equal(budget(1), PROBE_SYNS_MOST - 4);
	assert_int_equal(budget(2), PROBE_SYNS_MOST - 8);
	assert_int_equal(budget(3), PROBE_SYNS_MOST - 10);
	assert_int_equal(budget(4), PROBE_SYNS_MOST - 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_several_is_stopped),
		cmocka_unit_test(the_others_go_on_while_one_blocks),
		cmocka_unit_test(syns_are_kept_for_the_kernels_repetitions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
