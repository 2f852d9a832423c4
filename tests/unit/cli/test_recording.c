#include "cli/recording.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

/* The writing process's side. */
struct writer {
	int file, control;
	struct recording recording;
};

static struct writer begin(void)
{
	struct writer w;
	int ends[2];

	w.file = memfd_create("test", MFD_CLOEXEC);
	assert_true(w.file >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	w.control = ends[1];
	w.recording = recording_of(dup(w.file), ends[0]);
	return w;
}

static void say(const struct writer *w, unsigned char byte)
{
	assert_int_equal(send(w->control, &byte, 1, 0), 1);
}

static void end(struct writer *w)
{
	(void)close(w->file);
	if (w->control >= 0)
		(void)close(w->control);
	recording_done(&w->recording);
	assert_int_equal(w->recording.file, -1);
}

static void the_first_byte_arms_or_tells_why_not(void **state)
{
	struct writer good = begin(), bad = begin(), late = begin();

	(void)state;
	say(&good, 0);
	assert_int_equal(recording_wait(&good.recording, CLOCK_SECOND), 0);
	assert_true(good.recording.is_armed);

	say(&bad, EPERM);
	assert_int_equal(recording_wait(&bad.recording, CLOCK_SECOND), -EPERM);
	assert_false(bad.recording.is_armed);

	assert_int_equal(recording_wait(&late.recording, 0), -ETIMEDOUT);
	say(&late, 0);
	assert_int_equal(recording_wait(&late.recording, 0), 0);
	end(&good);
	end(&bad);
	end(&late);
}

static void who_ends_before_it_is_armed_is_not_waited_for(void **state)
{
	struct writer w = begin();

	(void)state;
	(void)close(w.control);
	w.control = -1;
	assert_int_equal(recording_wait(&w.recording, CLOCK_SECOND), -EIO);
	end(&w);
}

static void bytes_say_that_there_is_more_and_what_is_there_is_mapped(void **s)
{
	struct writer w = begin();
	size_t size;
	void *data;

	(void)s;
	say(&w, 0);
	assert_int_equal(recording_wait(&w.recording, CLOCK_SECOND), 0);
	assert_false(recording_has_more(&w.recording));
	assert_int_equal(recording_map(&w.recording, &data, &size), 0);
	assert_int_equal(size, 0);
	recording_unmap(data, size);

	assert_int_equal(write(w.file, "word", 4), 4);
	say(&w, 0);
	say(&w, 0);
	assert_true(recording_has_more(&w.recording));
	assert_false(recording_has_more(&w.recording));
	assert_int_equal(recording_map(&w.recording, &data, &size), 0);
	assert_int_equal(size, 4);
	assert_memory_equal(data, "word", 4);
	recording_unmap(data, size);
	end(&w);
}

static void it_is_ended_when_the_other_side_has_closed(void **state)
{
	struct writer w = begin();

	(void)state;
	say(&w, 0);
	assert_int_equal(recording_wait(&w.recording, CLOCK_SECOND), 0);
	/* Told before it closed: nobody took that byte. */
	say(&w, 0);
	(void)close(w.control);
	w.control = -1;
	recording_finish(&w.recording);
	assert_true(w.recording.is_ended);
	assert_false(w.recording.is_armed);
	end(&w);
}

static void who_does_not_end_is_not_waited_for_for_ever(void **state)
{
	struct writer w = begin();
	int64_t began = clock_now();
	char byte;

	(void)state;
	say(&w, 0);
	assert_int_equal(recording_wait(&w.recording, CLOCK_SECOND), 0);
	recording_finish(&w.recording);
	assert_false(w.recording.is_ended);
	assert_true(clock_now() - began < 5 * CLOCK_SECOND);
	/* But it was told. */
	assert_int_equal(recv(w.control, &byte, 1, 0), 0);
	end(&w);
}

static void none_has_nothing(void **state)
{
	struct recording r = recording_none();
	size_t size;
	void *data;

	(void)state;
	assert_int_equal(recording_wait(&r, 0), -ENOTCONN);
	assert_false(recording_has_more(&r));
	assert_int_equal(recording_map(&r, &data, &size), 0);
	assert_int_equal(size, 0);
	recording_finish(&r);
	recording_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_byte_arms_or_tells_why_not),
		cmocka_unit_test(who_ends_before_it_is_armed_is_not_waited_for),
		cmocka_unit_test(
			bytes_say_that_there_is_more_and_what_is_there_is_mapped),
		cmocka_unit_test(it_is_ended_when_the_other_side_has_closed),
		cmocka_unit_test(who_does_not_end_is_not_waited_for_for_ever),
		cmocka_unit_test(none_has_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
