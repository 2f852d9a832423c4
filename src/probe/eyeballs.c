#include "probe/eyeballs.h"

#include "base/clock.h"

/* RFC 8305 5: the recommended Connection Attempt Delay. */
#define ATTEMPT_DELAY (250 * (int64_t)CLOCK_MILLISECOND)
/* net.ipv4.tcp_syn_retries = 6: 1 + 2 + 4 + … + 64 s. */
#define SILENT_WAIT (127 * CLOCK_SECOND)

static bool is_silent(const struct attempt *a)
{
	return !a->is_connected && !a->answered_after_ns &&
	       !fact_has(&a->facts.set, FACT_LOCAL_ERROR);
}

/* An attempt starts when the one before has failed, or a quarter of a second
 * after it; the first that is connected wins. */
static void race(struct eyeballs *ret, const struct attempt *attempts,
		 size_t count)
{
	int64_t start = 0;

	for (size_t i = 0; i < count; i++) {
		const struct attempt *a = &attempts[i];
		int64_t end = start + a->answered_after_ns;

		if (ret->racing >= 0 && start >= ret->racing_ns)
			return;
		if (a->is_connected &&
		    (ret->racing < 0 || end < ret->racing_ns)) {
			ret->racing = (int)i;
			ret->racing_ns = end;
		}
		if (is_silent(a) || a->is_connected ||
		    a->answered_after_ns > ATTEMPT_DELAY)
			start += ATTEMPT_DELAY;
		else
			start = end;
	}
}

static void queue(struct eyeballs *ret, const struct attempt *attempts,
		  size_t count)
{
	int64_t now = 0;

	for (size_t i = 0; i < count; i++) {
		const struct attempt *a = &attempts[i];

		now += is_silent(a) ? SILENT_WAIT : a->answered_after_ns;
		if (a->is_connected) {
			ret->sequential = (int)i;
			ret->sequential_ns = now;
			return;
		}
		ret->is_endless = ret->is_endless || is_silent(a);
		ret->failed_before++;
	}
}

void eyeballs_judge(struct eyeballs *ret, const struct attempt *attempts,
		    size_t count)
{
	*ret = (struct eyeballs){ .racing = -1, .sequential = -1 };
	race(ret, attempts, count);
	queue(ret, attempts, count);
}
