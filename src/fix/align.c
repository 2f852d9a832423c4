#include "fix/align.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { CELLS_MOST = 4 << 20 };

static bool same(const struct align_line *x, const struct align_line *y)
{
	return !strcmp(x->words, y->words);
}

/* lengths[i][j]: how long what x has from i on and y from j on is. */
static int align_middle(struct arena *a, struct align_line *x, size_t x_count,
			const struct align_line *y, size_t y_count,
			size_t offset)
{
	size_t width = y_count + 1, i = 0, j = 0;
	uint32_t *lengths;

	if (!x_count || !y_count || (x_count + 1) > CELLS_MOST / width)
		return 0;
	lengths = arena_alloc(a, (x_count + 1) * width * sizeof(*lengths));
	if (!lengths)
		return -ENOMEM;

	for (size_t r = x_count; r-- > 0;)
		for (size_t c = y_count; c-- > 0;) {
			uint32_t down = lengths[(r + 1) * width + c];
			uint32_t right = lengths[r * width + c + 1];

			lengths[r * width + c] =
				same(&x[r], &y[c])
					? lengths[(r + 1) * width + c + 1] + 1
				: down > right ? down
					       : right;
		}
	while (i < x_count && j < y_count) {
		if (same(&x[i], &y[j]))
			x[i++].twin = offset + j++;
		else if (lengths[(i + 1) * width + j] >
			 lengths[i * width + j + 1])
			i++;
		else
			j++;
	}

	return 0;
}

int align(struct arena *a, struct align_line *x, size_t x_count,
	  const struct align_line *y, size_t y_count, size_t *ret_common)
{
	size_t head = 0, tail = 0, most = x_count < y_count ? x_count : y_count;
	int err;

	for (size_t i = 0; i < x_count; i++)
		x[i].twin = ALIGN_NONE;
	for (; head < most && same(&x[head], &y[head]); head++)
		x[head].twin = head;
	for (; tail < most - head &&
	       same(&x[x_count - tail - 1], &y[y_count - tail - 1]);
	     tail++)
		x[x_count - tail - 1].twin = y_count - tail - 1;
	err = align_middle(a, x + head, x_count - head - tail, y + head,
			   y_count - head - tail, head);
	*ret_common = 0;
	for (size_t i = 0; i < x_count; i++)
		*ret_common += x[i].twin != ALIGN_NONE;
	return err;
}
