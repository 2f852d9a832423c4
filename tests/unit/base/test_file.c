/* Files are written and read whole, or the error is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

static void what_is_written_is_read(void **state)
{
	int fd = memfd_create("test", MFD_CLOEXEC);
	struct text out = TEXT_NULL;

	(void)state;
	assert_int_equal(file_write(fd, "abc", 3), 0);
	assert_int_equal(file_write(fd, "", 0), 0);
	assert_int_equal(file_write(fd, "de", 2), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(file_read(&out, fd, 5), 0);
	assert_string_equal(text_string(&out), "abcde");
	text_done(&out);
	assert_int_equal(close(fd), 0);
}

/* A socket takes less at a time than is given. */
static void short_writes_are_gone_on_with(void **state)
{
	enum { SIZE = 4 << 20 };

	static char data[SIZE];
	struct text out = TEXT_NULL;
	int ends[2], status;
	pid_t pid;

	(void)state;
	memset(data, 'x', sizeof(data));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		(void)close(ends[0]);
		_exit(file_write(ends[1], data, sizeof(data)) ? 1 : 0);
	}
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(file_read(&out, ends[0], SIZE), 0);
	assert_int_equal(out.len, SIZE);
	text_done(&out);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void errors_are_told(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	struct text out = TEXT_NULL;

	(void)state;
	assert_int_equal(file_write(full, "a", 1), -ENOSPC);
	assert_int_equal(file_write(-1, "a", 1), -EBADF);
	assert_int_equal(file_read(&out, zero, 100000), -EFBIG);
	assert_int_equal(file_load(&out, "/nonexistent", 1), -ENOENT);
	text_done(&out);
	(void)close(full);
	(void)close(zero);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(short_writes_are_gone_on_with),
		cmocka_unit_test(errors_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
