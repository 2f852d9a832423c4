#include "trace/foreign.h"

#include <stdbool.h>
#include <string.h>

#include "base/i18n.h"
#include "base/problem.h"

struct kind {
	const char *name;
	const char *magic;
	size_t len;
};

/* What editcap (of Wireshark) converts. */
static const struct kind captures[] = {
	{ "snoop", "snoop\0\0\0", 8 },
	{ "btsnoop", "btsnoop\0", 8 },
	{ "Microsoft Network Monitor 1", "RTSS", 4 },
	{ "Microsoft Network Monitor 2", "GMBU", 4 },
	{ "NetXray", "XCP\0", 4 },
	{ "NetXray", "VL\0\0", 4 },
	{ "Sniffer", "TRSNIFF data    ", 16 },
	{ "AIX iptrace", "iptrace 1.0", 11 },
	{ "AIX iptrace", "iptrace 2.0", 11 },
	{ "Observer", "ObserverPktBuffe", 16 },
	{ "Visual Networks", "\x05VNF", 4 },
	{ "5Views", "\xaa\xaa\xaa\xaa", 4 },
	{ "Ixia", "\x1c\x00\x01\xac", 4 },
	{ "Ixia", "\xac\x01\x00\x1c", 4 },
	{ "Ixia", "\x1c\x00\x01\xab", 4 },
	{ "Ixia", "\xab\x01\x00\x1c", 4 },
};

static const struct kind archives[] = {
	{ "bzip2", "BZh", 3 },         { "lz4", "\x04\x22\x4d\x18", 4 },
	{ "zip", "PK\x03\x04", 4 },    { "7z", "7z\xbc\xaf\x27\x1c", 6 },
	{ "compress", "\x1f\x9d", 2 }, { "rar", "Rar!\x1a\x07", 6 },
};

static const char *find(const struct kind *list, size_t count,
			struct cursor beginning)
{
	for (size_t i = 0; i < count; i++) {
		struct cursor c = beginning;
		const uint8_t *b = cursor_bytes(&c, list[i].len);

		if (b && memcmp(b, list[i].magic, list[i].len) == 0)
			return list[i].name;
	}

	return NULL;
}

void foreign_tell(struct problems *problems, const char *name,
		  struct cursor beginning)
{
	struct problem here = { .file = name };
	const char *kind;

	kind = find(captures, sizeof(captures) / sizeof(captures[0]),
		    beginning);
	if (kind) {
		problems_add(
			problems, &here,
			_("this is a %s capture, which cannot be read here; convert it: editcap -F pcap %s NEW.pcap"),
			kind, name);
	}

	kind = find(archives, sizeof(archives) / sizeof(archives[0]),
		    beginning);
	if (kind) {
		problems_add(
			problems, &here,
			_("this is packed with %s, which cannot be read here; unpack it first"),
			kind);
	}
}
