#include "host/reader_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct record {
	struct reader reader; /* at the start: it is found by that */
	struct reader *from;  /* NULL: replayed */
	struct snapshot *snapshot;
};

/* Sequence and port are 0 already (host/netlink.c). */
static void put_key(struct text *key, const struct reader_question *q)
{
	text_char(key, (char)('a' + q->kind));
	if (q->kind == READER_NETLINK)
		text_u64(key, (uint64_t)q->family);
	text_char(key, ' ');
	text_str(key, q->path);
	if (q->kind != READER_NETLINK)
		return;
	text_char(key, '\0');
	text_bytes(key, q->request, q->len);
}

static int record(struct reader *reader, const struct reader_question *q,
		  struct text *answer)
{
	const struct record *r = (const struct record *)reader;
	struct text key = TEXT_NULL, whole = TEXT_NULL;
	int error = r->from->ask(r->from, q, &whole);

	put_key(&key, q);
	(void)snapshot_add(r->snapshot, &key, &whole, error);
	if (!text_ok(&whole))
		error = -ENOMEM;
	text_bytes(answer, whole.data, whole.len);
	text_done(&key);
	text_done(&whole);
	return error;
}

static int replay(struct reader *reader, const struct reader_question *q,
		  struct text *answer)
{
	const struct record *r = (const struct record *)reader;
	struct text key = TEXT_NULL;
	int error = -ENOMEM;

	put_key(&key, q);
	if (text_ok(&key) && !snapshot_has(r->snapshot, &key)) {
		reader->missed++;
		error = -ENODATA;
	} else if (text_ok(&key)) {
		error = snapshot_next(r->snapshot, &key, answer);
		/* Only a note may have an answer above 0. */
		if (error > 0 && q->kind != READER_NOTE)
			error = -EBADMSG;
	}
	text_done(&key);
	return error;
}

static void end(struct reader *reader)
{
	free((struct record *)reader);
}

static struct reader *new_record(struct record from)
{
	struct record *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;

	*r = from;
	return &r->reader;
}

struct reader *reader_record_new(struct reader *from, struct snapshot *s)
{
	return new_record((struct record){
		.reader = { record, end }, .from = from, .snapshot = s });
}

struct reader *reader_record_replay(struct snapshot *s)
{
	return new_record(
		(struct record){ .reader = { replay, end }, .snapshot = s });
}
