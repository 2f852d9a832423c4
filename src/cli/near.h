#pragma once

#include <stddef.h>

#include "cli/cli.h"

/*
 * What was probably meant by a word that is none of ours.
 */

/* How many letters have to be changed, added or left out. */
size_t near_distance(const char *a, const char *b);

/* Says that the command has no such option, and which it may have been.
 * EXIT_USAGE. */
int near_option(const struct command *command, const char *word);
