#include "probe/greeting.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "probe/first_bytes.h"
#include "probe/talk_facts.h"

#define BYE_NS (INT64_C(100) * CLOCK_MILLISECOND)

static bool begins(const struct talk *t, const char *const *list)
{
	for (size_t i = 0; list && list[i]; i++) {
		size_t len = strlen(list[i]);

		if (t->in.len >= len && !memcmp(t->in.data, list[i], len))
			return true;
	}

	return false;
}

static bool holds(const struct talk *t, const char *word)
{
	return word && memmem(t->in.data, t->in.len, word, strlen(word));
}

void greeting_tell_refusal(struct talk *t, const void *words, size_t len)
{
	struct text shown = TEXT_NULL;

	first_bytes_clean(&shown, words, len);
	talk_tell_data(t);
	fact_tell(t->facts, FACT_SERVICE_REFUSED, talk_source, NULL,
		  _("The service refuses in words: \"%s\"."),
		  text_string(&shown));
	talk_says(t, STEP_FAIL, _("refuses: \"%s\""), text_string(&shown));
	text_done(&shown);
}

int greeting_hear(struct talk *t, const struct greeting *g)
{
	struct text shown = TEXT_NULL;
	int n = talk_greeting(t, g->name);

	if (n <= 0)
		return n;
	n = talk_read_until(t, "\n", 0, talk_answer_until(t));
	if (n == -EINTR)
		return n;

	if (begins(t, g->refusing)) {
		greeting_tell_refusal(t, t->in.data, t->in.len);
	} else if (begins(t, g->serving) && !holds(t, g->unlike)) {
		(void)talk_write_text(t, g->bye, talk_until(BYE_NS));
		first_bytes_clean(&shown, t->in.data, t->in.len);
		talk_tell_well(t, "%s", text_string(&shown));
	} else {
		talk_tell_other(t, g->name);
	}
	text_done(&shown);

	return 0;
}
