/*
 * Something to be killed: watches drops and arms nftrace, as check and server do,
 * until its input ends.
 *
 * usage: killed [MODE]    (both: drops and nftrace, with legacy; plain: a table as
 *                          a kernel without owners has it, and its guardian;
 *                          restore: what the next run does first)
 */
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drops/drops.h"
#include "nftrace/arm.h"
#include "nftrace/guardian.h"
#include "nftrace/nftrace.h"

static const struct nftrace_request request = {
	.protocol = IPPROTO_TCP,
	.port = 80,
	.is_v4 = true,
	.has_legacy = true,
	.has_bridge = true,
};

/* Who holds the table has to be another process than who is waited for. */
static void hold_plain(void)
{
	struct mnl_socket *nl =
		mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	struct arm a = { .q = &request, .is_v4 = true, .is_plain = true };
	int ends[2], life;

	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) || pipe(ends))
		return;
	arm_name(&a);
	if (guardian_start(NULL, &a, ends[1], &life) || arm_make(&a, nl))
		return;
	printf("armed\n");
	(void)fflush(stdout);
	(void)getchar();
}

static void hold_both(void)
{
	const struct drops_request drops = { .protocol = IPPROTO_TCP,
					     .port = 80 };
	int files[2], controls[2];
	unsigned char first = 0;

	(void)drops_start(&drops, &files[0], &controls[0]);
	if (nftrace_start(&request, &files[1], &controls[1]))
		return;
	(void)recv(controls[1], &first, 1, 0);
	printf(first ? "refused\n" : "armed\n");
	(void)fflush(stdout);
	(void)getchar();
}

int main(int argc, char *argv[])
{
	const char *mode = argc > 1 ? argv[1] : "both";

	if (!strcmp(mode, "restore"))
		return nftrace_restore() < 0;
	if (!strcmp(mode, "plain"))
		hold_plain();
	else
		hold_both();
	return 0;
}
