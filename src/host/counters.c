#include "host/counters.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/cursor.h"
#include "base/text.h"
#include "host/reader.h"

enum { FILE_BYTES = 1 << 20 };

static const struct {
	const char *group, *name; /* "TcpExt", "TCPRetransFail" */
	const char *whole;        /* as nstat has it */
} rows[COUNTER_COUNT] = {
	[COUNTER_OUT_NO_ROUTES] = { "Ip", "OutNoRoutes", "IpOutNoRoutes" },
	[COUNTER_OUT_NO_ROUTES6] = { "", "Ip6OutNoRoutes", "Ip6OutNoRoutes" },
	[COUNTER_OUT_REQUESTS] = { "Ip", "OutRequests", "IpOutRequests" },
	[COUNTER_OUT_REQUESTS6] = { "", "Ip6OutRequests", "Ip6OutRequests" },
	[COUNTER_OUT_DISCARDS] = { "Ip", "OutDiscards", "IpOutDiscards" },
	[COUNTER_OUT_DISCARDS6] = { "", "Ip6OutDiscards", "Ip6OutDiscards" },
	[COUNTER_RETRANS_FAIL] = { "TcpExt", "TCPRetransFail",
				   "TcpExtTCPRetransFail" },
	[COUNTER_HOST_QUEUES] = { "TcpExt", "TCPSpuriousRtxHostQueues",
				  "TcpExtTCPSpuriousRtxHostQueues" },
	[COUNTER_ACCEPT_QUEUE] = { "TcpExt", "ListenOverflows",
				   "TcpExtListenOverflows" },
	[COUNTER_LISTEN_DROPS] = { "TcpExt", "ListenDrops",
				   "TcpExtListenDrops" },
	[COUNTER_SYN_QUEUE] = { "TcpExt", "TCPReqQFullDrop",
				"TcpExtTCPReqQFullDrop" },
	[COUNTER_MD5_MISSING] = { "TcpExt", "TCPMD5NotFound",
				  "TcpExtTCPMD5NotFound" },
	[COUNTER_MD5_UNEXPECTED] = { "TcpExt", "TCPMD5Unexpected",
				     "TcpExtTCPMD5Unexpected" },
	[COUNTER_MD5_WRONG] = { "TcpExt", "TCPMD5Failure",
				"TcpExtTCPMD5Failure" },
	[COUNTER_AO_REQUIRED] = { "TcpExt", "TCPAORequired",
				  "TcpExtTCPAORequired" },
	[COUNTER_AO_WRONG] = { "TcpExt", "TCPAOBad", "TcpExtTCPAOBad" },
	[COUNTER_AO_NO_KEY] = { "TcpExt", "TCPAOKeyNotFound",
				"TcpExtTCPAOKeyNotFound" },
	[COUNTER_LEAST_TTL] = { "TcpExt", "TCPMinTTLDrop",
				"TcpExtTCPMinTTLDrop" },
	[COUNTER_PAWS_TIMEWAIT] = { "TcpExt", "PAWSTimewait",
				    "TcpExtPAWSTimewait" },
	[COUNTER_SYN_CHALLENGE] = { "TcpExt", "TCPSYNChallenge",
				    "TcpExtTCPSYNChallenge" },
	[COUNTER_SOCKET_BACKLOG] = { "TcpExt", "TCPBacklogDrop",
				     "TcpExtTCPBacklogDrop" },
	[COUNTER_SOCKET_MEMORY] = { "TcpExt", "PFMemallocDrop",
				    "TcpExtPFMemallocDrop" },
	[COUNTER_SOCKET_QUEUE] = { "TcpExt", "TCPRcvQDrop",
				   "TcpExtTCPRcvQDrop" },
	[COUNTER_ACTIVE_OPENS] = { "Tcp", "ActiveOpens", "TcpActiveOpens" },
	[COUNTER_ATTEMPT_FAILS] = { "Tcp", "AttemptFails", "TcpAttemptFails" },
	[COUNTER_ABORT_ON_DATA] = { "TcpExt", "TCPAbortOnData",
				    "TcpExtTCPAbortOnData" },
	[COUNTER_ABORT_ON_CLOSE] = { "TcpExt", "TCPAbortOnClose",
				     "TcpExtTCPAbortOnClose" },
	[COUNTER_UDP_BUFFER] = { "Udp", "RcvbufErrors", "UdpRcvbufErrors" },
	[COUNTER_UDP_BUFFER6] = { "", "Udp6RcvbufErrors", "Udp6RcvbufErrors" },
	[COUNTER_UDP_NO_PORT] = { "Udp", "NoPorts", "UdpNoPorts" },
	[COUNTER_UDP_NO_PORT6] = { "", "Udp6NoPorts", "Udp6NoPorts" },
	[COUNTER_REVERSE_PATH] = { "TcpExt", "IPReversePathFilter",
				   "TcpExtIPReversePathFilter" },
	[COUNTER_SYN_RETRANS] = { "TcpExt", "TCPSynRetrans",
				  "TcpExtTCPSynRetrans" },
	[COUNTER_IN_CHECKSUM] = { "Tcp", "InCsumErrors", "TcpInCsumErrors" },
	[COUNTER_IN_ADDRESS] = { "Ip", "InAddrErrors", "IpInAddrErrors" },
	[COUNTER_LOCKED_ICMP] = { "TcpExt", "LockDroppedIcmps",
				  "TcpExtLockDroppedIcmps" },
	[COUNTER_IN_ADDRESS6] = { "", "Ip6InAddrErrors", "Ip6InAddrErrors" },
	[COUNTER_IN_NO_ROUTES] = { "IpExt", "InNoRoutes", "IpExtInNoRoutes" },
	[COUNTER_IN_NO_ROUTES6] = { "", "Ip6InNoRoutes", "Ip6InNoRoutes" },
	[COUNTER_UDP_CHECKSUM] = { "Udp", "InCsumErrors", "UdpInCsumErrors" },
	[COUNTER_UDP_CHECKSUM6] = { "", "Udp6InCsumErrors",
				    "Udp6InCsumErrors" },
	[COUNTER_REASSEMBLY] = { "Ip", "ReasmFails", "IpReasmFails" },
	[COUNTER_REASSEMBLY6] = { "", "Ip6ReasmFails", "Ip6ReasmFails" },
	[COUNTER_PAWS_PASSIVE] = { "TcpExt", "PAWSPassive",
				   "TcpExtPAWSPassive" },
};

const char *counters_name(enum counter c)
{
	return rows[c].whole;
}

/* A run of bytes in the text. */
struct word {
	const uint8_t *at;
	size_t len;
};

static struct cursor next_line(struct cursor *c)
{
	const uint8_t *from = c->pos;
	size_t len = 0, left = cursor_left(c);
	struct cursor line;

	while (len < left && from[len] != '\n')
		len++;
	line = cursor_take(c, len);
	if (cursor_left(c))
		cursor_skip(c, 1);
	return line;
}

static struct word next_word(struct cursor *c)
{
	struct word w;

	while (cursor_left(c) && (*c->pos == ' ' || *c->pos == '\t'))
		cursor_skip(c, 1);
	w.at = c->pos;
	while (cursor_left(c) && *c->pos != ' ' && *c->pos != '\t')
		cursor_skip(c, 1);
	w.len = (size_t)(c->pos - w.at);
	return w;
}

static bool is(struct word w, const char *s)
{
	return strlen(s) == w.len && !memcmp(w.at, s, w.len);
}

static uint64_t number(struct word w)
{
	uint64_t value = 0;

	for (size_t i = 0; i < w.len && w.at[i] >= '0' && w.at[i] <= '9'; i++)
		value = value * 10 + (uint64_t)(w.at[i] - '0');
	return value;
}

static void take(struct counters_taken *ret, struct word group,
		 struct word name, struct word value)
{
	for (size_t i = 0; i < COUNTER_COUNT; i++)
		if (is(name, rows[i].name) && is(group, rows[i].group)) {
			ret->value[i] = number(value);
			ret->has[i] = true;
		}
}

/* "Tcp: InErrs OutRsts" over "Tcp: 0 3". */
static void take_pair(struct counters_taken *ret, struct word group,
		      struct cursor names, struct cursor values)
{
	struct word second = next_word(&values);

	if (second.len != group.len || memcmp(second.at, group.at, group.len))
		return;

	group.len--; /* the colon */
	while (cursor_left(&names) && cursor_left(&values)) {
		struct word name = next_word(&names);

		take(ret, group, name, next_word(&values));
	}
}

void counters_parse(struct counters_taken *ret, const char *text, size_t len)
{
	struct cursor c = cursor_over(text, len);

	while (cursor_left(&c)) {
		struct cursor line = next_line(&c);
		struct word first = next_word(&line);

		if (first.len && first.at[first.len - 1] == ':')
			take_pair(ret, first, line, next_line(&c));
		else
			take(ret, (struct word){ first.at, 0 }, first,
			     next_word(&line));
	}
}

int counters_read(struct counters_taken *ret)
{
	static const char *const files[] = { "/proc/net/netstat",
					     "/proc/net/snmp",
					     "/proc/net/snmp6" };

	*ret = (struct counters_taken){ 0 };
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct text t = TEXT_NULL;
		int error = reader_file(files[i], FILE_BYTES, &t);

		if (!error)
			counters_parse(ret, text_string(&t), t.len);
		text_done(&t);
		/* There is no snmp6 where IPv6 is not built in. */
		if (error && i < 2)
			return error;
	}

	return 0;
}

uint64_t counters_grown(const struct counters_taken *before,
			const struct counters_taken *after, enum counter c)
{
	return after->value[c] > before->value[c]
		       ? after->value[c] - before->value[c]
		       : 0;
}
