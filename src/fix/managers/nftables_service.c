/*
 * nftables.service: /etc/nftables.conf and what it includes. The file is changed
 * where the chain stands, and nft is asked whether it takes it. The service
 * itself is left alone: its file begins with "flush ruleset", and so a reload
 * takes away what docker, firewalld and fail2ban made.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "fix/image.h"
#include "fix/kept_file.h"
#include "fix/manager.h"

/* Tables in force that the file does not load. */
static bool has_others(const struct fix_planning *p, const struct image *i)
{
	for (const struct table *t = p->ruleset->first; t; t = t->next) {
		bool found = t->engine == ENGINE_LEGACY;

		for (const struct chain *c = t->first; c && !found; c = c->next)
			found = kept_file_chain(i, c) != NULL;
		if (!found)
			return true;
	}

	return false;
}

static const char *main_file(const struct image *i)
{
	for (size_t n = 0; n < i->boot.count; n++)
		if (!strcmp(i->boot.row[n].unit, "nftables.service") &&
		    i->boot.row[n].state == BOOT_LOADED)
			return i->boot.row[n].file;

	return NULL;
}

/* Whether nft takes the file: nothing is loaded. */
static int check(struct fix_planning *p, struct fix_candidate *c,
		 const char *path)
{
	struct fix_change *run = fix_change_lasting(p, c, CHANGE_RUN);

	if (!run)
		return -ENOMEM;
	run->text = fix_words(p, _("nft checks %s, and loads nothing of it."),
			      path);
	run->run.argv = fix_argv(p, "nft", "-c", "-f", path, NULL);
	return run->run.argv ? 0 : -ENOMEM;
}

static int express(struct fix_planning *p, struct fix_candidate *c)
{
	int err = kept_file_express(p, c);
	const struct image *i = image_now(p);
	const char *path = i ? main_file(i) : NULL;
	const char *content = path ? image_content(p, NULL, 0, path) : NULL;

	if (err || !c->lasting_count || !content)
		return err;
	if (strstr(content, "flush ruleset") && has_others(p, i))
		c->lasts_text = fix_words(
			p,
			_("%1$s Do not reload nftables.service: %2$s flushes everything first, also what other programs made."),
			c->lasts_text, path);
	return check(p, c, path);
}

const struct manager manager_nftables_service = {
	.id = "nftables.service",
	.express = express,
	.is_file = true,
};
