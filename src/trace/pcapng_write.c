#include "trace/pcapng_write.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	OPTION_NAME = 2,
	OPTION_RESOLUTION = 9,
	NAME_MOST = 64,
};

/* A block: its head, fields, data padded to 32 bits, options, length again. */
static int write_block(int fd, uint32_t type, const void *fields, size_t len,
		       const void *data, size_t data_len)
{
	static const char zeros[4];
	size_t pad = (4 - data_len % 4) % 4;
	uint32_t head[2] = { type, (uint32_t)(12 + len + data_len + pad) };
	struct iovec iov[] = {
		{ head, sizeof(head) },        { (void *)fields, len },
		{ (void *)data, data_len },    { (void *)zeros, pad },
		{ &head[1], sizeof(head[1]) },
	};
	ssize_t n = writev(fd, iov, sizeof(iov) / sizeof(*iov));

	if (n < 0)
		return -errno;
	return (size_t)n == head[1] ? 0 : -ENOSPC;
}

int pcapng_write_head(int fd)
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint64_t length;
	} section = { BYTE_ORDER_MAGIC, 1, 0, UINT64_MAX };

	return write_block(fd, BLOCK_SECTION, &section, sizeof(section), NULL,
			   0);
}

int pcapng_write_interface(int fd, uint16_t link, uint32_t snaplen,
			   const char *name)
{
	struct {
		uint16_t link, reserved;
		uint32_t snaplen;
	} fields = { link, 0, snaplen };

	struct {
		uint16_t code, len;
		uint8_t resolution, pad[3];
		uint16_t name_code, name_len;
		char name[NAME_MOST + 4];
	} options = { OPTION_RESOLUTION, 1, 9, { 0 }, OPTION_NAME, 0, "" };

	size_t len = strlen(name);

	if (len > NAME_MOST)
		len = NAME_MOST;
	options.name_len = (uint16_t)len;
	memcpy(options.name, name, len);
	/* Behind the padded name the end of the options: four zeros. */
	return write_block(fd, BLOCK_INTERFACE, &fields, sizeof(fields),
			   &options, 12 + (len + 3) / 4 * 4 + 4);
}

int pcapng_write_packet(int fd, uint32_t interface, int64_t time_ns,
			const void *data, uint32_t caplen, uint32_t len)
{
	const uint32_t fields[5] = { interface,
				     (uint32_t)((uint64_t)time_ns >> 32),
				     (uint32_t)time_ns, caplen, len };

	return write_block(fd, BLOCK_PACKET, fields, sizeof(fields), data,
			   caplen);
}
