#include "host/generic.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>

#include "base/text.h"
#include "host/netlink.h"

struct family {
	uint16_t type;
	char name[GENERIC_NAME];
};

static struct family read_family(const struct nlmsghdr *m)
{
	struct netlink_walk w =
		netlink_attributes(m, sizeof(struct genlmsghdr));
	struct family f = { 0 };
	const struct nlattr *a;

	while ((a = netlink_next(&w)) != NULL) {
		uint16_t type = mnl_attr_get_type(a);

		if (type == CTRL_ATTR_FAMILY_ID &&
		    !mnl_attr_validate(a, MNL_TYPE_U16))
			f.type = mnl_attr_get_u16(a);
		if (type == CTRL_ATTR_FAMILY_NAME &&
		    mnl_attr_validate(a, MNL_TYPE_NUL_STRING) >= 0)
			memcpy(f.name, mnl_attr_get_str(a),
			       strnlen(mnl_attr_get_str(a), GENERIC_NAME - 1));
	}

	return f;
}

static int take(const struct nlmsghdr *m, void *context)
{
	struct family *f = context;
	struct family this = read_family(m);

	if (this.type && !strcmp(this.name, f->name))
		f->type = this.type;
	return 0;
}

static struct nlmsghdr *question(struct netlink_request *room)
{
	struct nlmsghdr *m = netlink_request(room, GENL_ID_CTRL, NLM_F_DUMP);
	struct genlmsghdr *g = mnl_nlmsg_put_extra_header(m, sizeof(*g));

	g->cmd = CTRL_CMD_GETFAMILY;
	g->version = 1;
	return m;
}

int generic_family(struct netlink *n, const char *name, uint16_t *ret)
{
	struct family f = { 0 };
	struct netlink_request room;
	int error;

	memcpy(f.name, name, strnlen(name, sizeof(f.name) - 1));
	error = netlink_ask(n, question(&room), take, &f);
	if (!error && !f.type)
		error = -ENOENT;
	if (!error)
		*ret = f.type;
	return error;
}

size_t generic_question(void *ret, size_t size)
{
	struct netlink_request room;
	const struct nlmsghdr *m = question(&room);

	if (m->nlmsg_len > size)
		return 0;

	memcpy(ret, m, m->nlmsg_len);
	return m->nlmsg_len;
}

void generic_name(const struct text *answer, uint16_t type,
		  char ret[static GENERIC_NAME])
{
	const struct nlmsghdr *m = (const void *)answer->data;
	int left = (int)answer->len;

	*ret = '\0';
	for (; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left)) {
		struct family f = read_family(m);

		if (m->nlmsg_type == GENL_ID_CTRL && f.type == type)
			memcpy(ret, f.name, GENERIC_NAME);
	}
}
