#include "queue.h"

#include <errno.h>
#include <stdlib.h>

/* A binary heap of times over a pool of packets: the packets never move. */
struct entry {
	int64_t time_ns;
	uint32_t serial;
	uint32_t slot;
};

struct queue {
	struct entry *heap;
	struct wire_segment *pool;
	uint32_t *vacant; /* slots, a stack */
	uint32_t vacants;
	uint32_t count;
	uint32_t size;
	uint32_t serial;
	uint32_t peak;
};

struct queue *queue_new(void)
{
	return calloc(1, sizeof(struct queue));
}

void queue_free(struct queue *q)
{
	if (!q)
		return;

	free(q->heap);
	free(q->pool);
	free(q->vacant);
	free(q);
}

static int grow(struct queue *q)
{
	uint32_t size = q->size ? q->size * 2 : 1024;
	uint32_t *vacant = realloc(q->vacant, size * sizeof(*vacant));

	if (!vacant)
		return -ENOMEM;
	q->vacant = vacant;

	struct entry *heap = realloc(q->heap, size * sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	q->heap = heap;

	struct wire_segment *pool = realloc(q->pool, size * sizeof(*pool));
	if (!pool)
		return -ENOMEM;
	q->pool = pool;

	for (uint32_t i = size; i-- > q->size;)
		q->vacant[q->vacants++] = i;
	q->size = size;
	return 0;
}

static bool is_before(const struct entry *a, const struct entry *b)
{
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns;
	return (int32_t)(a->serial - b->serial) < 0;
}

int queue_add(struct queue *q, const struct wire_segment *s)
{
	struct entry e = { .time_ns = s->time_ns, .serial = q->serial };
	uint32_t i = q->count;

	if (!q->vacants && grow(q) < 0)
		return -ENOMEM;

	e.slot = q->vacant[--q->vacants];
	q->pool[e.slot] = *s;
	q->serial++;
	q->count++;
	if (q->count > q->peak)
		q->peak = q->count;

	for (; i && is_before(&e, &q->heap[(i - 1) / 2]); i = (i - 1) / 2)
		q->heap[i] = q->heap[(i - 1) / 2];
	q->heap[i] = e;
	return 0;
}

const struct wire_segment *queue_take(struct queue *q, int64_t before_ns)
{
	uint32_t i = 0;
	uint32_t slot;

	if (!q->count || q->heap[0].time_ns >= before_ns)
		return NULL;

	slot = q->heap[0].slot;
	struct entry last = q->heap[--q->count];
	for (;;) {
		uint32_t child = 2 * i + 1;

		if (child + 1 < q->count &&
		    is_before(&q->heap[child + 1], &q->heap[child]))
			child++;
		if (child >= q->count || !is_before(&q->heap[child], &last))
			break;
		q->heap[i] = q->heap[child];
		i = child;
	}
	q->heap[i] = last;
	q->vacant[q->vacants++] = slot;
	return &q->pool[slot];
}

uint32_t queue_peak(const struct queue *q)
{
	return q->peak;
}
