#include "cli/check_packets.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "base/file.h"
#include "cli/explain_evidence.h"
#include "cli/explain_flow.h"
#include "cli/source.h"
#include "probe/icmp_error.h"
#include "report/words.h"
#include "trace/flow.h"

/* What is taken over from the packets. The probes close their connections in
 * ways of their own, so endings and data are theirs to tell. */
static const enum fact_kind taken[] = {
	FACT_SYN_SEEN,
	FACT_SYN_REPEATED,
	FACT_SYN_ECN,
	FACT_SYN_WITHOUT_ECN,
	FACT_SYN_TIMESTAMP,
	FACT_SYN_NO_TIMESTAMP,
	FACT_SYNACK_SEEN,
	FACT_SYNACK_REPEATED,
	FACT_SYNACK_LATE,
	FACT_SYNACK_IGNORED,
	FACT_SYNACK_UNANSWERED,
	FACT_SYNACK_RESET,
	FACT_SYNACK_ZERO_WINDOW,
	FACT_SYNACK_OTHER_SOURCE,
	FACT_ACK_FOR_SYN,
	FACT_RST_FOR_SYN,
	FACT_RST_FROM_STACK,
	FACT_RST_OTHER_TTL,
	FACT_RST_SAME_TTL,
	FACT_ICMP_ERROR,
	FACT_ICMP_FROM_TARGET,
	FACT_ICMP_FROM_OTHER,
	FACT_ICMP_PROHIBITED,
	FACT_ICMP_PORT,
	FACT_ICMP_HOST,
	FACT_ICMP_NET,
	FACT_ICMP_PROTOCOL,
	FACT_ICMP_REJECT_ROUTE,
	FACT_ICMP_TOO_BIG,
	FACT_ICMP_AT_ONCE,
	FACT_ICMP_LATE,
};

struct reading {
	struct case_record *record;
	struct evidence *evidence;
	struct source source;
	uint64_t ordinal;

	struct {
		struct attempt *attempt;
		uint64_t ordinal;
	} found[CASE_ATTEMPTS];

	size_t count;
	int error;
};

/* The device that has the address; its own addresses are reached over lo. */
static bool device_of(char *name, size_t size, const struct attempt *a,
		      const struct ifaddrs *list)
{
	const char *from = NULL;

	if (!a->has_local)
		return false;
	if (address_equal(&a->local, &a->address) ||
	    address_is_loopback(&a->address))
		from = "lo";

	for (; list && !from; list = list->ifa_next) {
		struct address own;

		if (!list->ifa_addr)
			continue;
		own = icmp_error_address(list->ifa_addr);
		if (address_equal(&own, &a->local))
			from = list->ifa_name;
	}
	if (!from || strlen(from) >= size)
		return false;

	memcpy(name, from, strlen(from) + 1);
	return true;
}

static void add_device(struct live_request *q, const char *name)
{
	for (size_t i = 0; i < q->count; i++)
		if (!strcmp(q->devices[i], name))
			return;
	if (q->count < LIVE_DEVICES)
		memcpy(q->devices[q->count++], name, strlen(name) + 1);
}

/* Answers may come by another way than the packets go. */
static void add_others(struct live_request *q, const struct ifaddrs *list)
{
	for (; list; list = list->ifa_next)
		if (list->ifa_addr &&
		    (list->ifa_addr->sa_family == AF_INET ||
		     list->ifa_addr->sa_family == AF_INET6) &&
		    (list->ifa_flags & (IFF_UP | IFF_LOOPBACK)) == IFF_UP &&
		    strlen(list->ifa_name) < LIVE_NAME)
			add_device(q, list->ifa_name);
}

/* Own flows, and the errors and neighbours that concern them. */
static void make_request(struct live_request *q, const struct case_record *c)
{
	struct ifaddrs *list = NULL;
	struct text filter = TEXT_NULL;

	(void)getifaddrs(&list);
	text_str(&filter, "arp or icmp or icmp6");
	for (size_t i = 0; i < c->attempt_count; i++) {
		char name[LIVE_NAME];
		size_t before = filter.len;

		if (!device_of(name, sizeof(name), &c->attempts[i], list))
			continue;
		add_device(q, name);
		text_str(&filter, " or host ");
		address_text(&filter, &c->attempts[i].address);
		if (filter.len >= LIVE_FILTER)
			text_cut(&filter, before);
	}
	if (q->count)
		add_others(q, list);
	if (list)
		freeifaddrs(list);
	memcpy(q->filter, text_string(&filter), filter.len + 1);
	text_done(&filter);
}

void check_packets_begin(struct check_packets *p, struct check_rights *r,
			 struct case_record *c)
{
	struct live_request q = { 0 };
	int err;

	p->capture = recording_none();
	make_request(&q, c);
	if (!q.count)
		return;

	err = own_capture_begin(&p->capture, r, &q);
	if (err)
		case_not_looked(c, "capture", own_capture_reason(err));
}

static bool is_of(const struct flow *f, const struct case_record *c,
		  const struct attempt *a)
{
	if (f->protocol != (c->target.protocol == IPPROTO_UDP ? PACKET_UDP
							      : PACKET_TCP) ||
	    f->ports[FLOW_SERVER] != a->port ||
	    !address_equal(&f->addresses[FLOW_SERVER], &a->address))
		return false;

	return !a->local_port || f->ports[FLOW_CLIENT] == a->local_port;
}

/* It arrived, and this host's own rules kept it from the application, which
 * waited in vain: that is the fault. */
static bool is_held_back(const struct attempt *a, enum fact_kind kind)
{
	return kind == FACT_RST_FOR_SYN &&
	       fact_has(&a->facts.set, FACT_SYN_SILENCE) &&
	       fact_has(&a->facts.set, FACT_OWN_RULES_REPLY);
}

static void take_facts(struct reading *r, struct attempt *a,
		       const struct flow *f, const struct flow_note *note,
		       const struct fact_set *facts)
{
	struct report_flow told;
	struct text words = TEXT_NULL;

	explain_flow(&told, f, note, facts);
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++) {
		if (!fact_has(facts, taken[i]) || is_held_back(a, taken[i]))
			continue;
		text_clear(&words);
		words_fact(&words, &told, taken[i]);
		fact_tell(&a->facts, taken[i], "capture", NULL, "%s",
			  text_string(&words));
	}
	text_done(&words);

	r->error = evidence_want(r->evidence, r->ordinal, f);
	r->found[r->count].attempt = a;
	r->found[r->count++].ordinal = r->ordinal;
}

static void take_flow(void *context, const struct flow *f,
		      const struct flow_note *note,
		      const struct fact_set *facts)
{
	struct reading *r = context;

	r->ordinal++;
	for (size_t i = 0; i < r->record->attempt_count && !r->error; i++) {
		struct attempt *a = &r->record->attempts[i];
		bool is_known = false;

		for (size_t k = 0; k < r->count; k++)
			is_known = is_known || r->found[k].attempt == a;
		if (!is_known && is_of(f, r->record, a))
			take_facts(r, a, f, note, facts);
	}
}

static int read_flows(struct reading *r, struct flow_table *table)
{
	int err = own_capture_flows(&r->source, table);

	if (err < 0)
		return err;

	flow_table_each(table, take_flow, r);
	if (!r->error)
		r->error = evidence_fetch(r->evidence, &r->source, 1);
	for (size_t i = 0; i < r->count && !r->error; i++)
		evidence_lines(r->evidence, r->found[i].ordinal, &r->source,
			       r->found[i].attempt->lines);
	return r->error;
}

/* The lines outlive the evidence. */
static void keep_lines(struct case_record *c)
{
	for (size_t i = 0; i < c->attempt_count; i++)
		for (int k = 0; k < SHOWN_PACKETS; k++) {
			struct packet_line *l = &c->attempts[i].lines[k];

			if (l->line)
				l->line = arena_string(c->arena, l->line);
		}
}

static int read_capture(struct case_record *c, const void *data, size_t size)
{
	struct reading r = { .record = c,
			     .evidence = evidence_new(),
			     .source = own_capture_source(data, size,
							  VANTAGE_CLIENT) };
	struct flow_table *table = own_capture_table();
	int err = -ENOMEM;

	if (r.evidence && table)
		err = read_flows(&r, table);
	keep_lines(c);
	flow_table_free(table);
	evidence_free(r.evidence);
	return err;
}

/* Whether one of an attempt's packets was answered. */
struct asking {
	const struct case_record *record;
	const struct attempt *attempt;
	bool is_answered;
};

static void ask_flow(void *context, const struct flow *f,
		     const struct flow_note *note, const struct fact_set *facts)
{
	struct asking *ask = context;

	(void)note;
	if (is_of(f, ask->record, ask->attempt))
		ask->is_answered = ask->is_answered ||
				   fact_has(facts, FACT_SYNACK_SEEN) ||
				   fact_has(facts, FACT_RST_FOR_SYN) ||
				   fact_has(facts, FACT_UDP_ANSWERED);
}

int check_packets_answered(const struct check_packets *p,
			   const struct case_record *c, const struct attempt *a)
{
	struct asking ask = { .record = c, .attempt = a };
	struct flow_table *table = NULL;
	struct source source;
	void *data;
	size_t size;

	int err;

	if (!p || !p->capture.is_armed)
		return -ENODATA;

	err = recording_map(&p->capture, &data, &size);
	if (err || !size)
		return err;

	source = own_capture_source(data, size, VANTAGE_CLIENT);
	table = own_capture_table();
	err = table ? own_capture_flows(&source, table) : -ENOMEM;
	if (!err)
		flow_table_each(table, ask_flow, &ask);
	flow_table_free(table);
	recording_unmap(data, size);
	return err ? err : ask.is_answered;
}

int check_packets_end(struct check_packets *p, struct case_record *c,
		      int copy_to)
{
	void *data;
	size_t size;
	int err;

	if (!p->capture.is_armed)
		return 0;

	recording_finish(&p->capture);
	err = recording_map(&p->capture, &data, &size);
	if (!err && size && copy_to >= 0)
		err = file_write(copy_to, data, size);
	if (!err && size)
		err = read_capture(c, data, size);
	recording_unmap(data, size);
	recording_done(&p->capture);
	return err;
}
