/*
 * A script of the boot that restores a file: rc.local, /etc/network/if-pre-up.d,
 * a dispatcher's. The file is one of iptables-save, as any.
 */
#include "fix/kept_file.h"
#include "fix/manager.h"

const struct manager manager_boot_script = {
	.id = "boot-script",
	.express = kept_file_express,
	.is_file = true,
};
