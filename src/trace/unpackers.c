#include "trace/unpackers.h"

#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* Enough for "xz -9" and "zstd --ultra -22 --long=27"; what asks for more is
 * made to exhaust the memory. */
#define UNPACKERS_MEMORY (UINT64_C(160) << 20)

static void *gzip_open(void)
{
	z_stream *z = calloc(1, sizeof(*z));

	if (!z)
		return NULL;

	if (inflateInit2(z, 16 + MAX_WBITS) != Z_OK) {
		free(z);
		return NULL;
	}

	return z;
}

static void gzip_close(void *state)
{
	(void)inflateEnd(state);
	free(state);
}

static enum unpackers_answer gzip_step(void *state, struct unpackers_io *io)
{
	z_stream *z = state;
	int r;

	z->next_in = (z_const Bytef *)io->in;
	z->avail_in = (uInt)io->in_len;
	z->next_out = io->out;
	z->avail_out = (uInt)io->out_len;
	r = inflate(z, Z_NO_FLUSH);
	io->in = z->next_in;
	io->in_len = z->avail_in;
	io->out = z->next_out;
	io->out_len = z->avail_out;

	if (r == Z_STREAM_END) {
		(void)inflateReset(z);
		return UNPACKERS_END;
	}

	if (r == Z_OK || r == Z_BUF_ERROR)
		return UNPACKERS_MORE;

	io->why = z->msg;
	return UNPACKERS_BROKEN;
}

/* ZSTD_decompressStream() counts nothing that came out of a call in which it
 * finds damage. So it gets no more than one block at a time: what it asks for,
 * without the header of the next block. */
enum { ZSTD_BLOCK_HEADER = 3 };

struct zstd {
	ZSTD_DStream *stream;
	size_t wanted;
};

static void zstd_close(void *state)
{
	struct zstd *z = state;

	(void)ZSTD_freeDStream(z->stream);
	free(z);
}

static void *zstd_open(void)
{
	struct zstd *z = calloc(1, sizeof(*z));

	if (!z)
		return NULL;

	z->stream = ZSTD_createDStream();
	if (!z->stream) {
		zstd_close(z);
		return NULL;
	}

	z->wanted = ZSTD_BLOCK_HEADER;
	return z;
}

static enum unpackers_answer zstd_step(void *state, struct unpackers_io *io)
{
	struct zstd *z = state;
	ZSTD_inBuffer in = { .src = io->in, .size = io->in_len };
	ZSTD_outBuffer out = { .dst = io->out, .size = io->out_len };
	size_t r;

	if (in.size > z->wanted)
		in.size = z->wanted;
	r = ZSTD_decompressStream(z->stream, &out, &in);
	io->in += in.pos;
	io->in_len -= in.pos;
	io->out += out.pos;
	io->out_len -= out.pos;

	if (ZSTD_isError(r)) {
		io->why = ZSTD_getErrorName(r);
		return UNPACKERS_BROKEN;
	}

	z->wanted = r > ZSTD_BLOCK_HEADER ? r - ZSTD_BLOCK_HEADER
					  : ZSTD_BLOCK_HEADER;
	return r ? UNPACKERS_MORE : UNPACKERS_END;
}

static bool xz_begin(lzma_stream *x)
{
	return lzma_stream_decoder(x, UNPACKERS_MEMORY, 0) == LZMA_OK;
}

static void xz_close(void *state)
{
	lzma_end(state);
	free(state);
}

static void *xz_open(void)
{
	static const lzma_stream empty = LZMA_STREAM_INIT;
	lzma_stream *x = malloc(sizeof(*x));

	if (!x)
		return NULL;

	*x = empty;
	if (!xz_begin(x)) {
		xz_close(x);
		return NULL;
	}

	return x;
}

static const char *xz_why(lzma_ret r)
{
	if (r == LZMA_MEM_ERROR || r == LZMA_MEMLIMIT_ERROR)
		return "it needs too much memory";

	return r == LZMA_OPTIONS_ERROR ? "unsupported options" : NULL;
}

static enum unpackers_answer xz_step(void *state, struct unpackers_io *io)
{
	lzma_stream *x = state;
	lzma_ret r;

	x->next_in = io->in;
	x->avail_in = io->in_len;
	x->next_out = io->out;
	x->avail_out = io->out_len;
	r = lzma_code(x, LZMA_RUN);
	io->in = x->next_in;
	io->in_len = x->avail_in;
	io->out = x->next_out;
	io->out_len = x->avail_out;

	if (r == LZMA_STREAM_END && xz_begin(x))
		return UNPACKERS_END;

	if (r == LZMA_OK || r == LZMA_BUF_ERROR)
		return UNPACKERS_MORE;

	io->why = xz_why(r);
	return UNPACKERS_BROKEN;
}

static const struct unpacker gzip = { "gzip", gzip_open, gzip_step,
				      gzip_close };
static const struct unpacker zstd = { "zstd", zstd_open, zstd_step,
				      zstd_close };
static const struct unpacker xz = { "xz", xz_open, xz_step, xz_close };

static const struct {
	const struct unpacker *how;
	uint8_t magic[UNPACKERS_MAGIC];
	uint8_t mask; /* of the first byte */
	size_t len;
} beginnings[] = {
	{ &gzip, { 0x1f, 0x8b, 0x08 }, 0xff, 3 },
	{ &zstd, { 0x28, 0xb5, 0x2f, 0xfd }, 0xff, 4 },
	{ &zstd, { 0x50, 0x2a, 0x4d, 0x18 }, 0xf0, 4 }, /* skippable frame */
	{ &xz, { 0xfd, '7', 'z', 'X', 'Z', 0x00 }, 0xff, 6 },
};

const struct unpacker *unpackers_find(const uint8_t *data, size_t len)
{
	size_t count = sizeof(beginnings) / sizeof(beginnings[0]);

	for (size_t i = 0; i < count; i++) {
		if (len < beginnings[i].len)
			continue;

		if ((data[0] & beginnings[i].mask) == beginnings[i].magic[0] &&
		    memcmp(data + 1, beginnings[i].magic + 1,
			   beginnings[i].len - 1) == 0)
			return beginnings[i].how;
	}

	return NULL;
}
