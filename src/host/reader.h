#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * The one way by which src/host asks anything of this machine. So whoever runs
 * the readers chooses who is asked: this process (reader_direct.h), a process
 * with more rights, or a saved snapshot (reader_record.h), and all that was
 * answered can be kept. Nothing that is asked here changes anything.
 *
 * Paths are absolute. What /proc/self names is this process, whoever asks.
 *
 * All answer 0 or -errno; -ENODATA: a snapshot does not hold it, so it was not
 * looked at. Answers are appended.
 */
struct reader;

/* A file's content. -EFBIG: only its first most bytes are there; -EINVAL: it
 * is no regular file. */
int reader_file(const char *path, size_t most, struct text *ret);

/* The names in a folder, each with a zero behind; not "." and "..". */
int reader_names(const char *path, struct text *ret);

/* The same, each followed by where the symbolic link leads: /proc/PID/fd. Names
 * that are no link are left out. */
int reader_links(const char *path, struct text *ret);

/* Where a symbolic link leads. */
int reader_link(const char *path, struct text *ret);

/* The next string of such a list from *at on; NULL at the end. */
const char *reader_string(struct text *list, size_t *at);

/* Of what a path leads to, as stat(2). */
struct reader_status {
	uint64_t device, inode;
	uint32_t mode, uid, gid;
	uint64_t size;
	int64_t changed; /* st_mtime */
};

int reader_status(const char *path, struct reader_status *ret);

/* A question by netlink, for host/netlink.c: all messages of the answer, one
 * behind the other, sequence and port 0. where: the network namespace as
 * "/proc/PID/ns/net", or "": this one. */
int reader_netlink(int family, const char *where, const void *request,
		   size_t len, struct text *ret);

/*
 * Anything else (bpf(2), a call that is tried), so that it is recorded and
 * replayed too: look() answers where the machine is there. The key says what is
 * asked, and of what. What look() returns, also above 0, is passed on.
 */
typedef int reader_look(void *context, struct text *ret);
int reader_note(const char *key, reader_look *look, void *context,
		struct text *ret);

/* The same of an answer of a fixed size; -ENODATA if the snapshot's has
 * another. The bytes may come from a file: the caller checks what is in them. */
typedef int reader_fill(void *context, void *ret, size_t size);
int reader_value(const char *key, reader_fill *fill, void *context, void *ret,
		 size_t size);

/* The same where all that is told is the number returned. */
int reader_number(const char *key, int (*look)(void *context), void *context);

/* What stands in a key behind its kind, where that is numbers and nothing else:
 * decimal, one space between them. The key may be anybody's. */
bool reader_key_numbers(const char *rest, uint32_t *ret, size_t count);

/*
 * For those who answer. One question of any kind.
 */
enum reader_kind {
	READER_NETLINK,
	READER_FILE,
	READER_NAMES,
	READER_LINKS,
	READER_LINK,
	READER_STATUS,
	READER_NOTE,
	READER_KINDS,
};

enum {
	READER_REQUEST_MOST = 512,     /* bytes of netlink's question */
	READER_ANSWER_MOST = 256 << 20 /* of any answer */
};

struct reader_question {
	enum reader_kind kind;
	int family;          /* netlink's */
	const char *path;    /* the namespace's; a note's key */
	const void *request; /* netlink's */
	size_t len;          /* of it */
	size_t most;         /* of a file */
	reader_look *look;   /* a note's */
	void *context;
};

struct reader {
	/* Appends; on an error what there is of the answer may stand there. */
	int (*ask)(struct reader *r, const struct reader_question *q,
		   struct text *answer);
	void (*end)(struct reader *r); /* frees r; NULL: nothing to free */
	size_t missed; /* questions that a snapshot does not hold */
};

/* How many were asked in vain so far, because a snapshot does not hold them: who
 * asked in between has not looked. */
size_t reader_missed(void);

/* NULL is taken. */
void reader_free(struct reader *r);

/*
 * Who is asked from now on; NULL: this process. It stays the caller's. This is
 * the one place where state is shared by the whole process: it is set when the
 * program starts and hardly ever again, as the root of a file system is.
 */
void reader_use(struct reader *r);
struct reader *reader_now(void);
