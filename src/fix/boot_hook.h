#pragma once

#include <stdbool.h>

/*
 * Rules and settings of the kernel are gone at the next boot by themselves; what was
 * changed in files is not. So while such a change waits to be confirmed, the next
 * boot is told to take it back: by a unit of systemd's, or cron's @reboot. Both name
 * this very program.
 */

/* 0; -ENOENT: this host has neither; -errno. */
int boot_hook_set(void);
/* Nothing waits any more. */
void boot_hook_clear(void);

/* Where systemd runs, its timer takes back what waits then, should both sentries be
 * killed at once: by `fix undo --pending', which leaves alone what is settled. Where it
 * does not, nothing happens. */
void boot_hook_timer(const char *id, unsigned seconds);
