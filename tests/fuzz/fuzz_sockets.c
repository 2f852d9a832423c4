/* What the kernel and /proc tell of sockets and processes, as a snapshot of
 * another machine may have it: any bytes for any question. */
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/text.h"
#include "host/listeners.h"
#include "host/listeners_proc.h"
#include "host/owners.h"
#include "host/process.h"
#include "host/reader.h"
#include "host/socket_options.h"
#include "host/spaces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 8192, INODE = 4711 };

struct parrot {
	struct reader reader;
	const uint8_t *data;
	size_t size;
};

static int say(struct reader *r, const struct reader_question *q,
	       struct text *answer)
{
	const struct parrot *p = (const struct parrot *)r;

	(void)q;
	text_bytes(answer, p->data, p->size);
	return 0;
}

static void read_sockets(const struct address *client)
{
	const struct listeners_question q = { .where = "",
					      .client = client,
					      .states = LISTENERS_ANY_STATE,
					      .protocol = IPPROTO_TCP };
	const struct listeners_packet p = { .address = *client,
					    .device = 2,
					    .has_address = true };
	struct text t = TEXT_NULL;
	struct listeners l;

	(void)listeners_read(&q, &l);
	for (size_t i = 0; i < l.count; i++) {
		if (listeners_fit(&l.list[i], &p) >= LISTENERS_FITS)
			abort();
		text_clear(&t);
		listeners_text(&t, &l.list[i], NULL);
	}
	listeners_done(&l);
	(void)listeners_proc_read(&q, &l);
	listeners_done(&l);
	text_done(&t);
}

static void read_processes(void)
{
	const uint32_t inodes[] = { INODE };
	struct socket_options options;
	struct process_files files;
	enum process_watch watch;
	struct owners owners;
	struct process p;
	struct spaces s;

	(void)owners_find(inodes, 1, &owners);
	owners_done(&owners);
	(void)process_read(1, &p);
	(void)process_files(1, &files);
	(void)process_watches(1, INODE, &watch);
	(void)socket_options_read(1, 3, INODE, &options);
	(void)spaces_read(&s);
	spaces_done(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parrot parrot = { { .ask = say }, data, size };
	const struct address client = address_v4(0xc0000201);

	if (size > MOST)
		return 0;

	reader_use(&parrot.reader);
	read_sockets(&client);
	read_processes();
	reader_use(NULL);
	return 0;
}
