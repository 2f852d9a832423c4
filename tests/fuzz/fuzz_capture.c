/* The capture reader, over any bytes: pcap, pcapng, packed or not. What is read
 * must not depend on how the bytes arrive; but how much garbage comes out of
 * damaged packed bytes before it is noticed, that may. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/problem.h"
#include "net/frame.h"
#include "trace/capture.h"
#include "trace/capture_memory.h"
#include "trace/unpackers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* FNV-1a, to compare what two passes saw. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * UINT64_C(0x100000001b3);
}

static uint64_t mix_frame(uint64_t hash, const struct frame *f)
{
	hash = mix(hash, (uint64_t)f->time_ns);
	hash = mix(hash, f->offset);
	hash = mix(hash, f->number);
	hash = mix(hash, f->len);
	hash = mix(hash, f->link);
	for (uint32_t i = 0; i < f->caplen; i++)
		hash = mix(hash, f->data[i]);

	return hash;
}

static uint64_t read_frames(struct capture *c)
{
	enum { BATCH = 5 };

	struct frame frames[BATCH];
	uint64_t hash = 0;
	int count;

	while ((count = capture_next(c, frames, BATCH)) > 0) {
		for (int i = 0; i < count; i++)
			hash = mix_frame(hash, &frames[i]);
	}

	return mix(hash, count == 0);
}

static uint64_t read_bytes(struct capture *c)
{
	uint8_t bytes[13];
	uint64_t hash = 1;
	int count;

	while ((count = capture_unread(c, bytes, sizeof(bytes))) > 0) {
		for (int i = 0; i < count; i++)
			hash = mix(hash, bytes[i]);
	}

	return hash;
}

static uint64_t read_all(const uint8_t *data, size_t len, size_t step)
{
	struct problems *problems = problems_new();
	struct capture_about about;
	struct capture *c;
	uint64_t hash;
	int r;

	if (!problems)
		return 0;

	r = capture_open_memory(&c, data, len, step, "fuzz", problems);
	if (r < 0)
		abort();

	hash = r == CAPTURE_NOT_ONE ? read_bytes(c) : read_frames(c);
	capture_about(c, &about);
	hash = mix(hash, about.skipped);
	hash = mix(hash, problems_count(problems));
	capture_close(c);
	problems_free(problems);
	return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint64_t whole = read_all(data, len, SIZE_MAX);

	if (read_all(data, len, 1 + len % 61) != whole &&
	    !unpackers_find(data, len))
		abort();

	return 0;
}
