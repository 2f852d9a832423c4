/*
 * The dynamic section names its strings by address; the segments that are
 * loaded tell where in the file that address is.
 */
#include "host/elf_needed.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/cursor.h"

struct elf {
	const uint8_t *data;
	size_t len;
	bool is_64, is_big;
	uint64_t headers; /* where the program headers are */
	unsigned count, size;
};

struct segment {
	uint32_t type;
	uint64_t offset, address, file_size;
};

static uint16_t half(const struct elf *e, struct cursor *c)
{
	return e->is_big ? cursor_be16(c) : cursor_le16(c);
}

static uint32_t word(const struct elf *e, struct cursor *c)
{
	return e->is_big ? cursor_be32(c) : cursor_le32(c);
}

/* An address or a size: of the file's own width. */
static uint64_t wide(const struct elf *e, struct cursor *c)
{
	uint64_t first = word(e, c), second;

	if (!e->is_64)
		return first;

	second = word(e, c);
	return e->is_big ? first << 32 | second : second << 32 | first;
}

/* All that follows this place; bad when it lies behind the end. */
static struct cursor from(const struct elf *e, uint64_t offset)
{
	struct cursor c = cursor_over(e->data, e->len);

	if (offset > e->len)
		c.bad = true;
	else
		cursor_skip(&c, (size_t)offset);
	return c;
}

static bool read_header(struct elf *e)
{
	struct cursor c = cursor_over(e->data, e->len);
	const uint8_t *ident = cursor_bytes(&c, EI_NIDENT);

	if (!ident || memcmp(ident, ELFMAG, SELFMAG) != 0)
		return false;

	e->is_64 = ident[EI_CLASS] == ELFCLASS64;
	e->is_big = ident[EI_DATA] == ELFDATA2MSB;
	cursor_skip(&c, 2 + 2 + 4); /* e_type, e_machine, e_version */
	(void)wide(e, &c);          /* e_entry */
	e->headers = wide(e, &c);
	(void)wide(e, &c);      /* e_shoff */
	cursor_skip(&c, 4 + 2); /* e_flags, e_ehsize */
	e->size = half(e, &c);
	e->count = half(e, &c);
	return cursor_ok(&c);
}

static bool read_segment(const struct elf *e, unsigned i, struct segment *ret)
{
	struct cursor c = from(e, e->headers);

	cursor_skip(&c, (size_t)i * e->size);
	*ret = (struct segment){ .type = word(e, &c) };
	if (e->is_64)
		(void)word(e, &c); /* p_flags */
	ret->offset = wide(e, &c);
	ret->address = wide(e, &c);
	(void)wide(e, &c); /* p_paddr */
	ret->file_size = wide(e, &c);
	return cursor_ok(&c);
}

static bool find_dynamic(const struct elf *e, struct segment *ret)
{
	for (unsigned i = 0; i < e->count; i++)
		if (!read_segment(e, i, ret))
			return false;
		else if (ret->type == PT_DYNAMIC)
			return true;

	ret->type = PT_NULL;
	return true;
}

/* Where in the file an address is. */
static bool find_offset(const struct elf *e, uint64_t address, uint64_t *ret)
{
	for (unsigned i = 0; i < e->count; i++) {
		struct segment s;

		if (!read_segment(e, i, &s))
			return false;
		if (s.type != PT_LOAD || address < s.address ||
		    address - s.address >= s.file_size)
			continue;
		*ret = s.offset + (address - s.address);
		return true;
	}

	return false;
}

/* The next entry: false at the end of them. */
static bool next_entry(const struct elf *e, struct cursor *c, uint64_t *tag,
		       uint64_t *value)
{
	*tag = wide(e, c);
	*value = wide(e, c);
	return cursor_ok(c) && *tag != DT_NULL;
}

static struct cursor entries(const struct elf *e, const struct segment *dynamic)
{
	struct cursor all = from(e, dynamic->offset);
	size_t size = dynamic->file_size < SIZE_MAX ? (size_t)dynamic->file_size
						    : SIZE_MAX;

	return cursor_take_most(&all, size);
}

static bool is_named(const struct elf *e, uint64_t strings, uint64_t at,
		     const char *name)
{
	struct cursor c = from(e, strings);
	size_t len = strlen(name);
	const uint8_t *found;

	if (at > e->len)
		return false;

	cursor_skip(&c, (size_t)at);
	found = cursor_bytes(&c, len);
	return found && !memcmp(found, name, len);
}

int elf_needed_has(const void *data, size_t len, const char *name)
{
	struct elf e = { .data = data, .len = len };
	uint64_t tag, value, strings = 0;
	struct segment dynamic;
	bool has_strings = false;
	struct cursor c;

	if (!read_header(&e) || !find_dynamic(&e, &dynamic))
		return -EINVAL;
	if (dynamic.type != PT_DYNAMIC)
		return 0;

	c = entries(&e, &dynamic);
	while (!has_strings && next_entry(&e, &c, &tag, &value))
		has_strings =
			tag == DT_STRTAB && find_offset(&e, value, &strings);
	if (!has_strings)
		return -EINVAL;

	c = entries(&e, &dynamic);
	while (next_entry(&e, &c, &tag, &value))
		if (tag == DT_NEEDED && is_named(&e, strings, value, name))
			return 1;

	return cursor_ok(&c) ? 0 : -EINVAL;
}
