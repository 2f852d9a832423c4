#pragma once

#include <stddef.h>

/*
 * Some answers of netlink hold keys: of IPsec, of TCP's MD5 signatures, of
 * WireGuard. Nothing here needs them, and what is answered may be saved and
 * sent to others. So they are blanked where they come from.
 */

/* Blanks the keys of one whole message. The family is NETLINK_XFRM or another;
 * generic: the name of what generic netlink's message is of, or NULL. */
void secrets_hide(int family, const char *generic, void *message);
