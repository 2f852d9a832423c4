#pragma once

#include <stdbool.h>

#include "base/text.h"

/*
 * Through which remote session this process was started: SSH_CONNECTION of it or of
 * the nearest of its parents that has one, since sudo and su leave it out. Appends
 * it. False: none is known: a console, or no right to look.
 */
bool session_find(struct text *ret);

/* The user's name, and who he was before sudo: "root (alice)". */
void session_user(struct text *ret);
