#include "fix/lockout.h"

#include <errno.h>
#include <netinet/in.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "base/text.h"
#include "fix/rules_edit.h"
#include "ruleset/packet_words.h"

enum { SYN = 2, ACK = 16, FAMILY_V4 = 2, FAMILY_V6 = 10, SSH = 22 };

static void say(struct packet_words *w, enum field f, u128 value)
{
	point_set(&w->point, f, value);
	w->said |= FIELD_BIT(f);
}

/* The device that has the address. */
static bool find_device(const struct walk_host *host, u128 address, u128 *ret)
{
	for (size_t i = 0; host && i < host->count; i++) {
		if (host->addresses[i].address != address)
			continue;
		*ret = host->addresses[i].interface;
		return true;
	}

	return false;
}

static struct point packet_of(const struct walk_host *host,
			      const struct fix_admin *admin, bool is_new)
{
	bool is_v4 = address_is_v4(&admin->client);
	u128 server = field_from_address(&admin->server), device;
	struct packet_words w = { 0 };

	say(&w, FIELD_FAMILY, is_v4 ? FAMILY_V4 : FAMILY_V6);
	if (find_device(host, server, &device))
		say(&w, FIELD_IIF, device);
	say(&w, FIELD_OIF, 0);
	say(&w, FIELD_SADDR, field_from_address(&admin->client));
	say(&w, FIELD_DADDR, server);
	say(&w, FIELD_PROTO, IPPROTO_TCP);
	say(&w, FIELD_DPORT, admin->server_port ? admin->server_port : SSH);
	if (!is_new && admin->client_port)
		say(&w, FIELD_SPORT, admin->client_port);
	say(&w, FIELD_TCP_FLAGS, is_new ? SYN : ACK);
	say(&w, FIELD_CT_STATE, is_new ? CT_NEW : CT_ESTABLISHED);
	packet_words_assume(&w);
	return w.point;
}

/* What it meets; of one whose entry was forgotten, tracking takes it for new. */
enum meeting { MEETS_OPEN, MEETS_FORGOTTEN, MEETS_NEW, MEETINGS };

static int refused(const struct ruleset *r, const struct walk_host *host,
		   const struct fix_admin *admin, enum meeting m,
		   struct arena *a, const struct walk_blocker **ret)
{
	struct walk_question q = {
		.packet = packet_of(host, admin, m == MEETS_NEW),
		.host = host,
	};
	struct walk_result w;
	int err;

	if (m == MEETS_FORGOTTEN)
		point_set(&q.packet, FIELD_CT_STATE, CT_NEW);
	err = walk_packet(r, &q, a, &w);
	*ret = !err && w.blocker_count ? w.blockers : NULL;
	return err;
}

static void tell(struct text *why, const struct fix_admin *admin,
		 enum meeting m, const struct walk_blocker *by)
{
	static const char *const words[MEETINGS] = {
		[MEETS_OPEN] =
			N_("the open session of %1$s would be cut by %2$s"),
		[MEETS_FORGOTTEN] = N_(
			"the open session of %1$s would be cut by %2$s once its conntrack entry is gone"),
		[MEETS_NEW] =
			N_("a new session from %1$s would be refused by %2$s"),
	};

	struct text who = TEXT_NULL, rule = TEXT_NULL;

	address_text(&who, &admin->client);
	text_str(&rule, by->verdict.chain->name);
	if (by->verdict.rule)
		text_format(&rule, " %u: %s", by->verdict.rule->number,
			    rules_edit_words(by->verdict.rule));
	text_format(why, _(words[m]), text_string(&who), text_string(&rule));
	text_done(&who);
	text_done(&rule);
}

static int check_admin(struct fix_planning *p, const struct ruleset *after,
		       const struct fix_admin *admin, struct arena *a,
		       struct text *why)
{
	for (int m = 0; m < MEETINGS; m++) {
		const struct walk_blocker *before, *then;
		int err;

		if (m != MEETS_NEW && !admin->client_port)
			continue;
		err = refused(p->ruleset, p->host, admin, (enum meeting)m, a,
			      &before);
		if (!err)
			err = refused(after, p->host, admin, (enum meeting)m, a,
				      &then);
		if (err)
			return err;
		if (!then || before)
			continue;
		tell(why, admin, (enum meeting)m, then);
		return 0;
	}

	return 1;
}

static int check_all(struct fix_planning *p, const struct fix_candidate *c,
		     struct ruleset *after, struct text *why)
{
	struct arena *a = arena_new();
	int ret = a ? 1 : -ENOMEM;

	for (size_t i = 0; i < c->now_count && ret == 1; i++)
		if (c->now[i].kind == CHANGE_RULES)
			ret = rules_edit_apply(after, &c->now[i].rules)
				      ? -EINVAL
				      : 1;
	for (size_t i = 0; i < p->admin_count && ret == 1; i++)
		ret = check_admin(p, after, &p->admins[i], a, why);
	arena_free(a);
	return ret;
}

int lockout_check(struct fix_planning *p, const struct fix_candidate *c,
		  struct text *why)
{
	struct problems *problems;
	struct ruleset *after;
	int ret;

	if (!p->admin_count || !p->ruleset)
		return 1;
	problems = problems_new();
	ret = problems ? fix_rules_read(p->source, problems, &after) : -ENOMEM;
	if (!ret) {
		ret = check_all(p, c, after, why);
		ruleset_free(after);
	}
	problems_free(problems);
	return ret;
}

int lockout_is_tied(const struct fix_planning *p, const struct fix_admin *admin)
{
	struct arena *a = arena_new();
	const struct walk_blocker *by = NULL;
	int err = a ? 0 : -ENOMEM;

	if (!err && p->ruleset)
		err = refused(p->ruleset, p->host, admin, MEETS_FORGOTTEN, a,
			      &by);
	arena_free(a);
	return err ? err : by != NULL;
}
