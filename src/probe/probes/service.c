#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "probe/first_bytes.h"
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
	if (p->attempt && p->attempt->fd >= 0)
		return true;

	text_str(why, _("There is no connection to speak over."));
	return false;
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

	return s->speak(t);
}

static int begin(struct probing *p)
{
	struct talk t = {
		.target = &p->record->target,
		.options = p->options,
		.facts = p->facts,
		.probing = p,
		.status = STEP_SKIP,
	};
	int err;

	talk_init(&t, p->attempt->fd);
	p->attempt->fd = -1;
	err = converse(&t);
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
