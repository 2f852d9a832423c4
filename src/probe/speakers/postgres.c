#include <errno.h>
#include <netinet/in.h>

#include "base/i18n.h"
#include "probe/speaker.h"
#include "probe/talk_facts.h"

/*
 * PostgreSQL: whether it has TLS is a question of eight bytes with an answer of
 * one, and no login.
 */
static const char ssl_request[] = { 0, 0, 0, 8, 0x04, (char)0xd2, 0x16, 0x2f };

static const char *const schemes[] = { "postgres", "postgresql", NULL };
static const uint16_t ports[] = { 5432, 0 };

static int speak(struct talk *t)
{
	int n = talk_ask(t, ssl_request, sizeof(ssl_request));

	if (n <= 0)
		return n;

	if (t->in.len == 1 && t->in.data[0] == 'S')
		talk_tell_well(t, _("PostgreSQL, with TLS"));
	else if (t->in.len == 1 && t->in.data[0] == 'N')
		talk_tell_well(t, _("PostgreSQL, without TLS"));
	else
		talk_tell_other(t, "PostgreSQL");

	return 0;
}

const struct speaker speaker_postgres = {
	.id = "postgres",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speak = speak,
};
