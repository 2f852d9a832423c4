#pragma once

#include <stdbool.h>

#include "probe/http.h"
#include "probe/secure.h"
#include "probe/talk.h"

/*
 * One HTTP request and what its answer tells of the service: shared by the
 * speakers of http, https and of proxies.
 */

/* Asks for the target's path. secure: over TLS, or NULL. Tells the facts and
 * the step. 0 or -errno. */
int web_speak(struct talk *t, const struct secure *secure);
