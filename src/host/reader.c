#include "host/reader.h"

#include <errno.h>
#include <string.h>

#include "base/cursor.h"
#include "host/reader_direct.h"

static struct reader *chosen; /* NULL: this process */

void reader_use(struct reader *r)
{
	chosen = r;
}

struct reader *reader_now(void)
{
	return chosen ? chosen : reader_direct();
}

size_t reader_missed(void)
{
	return reader_now()->missed;
}

void reader_free(struct reader *r)
{
	if (r && r->end)
		r->end(r);
}

static int ask(const struct reader_question *q, struct text *ret)
{
	struct reader *r = reader_now();
	int error = r->ask(r, q, ret);

	return error >= 0 && !text_ok(ret) ? -ENOMEM : error;
}

int reader_file(const char *path, size_t most, struct text *ret)
{
	const struct reader_question q = { .kind = READER_FILE,
					   .path = path,
					   .most = most };
	size_t begin = ret->len;
	int error = ask(&q, ret);

	/* A snapshot may hold more than is wanted. */
	if (ret->len - begin <= most)
		return error;

	text_cut(ret, begin + most);
	return error ? error : -EFBIG;
}

static int ask_path(enum reader_kind kind, const char *path, struct text *ret)
{
	return ask(&(struct reader_question){ .kind = kind, .path = path },
		   ret);
}

int reader_names(const char *path, struct text *ret)
{
	return ask_path(READER_NAMES, path, ret);
}

int reader_links(const char *path, struct text *ret)
{
	return ask_path(READER_LINKS, path, ret);
}

int reader_link(const char *path, struct text *ret)
{
	return ask_path(READER_LINK, path, ret);
}

const char *reader_string(struct text *list, size_t *at)
{
	const char *s = text_string(list) + *at;

	if (*at >= list->len || !text_ok(list))
		return NULL;

	*at += strlen(s) + 1;
	return s;
}

int reader_status(const char *path, struct reader_status *ret)
{
	struct text t = TEXT_NULL;
	int error = ask_path(READER_STATUS, path, &t);
	struct cursor c = cursor_over(t.data, t.len);
	struct reader_status s = {
		.device = cursor_be64(&c),
		.inode = cursor_be64(&c),
		.mode = cursor_be32(&c),
		.uid = cursor_be32(&c),
		.gid = cursor_be32(&c),
		.size = cursor_be64(&c),
		.changed = (int64_t)cursor_be64(&c),
	};

	if (!error && !cursor_ok(&c))
		error = -ENODATA;
	if (!error)
		*ret = s;
	text_done(&t);
	return error;
}

int reader_netlink(int family, const char *where, const void *request,
		   size_t len, struct text *ret)
{
	const struct reader_question q = { .kind = READER_NETLINK,
					   .family = family,
					   .path = where,
					   .request = request,
					   .len = len };

	return len > READER_REQUEST_MOST ? -EMSGSIZE : ask(&q, ret);
}

int reader_note(const char *key, reader_look *look, void *context,
		struct text *ret)
{
	const struct reader_question q = { .kind = READER_NOTE,
					   .path = key,
					   .look = look,
					   .context = context };

	return ask(&q, ret);
}

struct filling {
	reader_fill *fill;
	void *context, *ret;
	size_t size;
};

static int fill_text(void *context, struct text *ret)
{
	const struct filling *f = context;
	int error = f->fill(f->context, f->ret, f->size);

	text_bytes(ret, f->ret, f->size);
	return error;
}

int reader_value(const char *key, reader_fill *fill, void *context, void *ret,
		 size_t size)
{
	struct filling f = { fill, context, ret, size };
	struct text t = TEXT_NULL;
	int error = reader_note(key, fill_text, &f, &t);

	if (t.len == size)
		memcpy(ret, t.data, size);
	else if (error >= 0)
		error = -ENODATA;
	text_done(&t);
	return error;
}

bool reader_key_numbers(const char *rest, uint32_t *ret, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value = 0;

		if (i && *rest++ != ' ')
			return false;
		if (*rest < '0' || *rest > '9')
			return false;
		for (; *rest >= '0' && *rest <= '9'; rest++) {
			value = value * 10 + (uint64_t)(*rest - '0');
			if (value > UINT32_MAX)
				return false;
		}
		ret[i] = (uint32_t)value;
	}

	return !*rest;
}

struct counting {
	int (*look)(void *context);
	void *context;
};

static int count_text(void *context, struct text *ret)
{
	const struct counting *c = context;

	(void)ret;
	return c->look(c->context);
}

int reader_number(const char *key, int (*look)(void *context), void *context)
{
	struct counting c = { look, context };
	struct text t = TEXT_NULL;
	int number = reader_note(key, count_text, &c, &t);

	text_done(&t);
	return number;
}
