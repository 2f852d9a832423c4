#include <netinet/in.h>

#include "probe/speaker.h"

static const char *const schemes[] = { "ssh", "sftp", NULL };
static const uint16_t ports[] = { 22, 0 };

const struct speaker speaker_ssh = {
	.id = "ssh",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speaks_first = true,
};
