#include "host/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/cursor.h"

enum {
	VERSION = 1,
	LITTLE = 1,
	BIG = 2,
	HEAD_BYTES = 24,
	ENTRY_BYTES = 12,
	BUCKETS = 1 << 14,
	PACK_BYTES = 64 * 1024,
	/* zlib packs no better than 1032 to 1. */
	PACKED_MOST = 1032,
};

static const char magic[8] = { 'k', 'w', 's', 'n', 'a', 'p', '\r', '\n' };

struct entry {
	struct entry *next;   /* as they were added */
	struct entry *behind; /* in its bucket; the first of each key only */
	struct entry *again;  /* the same key's next answer */
	struct entry *last;   /* the first's: of that key */
	struct entry *now;    /* the first's: what snapshot_next() gives */
	const char *key, *answer;
	uint32_t key_len, len;
	int error;
};

struct snapshot {
	struct arena *arena;
	struct entry *first, **end;
	struct entry *buckets[BUCKETS];
	size_t count, bytes; /* of the body */
	bool is_full;
};

static uint8_t own_order(void)
{
	const uint16_t one = 1;

	return *(const uint8_t *)&one ? LITTLE : BIG;
}

struct snapshot *snapshot_new(void)
{
	struct snapshot *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;

	s->end = &s->first;
	s->arena = arena_new();
	if (!s->arena) {
		snapshot_free(s);
		return NULL;
	}
	return s;
}

void snapshot_free(struct snapshot *s)
{
	if (!s)
		return;

	arena_free(s->arena);
	free(s);
}

bool snapshot_is_full(const struct snapshot *s)
{
	return s->is_full;
}

size_t snapshot_count(const struct snapshot *s)
{
	return s->count;
}

static size_t bucket_of(const char *key, size_t len)
{
	return crc32(0, (const Bytef *)key, (uInt)len) % BUCKETS;
}

static struct entry *find(struct entry *e, const char *key, size_t len)
{
	while (e && (e->key_len != len || memcmp(e->key, key, len) != 0))
		e = e->behind;

	return e;
}

static void put_in_order(struct snapshot *s, struct entry *e)
{
	struct entry **bucket = &s->buckets[bucket_of(e->key, e->key_len)];
	struct entry *same = find(*bucket, e->key, e->key_len);

	*s->end = e;
	s->end = &e->next;
	s->count++;
	if (same) {
		same->last->again = e;
		same->last = e;
		return;
	}

	e->last = e->now = e;
	e->behind = *bucket;
	*bucket = e;
}

static int add(struct snapshot *s, struct entry from)
{
	size_t bytes = ENTRY_BYTES + (size_t)from.key_len + from.len;
	struct entry *e;

	if (bytes > SNAPSHOT_MOST - s->bytes)
		s->is_full = true;
	if (s->is_full)
		return -EFBIG;

	e = arena_alloc(s->arena, sizeof(*e));
	if (!e)
		return -ENOMEM;
	*e = from;
	e->key = arena_copy(s->arena, from.key, from.key_len);
	e->answer = arena_copy(s->arena, from.answer, from.len);
	if (!e->key || !e->answer)
		return -ENOMEM;

	s->bytes += bytes;
	put_in_order(s, e);
	return 0;
}

int snapshot_add(struct snapshot *s, const struct text *key,
		 const struct text *answer, int error)
{
	if (!text_ok(key) || !text_ok(answer))
		return -ENOMEM;
	if (key->len > SNAPSHOT_MOST || answer->len > SNAPSHOT_MOST) {
		s->is_full = true;
		return -EFBIG;
	}

	return add(s, (struct entry){ .key = key->len ? key->data : "",
				      .key_len = (uint32_t)key->len,
				      .answer = answer->len ? answer->data : "",
				      .len = (uint32_t)answer->len,
				      .error = error });
}

static struct entry *find_text(const struct snapshot *s, const struct text *key)
{
	const char *bytes = key->len ? key->data : "";

	return find(s->buckets[bucket_of(bytes, key->len)], bytes, key->len);
}

bool snapshot_has(const struct snapshot *s, const struct text *key)
{
	return find_text(s, key) != NULL;
}

int snapshot_next(struct snapshot *s, const struct text *key,
		  struct text *answer)
{
	struct entry *e = find_text(s, key);
	const struct entry *now;

	if (!e)
		return -ENODATA;

	now = e->now;
	if (now->again)
		e->now = now->again;
	text_bytes(answer, now->answer, now->len);
	return now->error;
}

void snapshot_rewind(struct snapshot *s)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct entry *e = s->buckets[i]; e; e = e->behind)
			e->now = e;
}

static void put_number(struct text *t, uint64_t value, unsigned bytes)
{
	while (bytes--)
		text_char(t, (char)(value >> bytes * 8));
}

/* The body is packed as it is written: it never stands in memory twice. */
struct packing {
	z_stream z;
	struct text *ret;
	uLong crc;
};

static bool pack(struct packing *p, const void *data, size_t len, int flush)
{
	p->crc = crc32(p->crc, data, (uInt)len);
	p->z.next_in = (Bytef *)data;
	p->z.avail_in = (uInt)len;
	do {
		if (!text_reserve(p->ret, PACK_BYTES))
			return false;
		p->z.next_out = (Bytef *)p->ret->data + p->ret->len;
		p->z.avail_out = PACK_BYTES;
		(void)deflate(&p->z, flush);
		p->ret->len += PACK_BYTES - p->z.avail_out;
	} while (!p->z.avail_out);

	return true;
}

static bool pack_entry(struct packing *p, struct text *head,
		       const struct entry *e)
{
	text_clear(head);
	put_number(head, e->key_len, 4);
	put_number(head, e->len, 4);
	put_number(head, (uint32_t)e->error, 4);
	return text_ok(head) && pack(p, head->data, head->len, Z_NO_FLUSH) &&
	       pack(p, e->key, e->key_len, Z_NO_FLUSH) &&
	       pack(p, e->answer, e->len, Z_NO_FLUSH);
}

static bool pack_all(struct packing *p, const struct snapshot *s)
{
	struct text head = TEXT_NULL;
	bool is_good = true;

	for (const struct entry *e = s->first; e && is_good; e = e->next)
		is_good = pack_entry(p, &head, e);
	text_done(&head);
	return is_good && pack(p, "", 0, Z_FINISH);
}

int snapshot_write(const struct snapshot *s, struct text *ret)
{
	struct packing p = { .ret = ret };
	size_t crc_at;
	bool is_good;

	text_bytes(ret, magic, sizeof(magic));
	put_number(ret, VERSION, 1);
	put_number(ret, own_order(), 1);
	put_number(ret, 0, 2);
	crc_at = ret->len;
	put_number(ret, 0, 4);
	put_number(ret, s->bytes, 8);
	if (!text_ok(ret) || deflateInit(&p.z, Z_BEST_SPEED) != Z_OK)
		return -ENOMEM;

	p.crc = crc32(0, NULL, 0);
	is_good = pack_all(&p, s);
	(void)deflateEnd(&p.z);
	if (!is_good || !text_ok(ret))
		return -ENOMEM;

	for (unsigned i = 0; i < 4; i++)
		ret->data[crc_at + i] = (char)(p.crc >> (24 - 8 * i));
	return 0;
}

static int unpack(struct cursor *c, uint8_t *body, size_t size)
{
	z_stream z = { .avail_in = (uInt)cursor_left(c),
		       .avail_out = (uInt)size };
	int answer;

	z.next_out = body;
	z.next_in = (Bytef *)cursor_bytes(c, cursor_left(c));
	if (inflateInit(&z) != Z_OK)
		return -ENOMEM;

	answer = inflate(&z, Z_FINISH);
	(void)inflateEnd(&z);
	if (answer == Z_MEM_ERROR)
		return -ENOMEM;

	return answer == Z_STREAM_END && !z.avail_out ? 0 : SNAPSHOT_DAMAGED;
}

static int read_entries(struct snapshot *s, struct cursor c)
{
	int error = 0;

	while (cursor_left(&c) && !error) {
		struct entry e = { .key_len = cursor_be32(&c),
				   .len = cursor_be32(&c),
				   .error = (int32_t)cursor_be32(&c) };

		e.key = (const char *)cursor_bytes(&c, e.key_len);
		e.answer = (const char *)cursor_bytes(&c, e.len);
		error = cursor_ok(&c) ? add(s, e) : SNAPSHOT_DAMAGED;
	}

	return cursor_ok(&c) ? error : SNAPSHOT_DAMAGED;
}

static int read_body(struct snapshot *s, struct cursor *c, size_t size,
		     uint32_t crc)
{
	/* One more: malloc() of nothing may be NULL. */
	uint8_t *body = malloc(size + 1);
	int error = body ? unpack(c, body, size) : -ENOMEM;

	if (!error && crc32(crc32(0, NULL, 0), body, (uInt)size) != crc)
		error = SNAPSHOT_DAMAGED;
	if (!error)
		error = read_entries(s, cursor_over(body, size));
	free(body);
	return error;
}

static int read_head(struct cursor *c, uint32_t *crc, uint64_t *size)
{
	const uint8_t *begin = cursor_bytes(c, sizeof(magic));
	uint8_t version = cursor_u8(c), order = cursor_u8(c);

	if (!begin || memcmp(begin, magic, sizeof(magic)) != 0)
		return SNAPSHOT_NONE;
	if (version > VERSION)
		return SNAPSHOT_NEWER;
	if (order != own_order())
		return order == LITTLE || order == BIG ? SNAPSHOT_FOREIGN
						       : SNAPSHOT_DAMAGED;

	cursor_skip(c, 2);
	*crc = cursor_be32(c);
	*size = cursor_be64(c);
	if (!cursor_ok(c) || *size > SNAPSHOT_MOST ||
	    *size / PACKED_MOST > cursor_left(c))
		return SNAPSHOT_DAMAGED;

	return 0;
}

int snapshot_read(struct snapshot **ret, const void *data, size_t len)
{
	struct cursor c = cursor_over(data, len);
	struct snapshot *s = NULL;
	uint64_t size = 0;
	uint32_t crc = 0;
	int error;

	if (len > SNAPSHOT_MOST)
		return -EFBIG;

	error = read_head(&c, &crc, &size);
	if (error)
		return error;

	s = snapshot_new();
	error = s ? read_body(s, &c, (size_t)size, crc) : -ENOMEM;
	if (error) {
		snapshot_free(s);
		return error;
	}
	*ret = s;
	return 0;
}
