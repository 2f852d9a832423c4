#include "host/client_name.h"

#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/text.h"
#include "host/reader.h"

enum { WAIT_SECONDS = 2 };

static socklen_t socket_address(const struct address *a,
				struct sockaddr_storage *ret)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	memset(ret, 0, sizeof(*ret));
	if (address_is_v4(a)) {
		memcpy(&v4.sin_addr, a->bytes + 12, sizeof(v4.sin_addr));
		memcpy(ret, &v4, sizeof(v4));
		return sizeof(v4);
	}
	memcpy(&v6.sin6_addr, a->bytes, sizeof(v6.sin6_addr));
	memcpy(ret, &v6, sizeof(v6));
	return sizeof(v6);
}

static bool is_numeric(const char *name)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };
	struct addrinfo *found;

	if (getaddrinfo(name, NULL, &hints, &found))
		return false;

	freeaddrinfo(found);
	return true;
}

/* The name must be the one that its own lookup gives, and lead back. */
static bool leads_back(const char *name, const struct sockaddr_storage *to,
		       socklen_t len)
{
	const struct addrinfo hints = { .ai_family = to->ss_family,
					.ai_socktype = SOCK_STREAM,
					.ai_flags = AI_CANONNAME };
	size_t from = to->ss_family == AF_INET
			      ? offsetof(struct sockaddr_in, sin_addr)
			      : offsetof(struct sockaddr_in6, sin6_addr);
	size_t size = to->ss_family == AF_INET ? 4 : 16;
	struct addrinfo *list;
	bool is_same, found = false;

	if (is_numeric(name) || getaddrinfo(name, NULL, &hints, &list))
		return false;

	is_same =
		(list->ai_canonname && !strcasecmp(list->ai_canonname, name)) ||
		!strcasecmp(name, "localhost");
	for (const struct addrinfo *i = list; i && is_same && !found;
	     i = i->ai_next)
		found = i->ai_addrlen == len &&
			!memcmp((const char *)i->ai_addr + from,
				(const char *)to + from, size);
	freeaddrinfo(list);
	return found;
}

static int ask(void *context, void *ret, size_t size)
{
	struct client_name *n = ret;
	struct sockaddr_storage to;
	socklen_t len = socket_address(context, &to);

	(void)size;
	if (!res_init()) {
		_res.retrans = WAIT_SECONDS;
		_res.retry = 1;
	}
	n->asked = WRAPPERS_NAME_NONE;
	if (getnameinfo((const struct sockaddr *)&to, len, n->name,
			sizeof(n->name), NULL, 0, NI_NAMEREQD))
		return 0;

	n->asked = leads_back(n->name, &to, len) ? WRAPPERS_NAME_KNOWN
						 : WRAPPERS_NAME_PARANOID;
	return 0;
}

int client_name_read(const struct address *a, struct client_name *ret)
{
	struct address copy = *a;
	struct text key = TEXT_NULL;
	int err;

	*ret = (struct client_name){ 0 };
	text_str(&key, "client-name ");
	address_text(&key, a);
	err = reader_value(text_string(&key), ask, &copy, ret, sizeof(*ret));
	text_done(&key);
	/* It may come from a file. */
	ret->name[sizeof(ret->name) - 1] = '\0';
	if (err || (unsigned)ret->asked > WRAPPERS_NAME_PARANOID)
		ret->asked = WRAPPERS_NAME_NOT_ASKED;
	return err;
}
