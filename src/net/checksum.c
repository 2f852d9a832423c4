#include "net/checksum.h"

#include "base/cursor.h"

/* RFC 1071 2: in the other byte order, two words at a time, is the same once the
 * carries are folded and the bytes are turned. */
static uint16_t add_words(struct cursor c)
{
	uint64_t sum = 0;

	while (cursor_left(&c))
		sum += cursor_le32(&c);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);

	return (uint16_t)(sum << 8 | sum >> 8);
}

uint64_t checksum_add(uint64_t sum, const uint8_t *data, size_t len)
{
	size_t i = len & ~(size_t)3;

	sum += add_words(cursor_over(data, i));
	for (; i + 1 < len; i += 2)
		sum += (uint64_t)data[i] << 8 | data[i + 1];
	if (i < len)
		sum += (uint64_t)data[i] << 8;

	return sum;
}

uint16_t checksum_fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);

	return (uint16_t)~sum;
}
