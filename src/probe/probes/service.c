#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/i18n.h"
#include "probe/datagrams.h"
#include "probe/probe.h"
#include "probe/speaker.h"
#include "probe/talk.h"
#include "probe/talk_facts.h"
#include "probe/unknown.h"

/*
 * Speaks to the service over the connection that was made, by the speaker that
 * knows it. It blocks, and so must be started when nothing else is to go on.
 */
static bool can_run(const struct probing *p, struct text *why)
{
	if (p->attempt &&
	    (p->attempt->fd >= 0 || p->record->target.protocol == IPPROTO_UDP))
		return true;

	text_str(why, _("There is no connection to speak over."));
	return false;
}

/* Smaller than any link's: what gets through now was stopped by its size. */
enum { SMALL_SEGMENT = 536 };

enum { PORT_SYSTEM = 1024 };

/* What was expected by the number of the port only, and is not there. */
static bool is_only_other(const struct talk *t, const struct facts *found)
{
	static const enum fact_kind other[] = { FACT_OTHER_PROTOCOL,
						FACT_NOT_TLS_ANSWER,
						FACT_PLAIN_TO_TLS,
						FACT_REQUEST_UNANSWERED };

	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
		if (fact_has(&found->set, other[i]))
			return true;

	return t->sent && !t->in_total && t->end != TALK_OPEN;
}

/* High ports are anybody's: that another service than the usual one answers, or
 * one that does not know what it was asked, is no fault. */
static int converse_unsure(struct talk *t, const struct speaker *s)
{
	struct facts found = { .arena = t->facts->arena };
	struct facts *facts = t->facts;
	int err;

	t->facts = &found;
	err = s->speak(t);
	t->facts = facts;
	if (t->status == STEP_PASS || (s->speaks_first && !t->raw_total) ||
	    !is_only_other(t, &found)) {
		facts_join(facts, &found);
		return err;
	}

	text_clear(&t->words);
	t->is_stuck = false;
	if (t->raw_total)
		unknown_tell(t);
	else
		talk_says(t, STEP_PASS,
			  _("accepts connections, and does not answer as %s"),
			  s->id);
	return err;
}

static int converse(struct talk *t)
{
	const struct speaker *s = NULL;

	if (t->options->send)
		return unknown_send(t);
	if (t->target->service)
		s = speaker_find(t->target->service);
	if (!s || !s->speak)
		return unknown_speak(t);

	if (!t->target->is_service_sure && t->target->port >= PORT_SYSTEM)
		return converse_unsure(t, s);

	return s->speak(t);
}

/* The same conversation once more, of which nothing is told. Whether it went
 * well; or -errno. */
static int repeat(const struct talk *first, int most_segment)
{
	struct facts unheard = { .arena = first->facts->arena };
	struct talk t = {
		.target = first->target,
		.options = first->options,
		.facts = &unheard,
		.probing = first->probing,
		.fd = -1,
		.is_hasty = true,
		.status = STEP_SKIP,
	};
	int err = talk_again(&t, most_segment);

	if (err == 0)
		err = converse(&t);
	if (err == 0)
		err = !t.is_stuck && t.status == STEP_PASS;
	talk_done(&t);

	return err;
}

/*
 * An answer that does not come, or stops, may be too large for the way. It is
 * when the same one comes in small segments, and what was stopped before is
 * stopped again, or was seen to be on its way.
 */
static int try_small(struct talk *t)
{
	bool has_hole = talk_has_hole(t);
	struct talk_tcp tcp;
	int went;

	talk_tcp(t, &tcp);
	went = repeat(t, SMALL_SEGMENT);
	if (went > 0 && !has_hole)
		went = repeat(t, 0) == 0;
	if (went <= 0)
		return went == -EINTR ? went : 0;

	text_clear(&t->words);
	fact_tell(
		t->facts, FACT_LARGE_LOST, talk_source, NULL,
		_("With segments of at most %d bytes the same conversation "
		  "goes well; with %u bytes, as they are otherwise, it hangs."),
		SMALL_SEGMENT, tcp.their_segment);
	talk_says(t, STEP_FAIL,
		  _("large segments do not arrive: it hangs with %u bytes and "
		    "goes well with %d"),
		  tcp.their_segment, SMALL_SEGMENT);
	return 0;
}

static int begin(struct probing *p)
{
	struct talk t = {
		.target = &p->record->target,
		.options = p->options,
		.facts = p->facts,
		.probing = p,
		.status = STEP_SKIP,
		.is_datagram = p->record->target.protocol == IPPROTO_UDP,
	};
	int fd = p->attempt->fd;
	int err;

	if (t.is_datagram)
		fd = datagrams_open(p);
	if (fd < 0)
		return fd;
	talk_init(&t, fd);
	p->attempt->fd = -1;
	err = t.is_datagram ? datagrams_speak(&t) : converse(&t);
	if (err == 0 && t.is_stuck)
		err = try_small(&t);
	if (err == 0 || err == -EINTR)
		probe_end(p, t.status, "%s", text_string(&t.words));
	talk_done(&t);

	return err == -EINTR ? 0 : err;
}

static int ready(struct probing *p, int fd, short events)
{
	(void)p;
	(void)fd;
	(void)events;
	return 0;
}

static int due(struct probing *p)
{
	(void)p;
	return 0;
}

static enum step_status stop(struct probing *p, struct text *step)
{
	(void)p;
	text_str(step, _("stopped"));
	return STEP_SKIP;
}

const struct probe probe_service = {
	.id = "service",
	.title = N_("speaks to the service"),
	.can_run = can_run,
	.begin = begin,
	.ready = ready,
	.due = due,
	.stop = stop,
};
