#pragma once

#include "base/problem.h"
#include "fix/repair.h"
#include "ruleset/boot.h"

/*
 * Rules as files hold them: what the next boot would load (ruleset/boot.h), or,
 * where nothing but files was given, these. Read as they are, or as they would
 * be with some of them changed.
 *
 * An image belongs to the planning; image_forget() frees all of them, and with
 * them every rule that a drift or an effect points to.
 */
struct image {
	struct ruleset *rules; /* linked */
	struct problems *problems;
	struct boot boot; /* no rows where files were given */
	bool is_now;      /* as the files are */
	struct image *next;
};

/* As the files are. NULL: they cannot be asked, or there is no memory. Read
 * once. */
const struct image *image_now(struct fix_planning *p);

/* With the CHANGE_FILEs among these changes; 0 or -errno. -ENODATA: there are no
 * files to be asked. */
int image_with(struct fix_planning *p, const char *root,
	       const struct fix_change *changes, size_t count,
	       const struct image **ret);

/* What a file holds, or would hold, in the plan's arena; NULL: there is none, or
 * it cannot be read. */
const char *image_content(struct fix_planning *p,
			  const struct fix_change *changes, size_t count,
			  const char *path);

/* The path below the planning's root, in the plan's arena. */
const char *image_path(struct fix_planning *p, const char *path);

/* The state in which a boot finds the unit's file; -1: it is not spoken of. */
int image_unit(const struct image *i, const char *unit);

/* Rules in force, read again to be changed; they live as long as images do. 0 or
 * -errno. */
int image_in_force(struct fix_planning *p, struct ruleset **ret);

/* Rules as live_gather() wrote them. They live as long. 0 or -errno. */
int image_gathered(struct fix_planning *p, const void *data, size_t len,
		   const struct ruleset **ret);

/* A ruleset for nft with what it includes in its place, in the plan's arena:
 * path says in which folder it lies. */
const char *image_whole(struct fix_planning *p, const char *path,
			const char *text);

void image_forget(struct fix_planning *p);
