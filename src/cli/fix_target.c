/* This host asks for it: it is tried as `kiriwake check' does. */
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/problem.h"
#include "cli/case_output.h"
#include "cli/check.h"
#include "cli/check_own_rules.h"
#include "cli/fix.h"
#include "cli/target.h"
#include "host/netlink.h"
#include "priv/confine.h"
#include "ruleset/model.h"
#include "ruleset/packet_words.h"

struct asking {
	struct check check;
	struct netlink *route;
	struct links links;
	struct ruleset *ruleset;
	struct text gathered;
};

static int read_target(struct fix_run *x)
{
	struct target *t = &x->record->target;
	struct text why = TEXT_NULL;
	int err = target_parse(t, x->record->arena, x->request->word,
			       x->request->port, &why);

	if (err == -EINVAL)
		err = cli_usage(x->request->command, "%s", text_string(&why));
	else if (!err && !t->port)
		err = cli_usage(x->request->command,
				_("which port of %s? Write HOST:PORT"),
				t->host);
	text_done(&why);
	return err;
}

static int open_all(struct fix_run *x, struct check *c)
{
	int err = case_output_open(&c->pcap_file, &c->case_file, NULL,
				   x->request->save);

	if (!err)
		err = check_rights_start(&c->rights, x->request->as_user);
	/* Whoever had nothing to give up asks the tools himself. */
	if (!err && c->rights.priv)
		err = confine_enter();
	return err == -EINVAL ? 0 : err;
}

static int read_links(struct asking *a)
{
	int err = netlink_open(&a->route, NETLINK_ROUTE);

	return err ? err : links_read(a->route, &a->links);
}

static int read_rules(struct fix_run *x, struct asking *a)
{
	int err = check_rights_gather(&a->check.rights, &a->gathered);

	x->source.gathered = text_string(&a->gathered);
	x->source.gathered_len = a->gathered.len;
	if (!err)
		err = fix_rules_read(&x->source, x->problems, &a->ruleset);
	return err;
}

/* What this host's own rules would have to do with it. Without them the rest of
 * a plan is as good. */
static int show_own(struct fix_run *x, struct asking *a)
{
	const struct attempt *at = x->verdict->attempt;
	struct packet_words w;
	size_t i;
	int err = read_links(a);

	if (err)
		return err == -ENOMEM ? err : 0;
	x->planning.links = &a->links;
	if (!at || x->verdict->verdict.place != PLACE_CLIENT)
		return 0;

	i = (size_t)(at - x->record->attempts);
	if (!a->check.local[i].has_route)
		return 0;
	err = read_rules(x, a);
	if (err)
		return err == -ENOMEM ? err : 0;

	check_own_rules_packet(at, &a->check.local[i], &w);
	x->planning.ruleset = a->ruleset;
	x->planning.source = &x->source;
	x->planning.packet = w.point;
	x->planning.has_packet = true;
	return 0;
}

static int look(struct fix_run *x)
{
	struct asking *a = calloc(1, sizeof(*a));
	struct check *c = a ? &a->check : NULL;
	int err;

	x->state = a;
	if (!a)
		return -ENOMEM;

	c->record = x->record;
	c->pcap_file = c->case_file = -1;
	err = read_target(x);
	if (!err)
		err = open_all(x, c);
	if (err)
		return err;

	c->options = x->request->options;
	c->options.open_socket = check_rights_socket;
	c->options.open_context = &c->rights;
	check_screen_init(&c->screen, &x->quiet, x->record);
	err = check_run(c);
	if (err)
		return err;

	x->verdict = &c->verdict;
	x->planning.may_read = true;
	return show_own(x, a);
}

static int save(struct fix_run *x)
{
	struct asking *a = x->state;

	return case_output_save(a->check.case_file, x->record);
}

static void done(struct fix_run *x)
{
	struct asking *a = x->state;
	struct check *c = a ? &a->check : NULL;

	if (!a)
		return;

	ruleset_free(a->ruleset);
	text_done(&a->gathered);
	links_done(&a->links);
	netlink_close(a->route);
	probe_runner_free(c->runner);
	diag_free(c->diag);
	check_rights_end(&c->rights);
	if (c->pcap_file >= 0)
		(void)close(c->pcap_file);
	if (c->case_file >= 0)
		(void)close(c->case_file);
	free(a);
}

const struct fix_look fix_target = { look, save, done, true };
