#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/i18n.h"
#include "probe/first_bytes.h"
#include "probe/greeting.h"
#include "probe/speaker.h"
#include "probe/talk_facts.h"

/* Redis: a PING is answered by PONG, or by the wish for a password. */

static const char *const schemes[] = { "redis", NULL };
static const uint16_t ports[] = { 6379, 0 };

static bool begins(const struct talk *t, const char *with)
{
	size_t len = strlen(with);

	return t->in.len >= len && !memcmp(t->in.data, with, len);
}

static int speak(struct talk *t)
{
	static const char ping[] = "*1\r\n$4\r\nPING\r\n";
	int n = talk_ask(t, ping, sizeof(ping) - 1);

	if (n <= 0)
		return n;
	n = talk_read_until(t, "\n", 0, talk_answer_until(t));
	if (n == -EINTR)
		return n;

	if (begins(t, "+PONG"))
		talk_tell_well(t, _("Redis answers PING"));
	else if (begins(t, "-NOAUTH"))
		talk_tell_well(t, _("Redis, which wants a password"));
	else if (begins(t, "-LOADING") || begins(t, "-MASTERDOWN") ||
		 begins(t, "-DENIED") || begins(t, "-ERR max"))
		greeting_tell_refusal(t, t->in.data, t->in.len);
	else
		talk_tell_other(t, "Redis");

	return 0;
}

const struct speaker speaker_redis = {
	.id = "redis",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speak = speak,
};
