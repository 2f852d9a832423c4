#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "host/elf_needed.h"

/* A file of 32 bits, biggest byte first, as of an old router. */
struct small {
	uint8_t bytes[256];
	size_t at;
};

static void put(struct small *s, uint64_t value, unsigned size)
{
	for (unsigned i = size; i-- > 0;)
		s->bytes[s->at++] = (uint8_t)(value >> (i * 8));
}

static struct small big_endian(const char *needed)
{
	static const uint8_t ident[EI_NIDENT] = {
		0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2MSB, EV_CURRENT
	};

	enum { HEADERS = 52, DYNAMIC = 116, STRINGS = 140 };
	struct small s = { .at = sizeof(ident) };

	memcpy(s.bytes, ident, sizeof(ident));
	put(&s, ET_EXEC, 2);
	put(&s, EM_PPC, 2);
	put(&s, EV_CURRENT, 4);
	put(&s, 0, 4);
	put(&s, HEADERS, 4);
	put(&s, 0, 4);
	put(&s, 0, 4);
	put(&s, 52, 2);
	put(&s, 32, 2);
	put(&s, 2, 2);
	s.at = HEADERS;
	put(&s, PT_LOAD, 4);
	put(&s, 0, 4);
	put(&s, 0x10000, 4);
	put(&s, 0x10000, 4);
	put(&s, sizeof(s.bytes), 4);
	s.at = HEADERS + 32;
	put(&s, PT_DYNAMIC, 4);
	put(&s, DYNAMIC, 4);
	put(&s, 0x10000 + DYNAMIC, 4);
	put(&s, 0x10000 + DYNAMIC, 4);
	put(&s, 24, 4);
	s.at = DYNAMIC;
	put(&s, DT_NEEDED, 4);
	put(&s, 1, 4);
	put(&s, DT_STRTAB, 4);
	put(&s, 0x10000 + STRINGS, 4);
	put(&s, DT_NULL, 4);
	strcpy((char *)s.bytes + STRINGS + 1, needed);
	return s;
}

static void a_program_of_this_host_needs_libc(void **state)
{
	struct text t = TEXT_NULL;

	(void)state;
	assert_int_equal(file_load(&t, "/proc/self/exe", 1 << 28), 0);
	assert_int_equal(elf_needed_has(t.data, t.len, "libc.so"), 1);
	assert_int_equal(elf_needed_has(t.data, t.len, "libwrap.so"), 0);
	text_done(&t);
}

static void the_other_order_and_width_are_read(void **state)
{
	struct small s = big_endian("libwrap.so.0");

	(void)state;
	assert_int_equal(elf_needed_has(s.bytes, sizeof(s.bytes), "libwrap.so"),
			 1);
	s = big_endian("libc.so.6");
	assert_int_equal(elf_needed_has(s.bytes, sizeof(s.bytes), "libwrap.so"),
			 0);
}

static void what_is_cut_off_is_said_to_be(void **state)
{
	struct small s = big_endian("libwrap.so.0");

	(void)state;
	for (size_t len = 0; len < 140; len++)
		assert_int_equal(elf_needed_has(s.bytes, len, "libwrap.so"),
				 -EINVAL);
	assert_int_equal(elf_needed_has("#!/bin/sh\n", 10, "libc"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_of_this_host_needs_libc),
		cmocka_unit_test(the_other_order_and_width_are_read),
		cmocka_unit_test(what_is_cut_off_is_said_to_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
