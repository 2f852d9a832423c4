#include "base/i18n.h"
#include "host/look.h"

const struct look look_listener = {
	.id = "listener",
	.title = N_("sockets that listen on the port"),
};
