#include "net/service.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "net/services_table.h"

static uint8_t protocol_bit(uint8_t protocol)
{
	return protocol == IPPROTO_UDP ? SERVICES_UDP : SERVICES_TCP;
}

/* ASCII only: the user's locale must not change which names are equal. */
static unsigned lower(char c)
{
	unsigned u = (unsigned char)c;

	return u - 'A' < 26 ? u + ('a' - 'A') : u;
}

/* The order of the table, for a name that is not terminated. */
static int compare(const char *name, size_t len, const char *row)
{
	for (size_t i = 0; i < len; i++) {
		unsigned a = lower(name[i]);
		unsigned b = lower(row[i]);

		if (a != b)
			return a < b ? -1 : 1;
	}

	return row[len] ? -1 : 0;
}

/* The first row of that name, or the end. */
static size_t first_of_name(const char *name, size_t len)
{
	size_t low = 0;
	size_t high = services_table_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(name, len, services_table[middle].name) > 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}

	return low;
}

static bool port_from_table(const char *name, size_t len, uint8_t bit,
			    uint16_t *ret)
{
	const struct services_row *found = NULL;

	for (size_t i = first_of_name(name, len); i < services_table_count;
	     i++) {
		const struct services_row *row = &services_table[i];

		if (compare(name, len, row->name))
			break;
		if (!found || !(found->protocols & bit)) {
			if (!found || row->protocols & bit)
				found = row;
		}
	}

	if (found)
		*ret = found->port;
	return found;
}

static bool port_from_system(const char *name, uint8_t bit, uint16_t *ret)
{
	char buffer[2048];
	struct servent entry;
	struct servent *found = NULL;
	const char *protocol = bit == SERVICES_UDP ? "udp" : "tcp";

	if (getservbyname_r(name, protocol, &entry, buffer, sizeof(buffer),
			    &found) ||
	    !found)
		return false;

	*ret = ntohs((uint16_t)found->s_port);
	return true;
}

bool service_port(const char *name, size_t len, uint8_t protocol, uint16_t *ret)
{
	char copy[64];
	uint8_t bit = protocol_bit(protocol);

	/* A zero inside would match the end of a row's name. */
	if (!len || len >= sizeof(copy) || memchr(name, '\0', len))
		return false;
	if (port_from_table(name, len, bit, ret))
		return true;

	memcpy(copy, name, len);
	copy[len] = '\0';
	return port_from_system(copy, bit, ret);
}

static const struct services_row *by_port(size_t i)
{
	return &services_table[services_table_by_port[i]];
}

const char *service_iana_name(uint16_t port, uint8_t protocol)
{
	uint8_t bit = protocol_bit(protocol);
	size_t low = 0;
	size_t high = services_table_by_port_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_port(middle)->port < port) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}

	for (; low < services_table_by_port_count; low++) {
		if (by_port(low)->port != port)
			break;
		if (by_port(low)->printed & bit)
			return by_port(low)->name;
	}

	return NULL;
}
