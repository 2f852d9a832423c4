/*
 * ufw's rules as its unit puts them together from pieces (ufw-init-functions of
 * ufw 0.36): its own chains, before.rules, after.rules, user.rules, the jumps
 * to the user's chains, and the policies last. All of it is added to what is
 * there, unless MANAGE_BUILTINS empties the tables first.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "ruleset/boot_parts.h"

static const char unit[] = "ufw.service";

struct settings {
	char enabled[8], v6[8], builtins[8];
	char input[16], output[16], forward[16];
};

/* NAME="value" or NAME=value; the last one holds. */
static void setting(const char *text, const char *name, char *value,
		    size_t size)
{
	size_t n = strlen(name);

	for (const char *at = text; at && *at; at = strchr(at, '\n')) {
		size_t len;

		at += strspn(at, "\n");
		if (strncmp(at, name, n) != 0 || at[n] != '=')
			continue;
		at += n + 1;
		at += strspn(at, "\"'");
		len = strcspn(at, "\"'\n \t#");
		if (len >= size)
			len = size - 1;
		memcpy(value, at, len);
		value[len] = '\0';
	}
}

static bool is_yes(const char *value)
{
	return !strcmp(value, "yes") || !strcmp(value, "YES");
}

static void put_jumps(struct text *t, const char *six, const char *hook,
		      const char *lower)
{
	static const char *const steps[] = { "before-logging", "before",
					     "after",          "after-logging",
					     "reject",         "track" };

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		text_format(t, ":ufw%s-%s-%s - [0:0]\n-A %s -j ufw%s-%s-%s\n",
			    six, steps[i], lower, hook, six, steps[i], lower);
}

static void put_policy(struct text *t, const char *six, const char *lower,
		       const char *policy)
{
	if (!strcmp(policy, "REJECT"))
		text_format(t, "-A ufw%s-reject-%s -j REJECT\n", six, lower);
	if (!strcmp(policy, "ACCEPT"))
		text_format(
			t,
			"-A ufw%1$s-track-%2$s -p tcp -m conntrack --ctstate NEW -j ACCEPT\n"
			"-A ufw%1$s-track-%2$s -p udp -m conntrack --ctstate NEW -j ACCEPT\n",
			six, lower);
	text_format(t,
		    ":ufw%1$s-skip-to-policy-%2$s - [0:0]\n"
		    "-A ufw%1$s-skip-to-policy-%2$s -j %3$s\n",
		    six, lower, policy);
}

static void put_chains(struct text *t, const char *six,
		       const struct settings *s)
{
	text_str(t, "*filter\n");
	put_jumps(t, six, "INPUT", "input");
	put_jumps(t, six, "OUTPUT", "output");
	put_jumps(t, six, "FORWARD", "forward");
	put_policy(t, six, "input", s->input);
	put_policy(t, six, "output", s->output);
	put_policy(t, six, "forward", s->forward);
	text_format(
		t,
		":ufw%1$s-logging-deny - [0:0]\n:ufw%1$s-logging-allow - [0:0]\n"
		":ufw%1$s-user-input - [0:0]\n:ufw%1$s-user-output - [0:0]\n"
		":ufw%1$s-user-forward - [0:0]\n"
		":ufw%1$s-user-logging-input - [0:0]\n"
		":ufw%1$s-user-logging-output - [0:0]\n"
		":ufw%1$s-user-logging-forward - [0:0]\n"
		":ufw%1$s-user-limit - [0:0]\n"
		":ufw%1$s-user-limit-accept - [0:0]\nCOMMIT\n",
		six);
}

static const char *policy_of(const char *setting)
{
	return strcmp(setting, "REJECT") != 0 ? setting : "DROP";
}

static void put_end(struct text *t, const char *six, const struct settings *s)
{
	text_format(
		t,
		"*filter\n:INPUT %2$s [0:0]\n:FORWARD %3$s [0:0]\n:OUTPUT %4$s [0:0]\n"
		"-A ufw%1$s-before-input -j ufw%1$s-user-input\n"
		"-A ufw%1$s-before-output -j ufw%1$s-user-output\n"
		"-A ufw%1$s-before-forward -j ufw%1$s-user-forward\nCOMMIT\n",
		six, policy_of(s->input), policy_of(s->forward),
		policy_of(s->output));
}

static void add_text(struct booting *b, struct text *t,
		     enum table_family family)
{
	const char *text =
		text_ok(t) ? arena_copy(b->r->arena, t->data, t->len) : NULL;

	if (text)
		boot_add_save(
			b, &(struct boot_save){ unit, "ufw-init-functions",
						text, t->len, family, false });
	else
		b->failed = true;
	text_done(t);
}

static void add_file(struct booting *b, const char *name, const char *six,
		     enum table_family family)
{
	char path[64];
	const char *full, *text;
	size_t len = 0;

	(void)snprintf(path, sizeof(path), "/etc/ufw/%s%s.rules", name, six);
	full = boot_path(b, path);
	text = boot_load(b, unit, full, &len);
	if (!text)
		return;

	boot_row(b, unit, full, BOOT_LOADED, NULL);
	boot_add_save(
		b, &(struct boot_save){ unit, full, text, len, family, false });
}

static void add_family(struct booting *b, const struct settings *s,
		       const char *six, enum table_family family)
{
	struct text t = TEXT_NULL;

	put_chains(&t, six, s);
	add_text(b, &t, family);
	add_file(b, "before", six, family);
	add_file(b, "after", six, family);
	add_file(b, "user", six, family);
	put_end(&t, six, s);
	add_text(b, &t, family);
}

/* IPv6 switched off: everything but loopback is dropped. */
static void add_v6_off(struct booting *b)
{
	static const char text[] =
		"*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n"
		":OUTPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n"
		"-A OUTPUT -o lo -j ACCEPT\nCOMMIT\n";

	boot_add_save(b,
		      &(struct boot_save){ unit, "ufw-init-functions", text,
					   sizeof(text) - 1, TABLE_IP6, true });
}

static void load_settings(struct booting *b, struct settings *s,
			  const char *conf)
{
	size_t len;
	const char *defaults =
		boot_load(b, unit, boot_path(b, "/etc/default/ufw"), &len);

	setting(defaults, "IPV6", s->v6, sizeof(s->v6));
	setting(defaults, "MANAGE_BUILTINS", s->builtins, sizeof(s->builtins));
	setting(defaults, "DEFAULT_INPUT_POLICY", s->input, sizeof(s->input));
	setting(defaults, "DEFAULT_OUTPUT_POLICY", s->output,
		sizeof(s->output));
	setting(defaults, "DEFAULT_FORWARD_POLICY", s->forward,
		sizeof(s->forward));
	setting(conf, "ENABLED", s->enabled, sizeof(s->enabled));
}

void boot_ufw(struct booting *b)
{
	struct settings s = { .v6 = "yes",
			      .input = "DROP",
			      .output = "ACCEPT",
			      .forward = "DROP" };
	const char *path = boot_path(b, "/etc/ufw/ufw.conf");
	size_t len;
	const char *conf = boot_load(b, unit, path, &len);

	if (!conf)
		return;

	load_settings(b, &s, conf);
	if (!is_yes(s.enabled)) {
		boot_row(b, unit, path, BOOT_NOT_ENABLED,
			 _("ufw is off: ENABLED=no."));
		return;
	}
	if (!boot_is_enabled(b, unit)) {
		boot_row(b, unit, path, BOOT_NOT_ENABLED,
			 _("Its unit is not enabled, so nothing loads it."));
		return;
	}
	if (is_yes(s.builtins))
		b->first = NULL;
	add_family(b, &s, "", TABLE_IP);
	if (is_yes(s.v6))
		add_family(b, &s, "6", TABLE_IP6);
	else
		add_v6_off(b);
}
