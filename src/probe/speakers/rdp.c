#include <errno.h>
#include <netinet/in.h>

#include "base/cursor.h"
#include "base/i18n.h"
#include "probe/speaker.h"
#include "probe/talk_facts.h"

/*
 * RDP (MS-RDPBCGR 2.2.1.1): the connection request of X.224 in a TPKT, and its
 * confirmation. Nobody logs in.
 */
static const char request[] = { 3, 0, 0, 19, 14, (char)0xe0, 0, 0, 0, 0,
				0, 1, 0, 8,  0,  3,          0, 0, 0 };

enum { CONFIRM = 0xd0, HEADER = 5 };

static const char *const schemes[] = { "rdp", NULL };
static const uint16_t ports[] = { 3389, 0 };

static bool is_confirmed(const struct talk *t)
{
	struct cursor c = talk_cursor(t, 0);
	uint8_t version = cursor_u8(&c);

	cursor_skip(&c, HEADER - 1);
	return cursor_u8(&c) == CONFIRM && cursor_ok(&c) && version == 3;
}

static int speak(struct talk *t)
{
	int n = talk_ask(t, request, sizeof(request));

	if (n <= 0)
		return n;
	if (is_confirmed(t))
		talk_tell_well(t, _("RDP confirms the connection"));
	else
		talk_tell_other(t, "RDP");

	return 0;
}

const struct speaker speaker_rdp = {
	.id = "rdp",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speak = speak,
};
