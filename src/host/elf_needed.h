#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Which shared libraries an executable asks for (DT_NEEDED, elf(5)), from the
 * bytes of its file; of 32 and 64 bits, of either order. What those libraries
 * ask for in turn is not looked at.
 */

/* Whether one of them begins with this name. 1: yes; 0: no, as of one that is
 * linked statically; -EINVAL: it is no ELF file, or one that is cut off. */
int elf_needed_has(const void *data, size_t len, const char *name);
