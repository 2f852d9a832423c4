/*
 * hosts.allow and hosts.deny: one line more in hosts.allow, for this program
 * and this client alone. Where it has to stand is tried: the files are judged
 * again with it, as libwrap would, for the client and for others.
 */
#include <errno.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "fix/kit.h"
#include "host/client_name.h"
#include "host/reader.h"
#include "net/wrappers.h"

static const char allow_path[] = "/etc/hosts.allow";
static const char deny_path[] = "/etc/hosts.deny";

struct files {
	struct fix_planning *p;
	const char *daemon;
	const char *allow, *deny; /* contents; NULL: there is no such file */
	struct client_name name;
};

static int read_pattern_file(void *with, const char *path, struct text *out)
{
	(void)with;
	return reader_file(path, KIT_FILE_MOST, out);
}

static struct wrappers_file file_of(const char *name, const char *content)
{
	return (struct wrappers_file){
		.name = name,
		.text = content,
		.len = content ? strlen(content) : 0,
		.state = content ? WRAPPERS_READ : WRAPPERS_MISSING,
	};
}

/* As libwrap would with that hosts.allow. */
static void decide(struct files *f, const char *allow, const char *daemon,
		   const struct address *client, struct wrappers_decision *ret)
{
	const struct fix_ask *ask = &f->p->plan->ask;
	struct wrappers_file first = file_of(allow_path, allow);
	struct wrappers_file second = file_of(deny_path, f->deny);
	struct wrappers_ask question = { .daemon = daemon,
					 .client = { .address = *client },
					 .server = { .address = ask->server },
					 .server_port = ask->port,
					 .read = read_pattern_file };

	wrappers_decide(ret, &first, &second, &question);
	if (ret->answer != WRAPPERS_UNKNOWN ||
	    ret->why != WRAPPERS_CLIENT_NAME ||
	    !address_equal(client, &ask->client))
		return;

	/* Asked once. */
	if (!f->name.asked)
		(void)client_name_read(client, &f->name);
	question.client.asked = f->name.asked;
	question.client.name = f->name.name;
	wrappers_decide(ret, &first, &second, &question);
}

static bool is_same(const struct wrappers_decision *x,
		    const struct wrappers_decision *y)
{
	return x->answer == y->answer && x->is_broken == y->is_broken;
}

/* Others have the answer that they had: the next address of another network,
 * and another program. */
static bool keeps_others(struct files *f, const char *allow)
{
	const struct fix_ask *ask = &f->p->plan->ask;
	struct wrappers_decision before, after;
	struct address other = ask->client;

	decide(f, f->allow, "another.program", &ask->client, &before);
	decide(f, allow, "another.program", &ask->client, &after);
	if (!is_same(&before, &after))
		return false;

	other.bytes[kit_is_v4(f->p) ? 12 : 0] ^= 1;
	if (kit_is_one(f->p)) {
		other = ask->client;
		other.bytes[15] ^= 1;
	}
	if (kit_is_meant(ask, &other))
		return true;
	decide(f, f->allow, f->daemon, &other, &before);
	decide(f, allow, f->daemon, &other, &after);
	return is_same(&before, &after);
}

/* As hosts_access(5) has it: a net of IPv4 with its mask, IPv6 in brackets. */
static const char *pattern(struct fix_planning *p)
{
	const struct fix_ask *ask = &p->plan->ask;
	const char *address = kit_address(p, &ask->client);
	uint32_t mask;

	if (!kit_client(p))
		return "ALL";
	if (!kit_is_v4(p))
		return kit_is_one(p) ? fix_words(p, "[%s]", address)
				     : fix_words(p, "[%s]/%u", address,
						 ask->client_prefix);
	if (kit_is_one(p))
		return address;

	mask = ask->client_prefix ? UINT32_MAX << (32 - ask->client_prefix) : 0;
	return fix_words(p, "%s/%u.%u.%u.%u", address, mask >> 24,
			 mask >> 16 & 0xff, mask >> 8 & 0xff, mask & 0xff);
}

/* The first of those places where the line does what it is for; 0: none. The
 * end is best: what stands above it stays in force. But a last line without its
 * newline is not read, and must not come into force. */
static uint64_t find_place(struct files *f, const char *line, uint64_t decides,
			   const char **ret)
{
	const char *old = f->allow ? f->allow : "";
	uint64_t count = kit_line_count(old);
	bool is_whole = !*old || old[strlen(old) - 1] == '\n';
	const uint64_t tries[] = { is_whole ? count + 1 : count, decides, count,
				   count > 1 ? count - 1 : 1, 1 };

	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		struct wrappers_decision d;
		const char *new = kit_inserted(f->p, old, tries[i], line);

		if (!new)
			continue;
		decide(f, new, f->daemon, &f->p->plan->ask.client, &d);
		if (d.answer != WRAPPERS_ALLOWED || !keeps_others(f, new))
			continue;
		*ret = new;
		return tries[i];
	}

	return 0;
}

static const char *summary(struct files *f, const char *line, uint64_t at)
{
	uint64_t count = kit_line_count(f->allow ? f->allow : "");

	if (!f->allow)
		return fix_words(f->p, _("write %1$s with the line \"%2$s\""),
				 allow_path, line);
	if (at > count)
		return fix_words(f->p, _("add \"%1$s\" at the end of %2$s"),
				 line, allow_path);
	return fix_words(f->p, _("add \"%1$s\" to %2$s, above line %3$llu"),
			 line, allow_path, (unsigned long long)at);
}

static void tell_effect(struct files *f, struct fix_candidate *c)
{
	const char *client = kit_client(f->p);

	if (!client)
		kit_effect(f->p, c, _("%1$s then lets everyone use %2$s."),
			   allow_path, f->daemon);
	else
		kit_effect(f->p, c,
			   _("%1$s then lists %2$s for %3$s, and nobody else."),
			   allow_path, client, f->daemon);
	kit_effect(
		f->p, c,
		_("Both files were judged again with it, as libwrap reads them: the client gets in, and the answers for others stay as they are."));
}

static int put(struct files *f, const struct wrappers_decision *d)
{
	struct fix_planning *p = f->p;
	const char *line = fix_words(p, "%s: %s", f->daemon, pattern(p));
	bool is_in_allow = d->file && !strcmp(d->file, allow_path);
	struct kit_frame frame = { .id = "wrappers-allow",
				   .is_exact = kit_client(p) != NULL,
				   .lasts = FIX_LASTS_YES };
	struct kit_file file = { .path = allow_path, .before = f->allow };
	struct fix_candidate *c;
	uint64_t at =
		find_place(f, line, is_in_allow ? d->line : 0, &file.after);

	if (!at) {
		fix_remark(
			p,
			_("No place in %1$s was found where the line \"%2$s\" would do for this client alone."),
			allow_path, line);
		return -ENOENT;
	}

	frame.summary = summary(f, line, at);
	frame.why =
		d->line ? fix_words(p, _("%1$s, line %2$u, refuses it: %3$s."),
				    d->file, d->line, d->text)
			: NULL;
	frame.risk_text =
		_("One line more, which no other program or client meets.");
	frame.lasts_text = _(
		"libwrap reads the files anew for every connection, and they are there after a boot.");
	c = kit_propose(p, &frame);
	if (!c || !kit_file(p, c, false, &file))
		return -ENOMEM;
	tell_effect(f, c);
	return 0;
}

static int load(struct fix_planning *p, const char *path, const char **ret)
{
	int err = kit_read(p, path, ret);

	*ret = err ? NULL : *ret;
	if (err && err != -ENOENT && err != -ENOMEM)
		fix_remark(p, _("%1$s cannot be read here: %2$s."), path,
			   strerror(-err));
	return err == -ENOENT ? 0 : err;
}

static int propose(struct fix_planning *p, const struct fix_fault *fault)
{
	struct files f = { .p = p,
			   .daemon =
				   fix_culprit_text(fault->culprit, "daemon") };
	struct wrappers_decision d;
	int err;

	if (!kit_is_here(p, fault))
		return -ENOENT;
	/* A word of ours goes into the file: it must not be two. */
	if (!kit_is_word(f.daemon) || strpbrk(f.daemon, ":,@/")) {
		fix_remark(
			p,
			_("Which program asks libwrap is not known, so the line for %s cannot be made."),
			allow_path);
		return -ENOENT;
	}

	err = load(p, allow_path, &f.allow);
	if (!err)
		err = load(p, deny_path, &f.deny);
	if (err)
		return err == -ENOMEM ? err : -ENOENT;
	decide(&f, f.allow, f.daemon, &p->plan->ask.client, &d);
	if (d.answer == WRAPPERS_ALLOWED) {
		fix_remark(
			p,
			_("hosts.allow and hosts.deny let the client use %s by now."),
			f.daemon);
		return -ENOENT;
	}

	return put(&f, &d);
}

const struct repair repair_wrappers = {
	.id = "wrappers",
	.culprits = { CULPRIT_WRAPPER_LINE },
	.propose = propose,
};
