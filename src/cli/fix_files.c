/*
 * Rules alone: the first packet is walked through those files, and nothing is
 * asked of this host. What is not said of the packet stays open; where a rule
 * asks for it, so is the answer.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "cli/case_output.h"
#include "cli/fix.h"
#include "cli/rule_devices.h"
#include "cli/server.h"
#include "host/reader_record.h"
#include "ruleset/model.h"

enum { FILE_BYTES = 1 << 30, FLAG_SYN = 2, FAMILY_V4 = 2, FAMILY_V6 = 10 };

struct read_alone {
	struct server server; /* what its words mean */
	const char *texts[FIX_FILES];
	struct server_rules *rules;
	struct ruleset *ruleset; /* until it is theirs */
	struct snapshot *nothing;
	struct reader *nobody;
	struct diag *diag;
	struct case_verdict verdict;
	int pcap_file, case_file;
};

/* Their bytes, not looked at yet. */
static int load(struct fix_run *x, struct read_alone *s)
{
	const struct fix_request *r = x->request;

	for (size_t i = 0; i < r->file_count; i++) {
		struct text t = TEXT_NULL;
		int err = !strcmp(r->files[i], "-")
				  ? file_read(&t, STDIN_FILENO, FILE_BYTES)
				  : file_load(&t, r->files[i], FILE_BYTES);

		if (err && err != -ENOMEM) {
			const struct problem where = { .file = r->files[i] };

			problems_add(x->problems, &where, "%s", strerror(-err));
			text_done(&t);
			return EXIT_USAGE;
		}
		if (!err)
			s->texts[i] = arena_copy(x->record->arena,
						 text_string(&t), t.len);
		text_done(&t);
		if (err || !s->texts[i])
			return -ENOMEM;
	}

	x->source.names = r->files;
	x->source.texts = s->texts;
	x->source.count = r->file_count;
	return 0;
}

/* From now on nobody is asked, and nothing can be opened. */
static int shut(struct fix_run *x, struct read_alone *s)
{
	int err = case_output_open(&s->pcap_file, &s->case_file, NULL,
				   x->request->save);

	if (err)
		return err;
	s->nothing = snapshot_new();
	s->nobody = s->nothing ? reader_record_replay(s->nothing) : NULL;
	if (!s->nobody)
		return -ENOMEM;

	reader_use(s->nobody);
	return server_host_distrust();
}

/* SERVICE and --from; without them --packet says it all. */
static int read_words(struct fix_run *x, struct read_alone *s)
{
	const struct fix_request *r = x->request;
	struct server_request q = { .command = r->command,
				    .service = r->word,
				    .from = r->from };
	struct target *t = &x->record->target;
	struct text from = TEXT_NULL;
	int err = 0;

	if (!r->word && r->from)
		return cli_usage(r->command,
				 _("--from is of a SERVICE: which one?"));
	fix_ask_somebody(r, &from);
	if (from.len)
		q.from = text_string(&from);
	if (r->word)
		err = server_words(&s->server, &q, x->record);
	text_done(&from);
	if (err)
		return err;
	if (!r->word || s->server.is_unnamed)
		t->host = _("the server");
	return 0;
}

static void say(struct packet_words *w, enum field f, u128 value)
{
	if (w->said & FIELD_BIT(f))
		return;

	point_set(&w->point, f, value);
	w->said |= FIELD_BIT(f);
}

static void say_question(const struct look_question *q, struct packet_words *w)
{
	bool is_v4 = q->has_client
			     ? address_is_v4(&q->client)
			     : !q->has_server || address_is_v4(&q->server);

	say(w, FIELD_FAMILY, is_v4 ? FAMILY_V4 : FAMILY_V6);
	if (q->has_client)
		say(w, FIELD_SADDR, field_from_address(&q->client));
	if (q->has_server)
		say(w, FIELD_DADDR, field_from_address(&q->server));
	say(w, FIELD_PROTO, q->protocol);
	say(w, FIELD_DPORT, q->port);
	if (q->protocol == IPPROTO_TCP)
		say(w, FIELD_TCP_FLAGS, FLAG_SYN);
}

/* What differs from client to client, unless it was said. */
static void forget(struct packet_words *w)
{
	static const enum field unknown[] = {
		FIELD_SADDR,    FIELD_DADDR,     FIELD_SPORT,
		FIELD_LENGTH,   FIELD_TTL,       FIELD_TOS,
		FIELD_TCP_MSS,  FIELD_MAC_SADDR, FIELD_MAC_DADDR,
		FIELD_PHYS_IIF, FIELD_PHYS_OIF,
	};

	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		enum field f = unknown[i];
		bool is_known = (w->said | w->assumed) & FIELD_BIT(f);

		if (!is_known)
			point_forget(&w->point, f);
	}
}

/* The packet in words becomes the question. */
static void ask_packet(const struct packet_words *w, struct look_question *q)
{
	const struct point *p = &w->point;

	q->protocol = (uint8_t)p->value[FIELD_PROTO];
	q->port = (uint16_t)p->value[FIELD_DPORT];
	q->has_client = point_has(p, FIELD_SADDR);
	q->has_server = point_has(p, FIELD_DADDR);
	if (q->has_client)
		q->client = field_to_address(p->value[FIELD_SADDR]);
	if (q->has_server)
		q->server = field_to_address(p->value[FIELD_DADDR]);
}

static int check_packet(const struct fix_run *x, const struct packet_words *w)
{
	u128 proto = w->point.value[FIELD_PROTO];

	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (w->set[i])
			return cli_usage(
				x->request->command,
				_("one packet is traced: %s= takes one value here"),
				field_info[i].id);
	if (proto == IPPROTO_TCP || proto == IPPROTO_UDP)
		return 0;

	return cli_usage(x->request->command, "%s",
			 _("a plan is for a service of TCP or UDP"));
}

static int make_packet(struct fix_run *x, struct read_alone *s)
{
	struct fix_request *r = x->request;
	struct packet_words *w = &r->packet.packet;
	uint64_t assumed;
	int err = 0;

	if (r->packet.words || r->packet.from)
		err = firewall_packet_read(&r->frame, &r->packet);
	if (err)
		return err;
	if (r->word)
		say_question(&s->server.question, w);
	firewall_host_assume(&r->own, w);
	assumed = w->assumed;
	packet_words_assume(w);
	err = check_packet(x, w);
	w->assumed = assumed;
	forget(w);
	ask_packet(w, &s->server.question);
	x->record->target.protocol = s->server.question.protocol;
	x->record->target.port = s->server.question.port;
	return err;
}

/* By which interface it comes in, where nobody said. */
static int choose_device(const struct fix_run *x, struct read_alone *s)
{
	struct packet_words *w = &x->request->packet.packet;
	struct walk_plan *plan;
	struct rule_devices d;
	bool is_chosen;

	if ((w->said | w->assumed) & FIELD_BIT(FIELD_IIF))
		return 0;
	plan = walk_plan_new(s->ruleset);
	if (!plan)
		return -ENOMEM;

	rule_devices_find(s->ruleset, &d);
	is_chosen = rule_devices_choose(&d, plan, &w->point);
	walk_plan_free(plan);
	if (is_chosen)
		return 0;

	return cli_usage(
		x->request->command, "%s",
		_("which device do its packets come in by? The rules decide by it: --packet in=eth0, or --address eth0=ADDRESS/LENGTH"));
}

static int walk(struct fix_run *x, struct read_alone *s)
{
	const struct look_question *q = &s->server.question;
	struct facts *facts = &x->record->general;
	struct attempt *a = NULL;
	struct ruleset *r = s->ruleset;
	int err;

	if (q->has_server && q->has_client)
		a = case_client(x->record, &q->server, &q->client, 0);
	if (a)
		facts = &a->facts;
	fact_tell(&x->record->general, FACT_FORETOLD, "server", NULL, NULL);
	if (q->protocol == IPPROTO_UDP)
		fact_tell(&x->record->general, FACT_ASKS_UDP, "server", NULL,
			  NULL);
	fact_tell(facts,
		  x->request->packet.packet.point.value[FIELD_FAMILY] ==
				  FAMILY_V4
			  ? FACT_IS_V4
			  : FACT_IS_V6,
		  "server", NULL, NULL);
	s->ruleset = NULL;
	err = server_rules_of(&s->rules, r, &x->request->own.host, x->record);
	if (!err)
		err = server_rules_packet(
			s->rules, q, &x->request->packet.packet.point, facts);
	return err;
}

static void show(struct fix_run *x, const struct read_alone *s)
{
	struct server_rules_shown shown;
	struct fix_planning *p = &x->planning;

	server_rules_show(s->rules, &shown);
	p->ruleset = shown.ruleset;
	p->source = &x->source;
	if (shown.packet)
		p->packet = *shown.packet;
	p->has_packet = shown.packet;
	if (shown.host->count)
		p->host = shown.host;
	x->ruled = shown.kind;
}

static int read_rules(struct fix_run *x, struct read_alone *s)
{
	int err = fix_rules_read(&x->source, x->problems, &s->ruleset);

	if (err)
		return err;
	/* What was read in part would be changed in part. */
	return problems_count(x->problems) ? EXIT_USAGE : 0;
}

static int look(struct fix_run *x)
{
	struct read_alone *s = calloc(1, sizeof(*s));
	int err;

	x->state = s;
	if (!s)
		return -ENOMEM;

	s->pcap_file = s->case_file = -1;
	case_at(x->record, VANTAGE_SERVER);
	err = read_words(x, s);
	if (!err)
		err = load(x, s);
	if (!err)
		err = shut(x, s);
	if (!err)
		err = make_packet(x, s);
	if (!err)
		err = read_rules(x, s);
	if (!err)
		err = choose_device(x, s);
	if (!err)
		err = walk(x, s);
	if (err)
		return err;

	show(x, s);
	s->diag = diag_new();
	x->verdict = &s->verdict;
	return s->diag ? case_judge(s->diag, x->record, &s->verdict) : -ENOMEM;
}

static int save(struct fix_run *x)
{
	struct read_alone *s = x->state;

	return case_output_save(s->case_file, x->record);
}

static void done(struct fix_run *x)
{
	struct read_alone *s = x->state;

	if (!s)
		return;

	server_rules_free(s->rules);
	ruleset_free(s->ruleset);
	diag_free(s->diag);
	if (s->nobody)
		reader_use(NULL);
	reader_free(s->nobody);
	snapshot_free(s->nothing);
	if (s->pcap_file >= 0)
		(void)close(s->pcap_file);
	if (s->case_file >= 0)
		(void)close(s->case_file);
	free(s);
}

const struct fix_look fix_files = { look, save, done, false };
