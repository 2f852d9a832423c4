/*
 * Files by which a name is looked up on the client: a line of /etc/hosts that is
 * out of date, and the hosts line of nsswitch.conf.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "diag/cause.h"
#include "fix/kit.h"
#include "net/hosts_file.h"
#include "net/nsswitch.h"

struct mending {
	struct fix_planning *p;
	const char *path, *content, *line;
	uint64_t number;
};

static int put(struct mending *m, const struct kit_frame *frame,
	       const char *after, const char *effect)
{
	const struct kit_file file = { .path = m->path,
				       .before = m->content,
				       .after = after };
	struct fix_candidate *c;

	if (!after)
		return -ENOMEM;
	c = kit_propose(m->p, frame);
	if (!c || !kit_file(m->p, c, false, &file))
		return -ENOMEM;
	kit_effect(m->p, c, "%s", effect);
	kit_effect(
		m->p, c,
		_("Programs that run keep the old answer until they ask again."));
	return 0;
}

/* The name's place in the line, as a word; NULL. */
static const char *name_in(const char *line, const char *host)
{
	size_t n = strlen(host);

	for (const char *s = line; *s && *s != '#'; s++)
		if (s > line && strchr(" \t", s[-1]) &&
		    !strncasecmp(s, host, n) && (!s[n] || strchr(" \t#", s[n])))
			return s;

	return NULL;
}

/* Whether other names stand in it. */
static bool has_others(const char *line, const char *host)
{
	size_t words = 0;

	(void)host;
	while (*(line += strspn(line, " \t")) && *line != '#') {
		words++;
		line += strcspn(line, " \t#");
	}

	return words > 2;
}

static int mend_hosts(struct mending *m)
{
	struct fix_planning *p = m->p;
	const char *host = p->record ? p->record->target.host : NULL;
	const char *at = host && *host ? name_in(m->line, host) : NULL;
	size_t n = at ? strlen(host) : 0;
	struct kit_frame frame = {
		.id = "hosts-line",
		.risk = FIX_RISK_LOW,
		.risk_text = _(
			"The name is then asked of what comes behind /etc/hosts: DNS, as a rule."),
		.is_unknown = true,
		.lasts = FIX_LASTS_YES,
		.lasts_text = _("It is a file."),
	};
	const char *words = NULL;

	if (!at)
		return -ENOENT;
	if (has_others(m->line, host)) {
		n += strspn(at + n, " \t");
		words = fix_words(
			p, "%.*s%s",
			(int)(at - m->line - (long)strspn(m->line, " \t")),
			m->line + strspn(m->line, " \t"), at + n);
	}
	frame.summary = fix_words(p, _("take %1$s out of %2$s, line %3$llu"),
				  host, m->path, (unsigned long long)m->number);
	return put(m, &frame, kit_replaced(p, m->content, m->number, words),
		   fix_words(p, _("This host then asks name servers for %s."),
			     host));
}

/* Only where the name is asked of DNS afterwards. */
static bool asks_dns(struct mending *m, const char *after)
{
	const char *host = m->p->record ? m->p->record->target.host : NULL;
	struct nsswitch n;

	if (!after || !host)
		return false;
	nsswitch_read(&n, after, strlen(after));
	return nsswitch_way(&n, host) == NSSWITCH_ASKS_DNS;
}

static int mend_nsswitch(struct mending *m)
{
	struct fix_planning *p = m->p;
	const char *line = m->line + strspn(m->line, " \t");
	const char *open = strchr(line, '['), *after;
	const char *close = open ? strchr(open, ']') : NULL;
	size_t end = strcspn(line, "#");
	const struct kit_frame frame = {
		.id = "nsswitch-line",
		.summary = fix_words(
			p, _("let names be asked of DNS, in %1$s, line %2$llu"),
			m->path, (unsigned long long)m->number),
		.risk = FIX_RISK_LOW,
		.risk_text = _(
			"Names that nothing knew so far are then asked of name servers, by all programs of this host."),
		.is_unknown = true,
		.lasts = FIX_LASTS_YES,
		.lasts_text = _("It is a file."),
	};

	while (end && strchr(" \t", line[end - 1]))
		end--;
	after = kit_replaced(
		p, m->content, m->number,
		fix_words(p, "%.*s dns%s", (int)end, line, line + end));
	if (!asks_dns(m, after) && close) {
		const char *rest = close + 1 + strspn(close + 1, " \t");

		after = kit_replaced(
			p, m->content, m->number,
			fix_words(p, "%.*s%s", (int)(open - line), line, rest));
	}
	if (!asks_dns(m, after)) {
		fix_remark(
			p,
			_("%1$s, line %2$llu, has to be written anew: `hosts: files dns`."),
			m->path, (unsigned long long)m->number);
		return -ENOENT;
	}
	return put(m, &frame, after, frame.risk_text);
}

static int propose(struct fix_planning *p, const struct fix_fault *f)
{
	struct mending m = { .p = p };

	m.path = fix_culprit_text(f->culprit, "file");
	m.number = (uint64_t)fix_culprit_number(f->culprit, "line", 0);
	if (!kit_is_here(p, f) || !m.path || *m.path != '/' || !m.number ||
	    kit_read(p, m.path, &m.content))
		return -ENOENT;
	m.line = kit_line(p, m.content, m.number);
	if (!m.line)
		return -ENOENT;

	return !strcmp(f->cause->id, "dns-hosts-stale") ? mend_hosts(&m)
							: mend_nsswitch(&m);
}

const struct repair repair_names = {
	.id = "names",
	.culprits = { CULPRIT_CONFIG_LINE },
	.causes = { "dns-hosts-stale", "dns-nsswitch" },
	.propose = propose,
};
