#include "trace/line_seq.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/*
 * Two tables, because most flows are IPv4 and a small entry is a fast one.
 * Open addressing, linear probing, two thirds full at most while there is
 * memory; no entry is ever taken out.
 */
struct flow4 {
	uint8_t addresses[8]; /* that with the lower port first */
	uint32_t ports;       /* lower port << 16 | higher port */
	uint32_t low_base, high_base;
	uint32_t is_used;
};

struct flow6 {
	uint8_t addresses[32];
	uint32_t ports;
	uint32_t low_base, high_base;
	uint32_t is_used;
};

struct line_seq {
	struct flow4 *v4;
	struct flow6 *v6;
	size_t v4_count, v4_size; /* sizes are powers of two */
	size_t v6_count, v6_size;
	uint64_t seed; /* so that nobody can write a slow capture */
};

enum {
	FIRST_SIZE = 1024,
};

struct line_seq *line_seq_new(void)
{
	struct line_seq *s = calloc(1, sizeof(*s));

	/* Without randomness it is slower to the malicious, not wrong. */
	if (s && getrandom(&s->seed, sizeof(s->seed), GRND_NONBLOCK) < 0)
		s->seed = 0x2545f4914f6cdd1d;
	return s;
}

void line_seq_free(struct line_seq *s)
{
	if (!s)
		return;

	free(s->v4);
	free(s->v6);
	free(s);
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash4(const struct line_seq *s, const struct flow4 *f)
{
	uint64_t word;

	memcpy(&word, f->addresses, sizeof(word));
	return mix(word ^ s->seed, f->ports ^ 0x9e3779b97f4a7c15);
}

static uint64_t hash6(const struct line_seq *s, const struct flow6 *f)
{
	uint64_t word[4];
	uint64_t h = f->ports ^ s->seed;

	memcpy(word, f->addresses, sizeof(word));
	h = mix(h ^ word[0], word[1] ^ 0x9e3779b97f4a7c15);
	return mix(h ^ word[2], word[3] ^ 0xbf58476d1ce4e5b9);
}

/* Where f is, or the free place where it belongs. */
static struct flow4 *find4(const struct line_seq *s, const struct flow4 *f)
{
	size_t mask = s->v4_size - 1;
	size_t i = hash4(s, f) & mask;

	while (s->v4[i].is_used &&
	       memcmp(&s->v4[i], f, offsetof(struct flow4, low_base)) != 0)
		i = (i + 1) & mask;
	return &s->v4[i];
}

static struct flow6 *find6(const struct line_seq *s, const struct flow6 *f)
{
	size_t mask = s->v6_size - 1;
	size_t i = hash6(s, f) & mask;

	while (s->v6[i].is_used &&
	       memcmp(&s->v6[i], f, offsetof(struct flow6, low_base)) != 0)
		i = (i + 1) & mask;
	return &s->v6[i];
}

static bool grow4(struct line_seq *s)
{
	struct flow4 *old = s->v4;
	size_t old_size = s->v4_size;
	size_t size = old_size ? old_size * 2 : FIRST_SIZE;
	struct flow4 *v4 = calloc(size, sizeof(*v4));

	if (!v4)
		return false;

	s->v4 = v4;
	s->v4_size = size;
	for (size_t i = 0; i < old_size; i++)
		if (old[i].is_used)
			*find4(s, &old[i]) = old[i];
	free(old);
	return true;
}

static bool grow6(struct line_seq *s)
{
	struct flow6 *old = s->v6;
	size_t old_size = s->v6_size;
	size_t size = old_size ? old_size * 2 : FIRST_SIZE;
	struct flow6 *v6 = calloc(size, sizeof(*v6));

	if (!v6)
		return false;

	s->v6 = v6;
	s->v6_size = size;
	for (size_t i = 0; i < old_size; i++)
		if (old[i].is_used)
			*find6(s, &old[i]) = old[i];
	free(old);
	return true;
}

/* The two bases of an entry. */
struct place {
	uint32_t *low_base, *high_base;
	bool is_new;
};

static bool place4(struct line_seq *s, const struct flow4 *key,
		   struct place *ret)
{
	struct flow4 *f;

	if (s->v4_count * 3 >= s->v4_size * 2 && !grow4(s) &&
	    s->v4_count + 1 >= s->v4_size)
		return false;

	f = find4(s, key);
	*ret = (struct place){ &f->low_base, &f->high_base, !f->is_used };
	if (!f->is_used) {
		*f = *key;
		s->v4_count++;
	}
	return true;
}

static bool place6(struct line_seq *s, const struct flow6 *key,
		   struct place *ret)
{
	struct flow6 *f;

	if (s->v6_count * 3 >= s->v6_size * 2 && !grow6(s) &&
	    s->v6_count + 1 >= s->v6_size)
		return false;

	f = find6(s, key);
	*ret = (struct place){ &f->low_base, &f->high_base, !f->is_used };
	if (!f->is_used) {
		*f = *key;
		s->v6_count++;
	}
	return true;
}

/* Finds or makes the entry. is_high: the sender has the higher port. */
static bool find_place(struct line_seq *s, const struct line_segment *seg,
		       bool is_high, struct place *ret)
{
	const uint8_t *low = is_high ? seg->dst : seg->src;
	const uint8_t *high = is_high ? seg->src : seg->dst;
	uint32_t ports = is_high ? (uint32_t)seg->dport << 16 | seg->sport
				 : (uint32_t)seg->sport << 16 | seg->dport;

	if (seg->is_v6) {
		struct flow6 key = { .ports = ports, .is_used = 1 };

		memcpy(key.addresses, low, 16);
		memcpy(key.addresses + 16, high, 16);
		return place6(s, &key, ret);
	}

	struct flow4 key = { .ports = ports, .is_used = 1 };

	memcpy(key.addresses, low, 4);
	memcpy(key.addresses + 4, high, 4);
	return place4(s, &key, ret);
}

void line_seq_bases(struct line_seq *s, const struct line_segment *seg,
		    struct line_bases *ret)
{
	struct place place;
	bool is_high = seg->sport > seg->dport;

	if (seg->sport == seg->dport)
		is_high = memcmp(seg->src, seg->dst, seg->is_v6 ? 16 : 4) > 0;

	*ret = (struct line_bases){ .own = seg->seq, .other = seg->ack - 1 };
	if (!find_place(s, seg, is_high, &place))
		return;

	if (place.is_new || seg->is_syn) {
		*place.low_base = is_high ? ret->other : ret->own;
		*place.high_base = is_high ? ret->own : ret->other;
		return;
	}

	ret->own = is_high ? *place.high_base : *place.low_base;
	ret->other = is_high ? *place.low_base : *place.high_base;
	ret->is_known = true;
}
