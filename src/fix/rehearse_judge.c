/* What became of the packets: before, and with the change. */
#include <errno.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "fix/rehearse_parts.h"
#include "ruleset/packet_words.h"

static const uint64_t told = FIELD_BIT(FIELD_IIF) | FIELD_BIT(FIELD_SADDR) |
			     FIELD_BIT(FIELD_DADDR) | FIELD_BIT(FIELD_PROTO) |
			     FIELD_BIT(FIELD_SPORT) | FIELD_BIT(FIELD_DPORT) |
			     FIELD_BIT(FIELD_TCP_FLAGS) |
			     FIELD_BIT(FIELD_ICMP_TYPE);

static bool has_turned(const struct rehearsing *s, size_t i)
{
	return s->fates_before[i] != s->fates_after[i] &&
	       s->fates_before[i] != ROOM_UNSENT &&
	       s->fates_after[i] != ROOM_UNSENT;
}

/* Nobody asked for that. */
static bool is_bad(const struct rehearsing *s, size_t i)
{
	const struct rehearse_packet *p = &s->packets[i];

	return has_turned(s, i) && ((!p->is_meant && !p->is_wider) ||
				    s->fates_after[i] != ROOM_PASSED);
}

/* What seems to have turned is tried once more: a packet can be lost where a
 * machine has no time. */
static int again(struct rehearsing *s)
{
	struct room_frame *frames;
	uint8_t *fates;
	size_t count = 0;
	int err;

	frames = calloc(s->packet_count + 1, sizeof(*frames));
	fates = calloc(s->packet_count + 1, 1);
	for (size_t i = 0; frames && i < s->packet_count; i++)
		if (is_bad(s, i))
			frames[count++] = s->frames[i];
	err = frames && fates ? 0 : -ENOMEM;
	if (!err && count)
		err = room_forget(s->room);
	if (!err && count)
		err = room_send(s->room, frames, count, fates);
	for (size_t i = 0, k = 0; !err && k < count; i++)
		if (is_bad(s, i))
			s->fates_after[i] = fates[k++];
	free(frames);
	free(fates);
	return err;
}

static const char *packet_text(struct rehearsing *s, const struct point *p)
{
	struct text t = TEXT_NULL;
	const char *ret;

	packet_words_text(&t, p, told);
	ret = fix_words(s->p, "%s", text_string(&t));
	text_done(&t);
	return ret;
}

static void judge_one(struct rehearsing *s, size_t i)
{
	static const char *const names[] = { "drop", "reject", "accept" };
	struct rehearsal *r = s->ret;

	if (s->fates_before[i] == ROOM_UNSENT ||
	    s->fates_after[i] == ROOM_UNSENT)
		return;
	r->witnesses++;
	if (!has_turned(s, i)) {
		r->kept++;
		return;
	}
	r->turned[r->turned_count++] = (struct rehearsal_witness){
		.packet = packet_text(s, &s->packets[i].point),
		.before = names[s->fates_before[i]],
		.after = names[s->fates_after[i]],
		.is_meant = s->packets[i].is_meant,
	};
}

int rehearse_judge(struct rehearsing *s, int64_t since)
{
	struct rehearsal *r = s->ret;
	size_t bad = 0, wider = 0;
	int err = again(s);

	if (err)
		return err;
	r->turned = arena_alloc(s->arena,
				(s->packet_count + 1) * sizeof(*r->turned));
	if (!r->turned)
		return -ENOMEM;
	for (size_t i = 0; i < s->packet_count; i++) {
		judge_one(s, i);
		bad += is_bad(s, i);
		wider += has_turned(s, i) && !s->packets[i].is_meant;
	}

	if (bad)
		rehearse_rows_set(
			s, REHEARSED_WITNESSES, REHEARSAL_FAIL, since,
			_("Of %zu packets that were sent before and after, %zu "
			  "have another fate that nobody asked for."),
			r->witnesses, bad);
	else if (wider)
		rehearse_rows_set(
			s, REHEARSED_WITNESSES, REHEARSAL_PASS, since,
			_("Of %zu packets that were sent before and after, %zu "
			  "are let in as well, which the rules accept: what "
			  "is changed is not for one client alone."),
			r->witnesses, wider);
	else
		rehearse_rows_set(
			s, REHEARSED_WITNESSES, REHEARSAL_PASS, since,
			_("Of %zu packets that were sent before and after, all "
			  "that are not meant keep their fate."),
			r->witnesses);
	return 0;
}
