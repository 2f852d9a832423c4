#include "fix/backup.h"

#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "ruleset/live.h"

enum { NAMES_MOST = 4096, DUMP = 32768 };

/* "[12:3400] -A", "-A" */
static bool is_rule(const char *line)
{
	if (*line == '[') {
		line += strcspn(line, "]\n");
		line += *line == ']';
		line += *line == ' ';
	}

	return !strncmp(line, "-A ", 3);
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

unsigned backup_save_entries(const char *at, const char **ret_end)
{
	unsigned count = 1;

	*ret_end = NULL;
	for (; *at && *at != '*'; at = next_line(at)) {
		if (!strncmp(at, "COMMIT", 6)) {
			*ret_end = next_line(at);
			break;
		}
		if (*at == ':') {
			const char *policy = at + strcspn(at, " \n");

			count += strncmp(policy, " - ", 3) ? 1 : 2;
		} else {
			count += is_rule(at);
		}
	}

	return count;
}

unsigned backup_save_rules(const char *text)
{
	unsigned count = 0;

	for (; *text; text = next_line(text))
		count += is_rule(text);

	return count;
}

unsigned backup_nft_rules(const char *text)
{
	static const char word[] = "# handle ";
	unsigned count = 0;

	for (; *text; text = next_line(text)) {
		size_t len = strcspn(text, "\n");
		const char *at = memmem(text, len, word, sizeof(word) - 1);

		/* "chain input { # handle 1" */
		if (at && at - text >= 2 && memcmp(at - 2, "{ ", 2) != 0)
			count++;
	}

	return count;
}

static void name_table(char *to, const char *name)
{
	size_t len = strlen(name);

	memcpy(to, name,
	       len < XT_TABLE_MAXNAMELEN ? len : XT_TABLE_MAXNAMELEN - 1);
}

static int entries_v4(int fd, const char *table)
{
	struct ipt_getinfo info = { 0 };
	socklen_t size = sizeof(info);

	name_table(info.name, table);
	if (getsockopt(fd, IPPROTO_IP, IPT_SO_GET_INFO, &info, &size))
		return -errno;

	return (int)info.num_entries;
}

static int entries_v6(int fd, const char *table)
{
	struct ip6t_getinfo info = { 0 };
	socklen_t size = sizeof(info);

	name_table(info.name, table);
	if (getsockopt(fd, IPPROTO_IPV6, IP6T_SO_GET_INFO, &info, &size))
		return -errno;

	return (int)info.num_entries;
}

/* Of one table; -errno. */
static int kernel_entries(int family, const char *table)
{
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	int ret;

	if (fd < 0)
		return -errno;
	ret = family == AF_INET ? entries_v4(fd, table) : entries_v6(fd, table);
	(void)close(fd);
	return ret;
}

/* Where the table begins in the words, behind its line. */
static const char *find_table(const char *text, const char *name, size_t len)
{
	for (; *text; text = next_line(text))
		if (*text == '*' && !strncmp(text + 1, name, len) &&
		    text[1 + len] == '\n')
			return next_line(text);

	return NULL;
}

static int check_table(const char *text, int family, const char *name,
		       struct text *why)
{
	const char *end, *at = find_table(text, name, strlen(name));
	int there = kernel_entries(family, name);

	if (there < 0)
		return there;
	if (at && (int)backup_save_entries(at, &end) == there && end)
		return 0;

	text_format(
		why,
		_("the backup is not whole: what the tool prints of table %s is not what the kernel counts"),
		name);
	return -EINVAL;
}

static int check_legacy(const char *text, int family, const char *list,
			struct text *why)
{
	struct text names = TEXT_NULL;
	int err = file_load(&names, list, NAMES_MOST);
	char *rest;

	(void)text_string(&names);
	for (char *name = err || !names.len ? NULL
					    : strtok_r(names.data, "\n", &rest);
	     name && !err; name = strtok_r(NULL, "\n", &rest))
		err = check_table(text, family, name, why);
	text_done(&names);
	return err == -ENOENT ? 0 : err;
}

static int count_message(const struct nlmsghdr *head, void *context)
{
	unsigned *count = context;

	if (head->nlmsg_type == ((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWRULE))
		(*count)++;

	return MNL_CB_OK;
}

static int dump_rules(struct mnl_socket *nl, unsigned *count)
{
	char buffer[DUMP];
	struct nlmsghdr *head = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *family;
	ssize_t len;
	int more = MNL_CB_OK;

	head->nlmsg_type = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETRULE;
	head->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	head->nlmsg_seq = 1;
	family = mnl_nlmsg_put_extra_header(head, sizeof(*family));
	family->nfgen_family = AF_UNSPEC;
	family->version = NFNETLINK_V0;
	if (mnl_socket_sendto(nl, head, head->nlmsg_len) < 0)
		return -errno;
	while (more == MNL_CB_OK) {
		len = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
		if (len < 0)
			return -errno;
		more = mnl_cb_run(buffer, (size_t)len, 1,
				  mnl_socket_get_portid(nl), count_message,
				  count);
	}

	return more < 0 ? -errno : 0;
}

static int kernel_nft(unsigned *ret)
{
	struct mnl_socket *nl =
		mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	int err;

	*ret = 0;
	if (!nl)
		return errno == EPROTONOSUPPORT ? 0 : -errno;
	err = mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) ? -errno
							 : dump_rules(nl, ret);
	(void)mnl_socket_close(nl);
	/* A kernel without nf_tables. */
	return err == -EOPNOTSUPP || err == -EINVAL ? 0 : err;
}

static bool get(const struct text *rules, enum live_source source,
		struct text *ret)
{
	bool is_other;

	return live_gathered_text(text_data(rules), rules->len, source, ret,
				  &is_other);
}

static int check_nft(const struct text *rules, struct text *why)
{
	struct text v4 = TEXT_NULL, v6 = TEXT_NULL, all = TEXT_NULL;
	unsigned there, told;
	int err = kernel_nft(&there);

	(void)get(rules, LIVE_IPTABLES_NFT, &v4);
	(void)get(rules, LIVE_IP6TABLES_NFT, &v6);
	(void)get(rules, LIVE_NFT, &all);
	told = backup_nft_rules(text_string(&all));
	/* Where nft alone has none, only its tables were asked for. */
	if (!told)
		told = backup_save_rules(text_string(&v4)) +
		       backup_save_rules(text_string(&v6));
	if (!err && told != there) {
		text_format(
			why,
			_("the backup is not whole: it holds %1$u rules of nft, the kernel %2$u"),
			told, there);
		err = -EINVAL;
	}
	text_done(&v4);
	text_done(&v6);
	text_done(&all);
	return err;
}

int backup_check(const struct text *rules, struct text *why)
{
	static const struct {
		enum live_source source;
		int family;
		const char *list;
	} legacy[] = {
		{ LIVE_IPTABLES_LEGACY, AF_INET, "/proc/net/ip_tables_names" },
		{ LIVE_IP6TABLES_LEGACY, AF_INET6,
		  "/proc/net/ip6_tables_names" },
	};

	int err = 0;

	for (size_t i = 0; i < sizeof(legacy) / sizeof(*legacy) && !err; i++) {
		struct text t = TEXT_NULL;

		(void)get(rules, legacy[i].source, &t);
		err = check_legacy(text_string(&t), legacy[i].family,
				   legacy[i].list, why);
		text_done(&t);
	}

	return err ? err : check_nft(rules, why);
}
