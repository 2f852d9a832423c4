#pragma once

#include "base/cursor.h"

struct problems;

/*
 * Captures and archives of kinds that are not read here, known by how they
 * begin. Only so that the user is told what the file is, and what to do.
 */
void foreign_tell(struct problems *problems, const char *name,
		  struct cursor beginning);

/* Bytes of the beginning that foreign_tell() looks at. */
enum { FOREIGN_MAGIC = 16 };
