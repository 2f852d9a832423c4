#pragma once

#include <dirent.h>
#include <stdbool.h>

#include "ruleset/boot.h"
#include "ruleset/model.h"

/* boot.c's own: what its files share. */

/* One table of a save file. */
struct boot_section {
	const char *file, *unit;
	enum table_family family;
	const char *table; /* as the line says it, up to its end */
	size_t table_len;
	const char *text;
	size_t len;
	uint64_t line;
	struct boot_section *next;
};

struct booting {
	struct ruleset *r;
	const char *root;
	struct boot *ret;
	boot_file *file;
	struct boot_section *first;
	bool has_units; /* something tells what is enabled */
	enum engine engine;
	bool failed; /* no memory */
};

void boot_row(struct booting *b, const char *unit, const char *file,
	      enum boot_state state, const char *why);

/* The path below the root, in the arena; "" when there is no memory. */
const char *boot_path(struct booting *b, const char *path);

/* The file's content, or NULL: there is none, or it cannot be read, which a
 * row tells then. */
const char *boot_load(struct booting *b, const char *unit, const char *path,
		      size_t *ret_len);

/* A save file. */
struct boot_save {
	const char *unit, *file;
	const char *text;
	size_t len;
	enum table_family family;
	bool replaces; /* earlier tables of the same names go */
};

void boot_add_save(struct booting *b, const struct boot_save *save);

/* The next name in a folder; NULL: there is none, or no folder. */
const char *boot_next(DIR *d);

/* Whether the unit is enabled, as far as that can be seen. */
bool boot_is_enabled(struct booting *b, const char *unit);

/* boot_ufw.c, boot_scripts.c */
void boot_ufw(struct booting *b);
void boot_scripts(struct booting *b);
/* boot_units.c: programs that build their rules when they start. */
void boot_builders(struct booting *b);
void boot_units_look(struct booting *b);
