#include "fix/order.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "fix/step_signal.h"

static const char *const programs[] = {
	"arptables",
	"arptables-legacy",
	"bpftool",
	"brctl",
	"bridge",
	"conntrack",
	"cscli",
	"ebtables",
	"fail2ban-client",
	"firewall-cmd",
	"ip",
	"ip6tables",
	"ip6tables-legacy",
	"ip6tables-nft",
	"ipset",
	"iptables",
	"iptables-legacy",
	"iptables-nft",
	"ipvsadm",
	"netfilter-persistent",
	"nft",
	"nmcli",
	"rc-service",
	"service",
	"ss",
	"sysctl",
	"systemctl",
	"tc",
	"ufw",
};

static const char *const kind_names[] = {
	[CHANGE_RULES] = "rules",
	[CHANGE_FILE] = "file",
	[CHANGE_RUN] = "run",
};

enum { KINDS = sizeof(kind_names) / sizeof(*kind_names) };

bool order_may_run(const char *program)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (!strcmp(programs[i], program))
			return true;

	return false;
}

bool order_may_write(const char *path)
{
	size_t len = strlen(path);

	return path[0] == '/' && path[1] && path[len - 1] != '/' &&
	       len < 4096 && !strstr(path, "/../") && !strstr(path, "/./") &&
	       !strstr(path, "//") &&
	       (len < 3 || strcmp(path + len - 3, "/..") != 0);
}

/* "/etc/init.d/ssh": a name alone, so that it is in that folder. */
static bool is_boot_script(const char *program)
{
	static const char folder[] = "/etc/init.d/";
	const char *name = program + sizeof(folder) - 1;

	return !strncmp(program, folder, sizeof(folder) - 1) &&
	       isalnum((unsigned char)*name) && !strchr(name, '/');
}

/* What keeps a program of the kernel's, for as long as it may come back. */
static bool is_unpin(const char *const *argv)
{
	static const char pin[] = "/sys/fs/bpf/kiriwake-";

	return !strcmp(argv[0], "rm") && argv[1] && !strcmp(argv[1], "-f") &&
	       argv[2] && !argv[3] && !strncmp(argv[2], pin, sizeof(pin) - 1) &&
	       !strchr(argv[2] + sizeof(pin) - 1, '/');
}

bool order_may_run_words(const char *const *argv)
{
	return order_may_run(argv[0]) || is_boot_script(argv[0]) ||
	       is_unpin(argv) || step_signal_is(argv);
}

bool order_may_ask(const char *word)
{
	static const char *const options[] = {
		"-4",      "-6",     "--as",          "--ca",     "--control",
		"--count", "--send", "--server-name", "--source", "--timeout",
	};
	size_t len = strcspn(word, "=");

	if (word[0] != '-')
		return true;
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (strlen(options[i]) == len &&
		    !strncmp(options[i], word, len))
			return true;

	return false;
}

static size_t put_steps(struct order *o, const struct fix_change *list,
			size_t count, bool is_lasting, bool is_restarting)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].kind == CHANGE_RUN && list[i].run.is_restart &&
		    !is_restarting)
			continue;
		o->steps[o->count++] = (struct order_step){
			.change = list[i],
			.is_lasting = is_lasting,
		};
	}

	return o->count;
}

int order_make(struct order *ret, struct arena *a,
	       const struct fix_candidate *c, bool is_restarting)
{
	size_t most = c->now_count + c->lasting_count;

	*ret = (struct order){ .what = c->summary };
	ret->steps = arena_alloc(a, (most + 1) * sizeof(*ret->steps));
	if (!ret->steps)
		return -ENOMEM;

	put_steps(ret, c->now, c->now_count, false, is_restarting);
	put_steps(ret, c->lasting, c->lasting_count, true, is_restarting);
	return 0;
}

static void put_bytes(struct text *out, const char *name, const char *bytes,
		      size_t len)
{
	text_format(out, "%s %zu\n", name, len);
	text_bytes(out, bytes, len);
	text_char(out, '\n');
}

static void put(struct text *out, const char *name, const char *s)
{
	if (s)
		put_bytes(out, name, s, strlen(s));
}

static void put_number(struct text *out, const char *name, int64_t number)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%" PRId64, number);
	put(out, name, digits);
}

static void put_argv(struct text *out, const char *name,
		     const char *const *argv)
{
	for (size_t i = 0; argv && argv[i]; i++)
		put(out, name, argv[i]);
}

static void put_rules(struct text *out, const struct rules_change *c)
{
	put(out, "engine", engine_names[c->engine]);
	put(out, "family", table_family_names[c->family]);
	put(out, "table", c->table);
	put(out, "tool", c->tool);
	put(out, "script", c->script);
	put(out, "undo", c->undo);
}

static void put_step(struct text *out, const struct order_step *s)
{
	const struct fix_change *c = &s->change;

	put(out, "step", kind_names[c->kind]);
	put(out, "when", s->is_lasting ? "lasting" : "now");
	put(out, "text", c->text);
	put(out, "undo-text", c->undo_text);
	switch (c->kind) {
	case CHANGE_RULES:
		put_rules(out, &c->rules);
		break;
	case CHANGE_FILE:
		put(out, "path", c->file.path);
		put(out, "before", c->file.before);
		put(out, "after", c->file.after);
		put_number(out, "mode", c->file.mode);
		break;
	case CHANGE_RUN:
		put_argv(out, "argv", c->run.argv);
		put_argv(out, "undo-argv", c->run.undo);
		put_number(out, "restart", c->run.is_restart);
		break;
	}
}

int order_write(struct text *out, const struct order *o)
{
	put(out, "order", "1");
	put(out, "id", o->id);
	put(out, "what", o->what);
	put(out, "why", o->why);
	put(out, "who", o->who);
	put(out, "session", o->session);
	put(out, "service", o->service);
	put(out, "port", o->port);
	put(out, "client", o->client);
	for (size_t i = 0; i < o->asked_count; i++)
		put(out, "asked", o->asked[i]);
	put_number(out, "at", o->at_ns);
	put_number(out, "within", o->confirm_within_s);
	for (size_t i = 0; i < o->count; i++)
		put_step(out, &o->steps[i]);
	put(out, "end", "");
	return text_ok(out) ? 0 : -ENOMEM;
}

/* One field, as it was read. */
struct order_field {
	char name[16];
	const char *value; /* the arena's */
	size_t len;
};

struct reading {
	struct arena *arena;
	struct cursor at;
	struct order *order;
	struct order_step *step;               /* NULL: before the first */
	const char *words[2][ORDER_WORDS + 1]; /* argv, undo-argv */
	size_t word_count[2];
	bool is_bad, is_whole;
	int err;
};

/* "name length\n" */
static size_t read_head(struct reading *r, struct order_field *f)
{
	char digits[12];
	size_t len = 0;
	uint8_t c = cursor_u8(&r->at);

	for (; c && c != ' ' && len + 1 < sizeof(f->name);
	     c = cursor_u8(&r->at))
		f->name[len++] = (char)c;
	f->name[len] = '\0';
	r->is_bad |= c != ' ';
	for (len = 0, c = cursor_u8(&r->at);
	     c >= '0' && c <= '9' && len + 1 < sizeof(digits);
	     c = cursor_u8(&r->at))
		digits[len++] = (char)c;
	digits[len] = '\0';
	r->is_bad |= c != '\n' || !len;
	return strtoul(digits, NULL, 10);
}

static bool read_field(struct reading *r, struct order_field *f)
{
	const uint8_t *bytes;

	f->len = read_head(r, f);
	bytes = cursor_bytes(&r->at, f->len);
	if (cursor_u8(&r->at) != '\n' || !cursor_ok(&r->at) ||
	    (f->len && memchr(bytes, '\0', f->len)))
		r->is_bad = true;
	if (r->is_bad)
		return false;

	f->value = arena_copy(r->arena, bytes, f->len);
	if (!f->value)
		r->err = -ENOMEM;
	return !r->err;
}

static int64_t number_of(struct reading *r, const struct order_field *f)
{
	char *end;
	int64_t number = strtoll(f->value, &end, 10);

	r->is_bad |= !*f->value || *end;
	return number;
}

/* Which of the names it is; a bad one is the first. */
static unsigned name_of(struct reading *r, const struct order_field *f,
			const char *const *names, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!strcmp(names[i], f->value))
			return i;

	r->is_bad = true;
	return 0;
}

static void add_word(struct reading *r, const struct order_field *f, int which)
{
	if (r->word_count[which] >= ORDER_WORDS) {
		r->is_bad = true;
		return;
	}
	r->words[which][r->word_count[which]++] = f->value;
}

static const char *const *take_words(struct reading *r, int which)
{
	size_t count = r->word_count[which];
	const char **argv;

	if (!count)
		return NULL;
	r->word_count[which] = 0;
	argv = arena_alloc(r->arena, (count + 1) * sizeof(*argv));
	if (!argv) {
		r->err = -ENOMEM;
		return NULL;
	}
	memcpy(argv, r->words[which], count * sizeof(*argv));
	argv[count] = NULL;
	r->is_bad |= !order_may_run_words(argv);
	return argv;
}

/* What a step of its kind must have. */
static bool is_complete(const struct fix_change *c)
{
	switch (c->kind) {
	case CHANGE_RULES:
		return c->rules.table && c->rules.script && c->rules.undo;
	case CHANGE_FILE:
		return c->file.path && c->file.after &&
		       order_may_write(c->file.path);
	case CHANGE_RUN:
		return c->run.argv;
	}

	return false;
}

static void end_step(struct reading *r)
{
	if (!r->step)
		return;
	if (r->step->change.kind == CHANGE_RUN) {
		r->step->change.run.argv = take_words(r, 0);
		r->step->change.run.undo = take_words(r, 1);
	}
	r->is_bad |= r->word_count[0] || r->word_count[1];
	if (!r->err)
		r->is_bad |= !is_complete(&r->step->change);
}

static void begin_step(struct reading *r, const struct order_field *f)
{
	end_step(r);
	if (r->order->count >= ORDER_STEPS) {
		r->is_bad = true;
		return;
	}
	r->step = &r->order->steps[r->order->count++];
	r->step->change.kind =
		(enum change_kind)name_of(r, f, kind_names, KINDS);
}

/* A tool's name ends up in what is run. */
static const char *tool_of(struct reading *r, const struct order_field *f)
{
	r->is_bad |= !order_may_run(f->value);
	return f->value;
}

static bool take_rules(struct reading *r, struct rules_change *c,
		       const struct order_field *f)
{
	if (!strcmp(f->name, "engine"))
		c->engine =
			(enum engine)name_of(r, f, engine_names, ENGINE_COUNT);
	else if (!strcmp(f->name, "family"))
		c->family = (enum table_family)name_of(r, f, table_family_names,
						       TABLE_FAMILY_COUNT);
	else if (!strcmp(f->name, "table"))
		c->table = f->value;
	else if (!strcmp(f->name, "tool"))
		c->tool = tool_of(r, f);
	else if (!strcmp(f->name, "script"))
		c->script = f->value;
	else if (!strcmp(f->name, "undo"))
		c->undo = f->value;
	else
		return false;

	return true;
}

static bool take_file(struct reading *r, struct file_change *c,
		      const struct order_field *f)
{
	if (!strcmp(f->name, "path"))
		c->path = f->value;
	else if (!strcmp(f->name, "before"))
		c->before = f->value;
	else if (!strcmp(f->name, "after"))
		c->after = f->value;
	else if (!strcmp(f->name, "mode"))
		c->mode = (uint32_t)number_of(r, f) & 0777;
	else
		return false;

	return true;
}

static bool take_run(struct reading *r, struct run_change *c,
		     const struct order_field *f)
{
	if (!strcmp(f->name, "argv"))
		add_word(r, f, 0);
	else if (!strcmp(f->name, "undo-argv"))
		add_word(r, f, 1);
	else if (!strcmp(f->name, "restart"))
		c->is_restart = number_of(r, f);
	else
		return false;

	return true;
}

static bool take_of_kind(struct reading *r, const struct order_field *f)
{
	struct fix_change *c = &r->step->change;

	switch (c->kind) {
	case CHANGE_RULES:
		return take_rules(r, &c->rules, f);
	case CHANGE_FILE:
		return take_file(r, &c->file, f);
	case CHANGE_RUN:
		return take_run(r, &c->run, f);
	}

	return false;
}

static void take_step(struct reading *r, const struct order_field *f)
{
	static const char *const times[] = { "now", "lasting" };

	if (!strcmp(f->name, "when"))
		r->step->is_lasting = name_of(r, f, times, 2);
	else if (!strcmp(f->name, "text"))
		r->step->change.text = f->value;
	else if (!strcmp(f->name, "undo-text"))
		r->step->change.undo_text = f->value;
	else
		r->is_bad |= !take_of_kind(r, f);
}

static void take_asked(struct reading *r, const struct order_field *f)
{
	struct order *o = r->order;

	if (o->asked_count >= ORDER_ASKED || !order_may_ask(f->value))
		r->is_bad = true;
	else
		o->asked[o->asked_count++] = f->value;
}

static void take_order(struct reading *r, const struct order_field *f)
{
	struct order *o = r->order;

	const struct {
		const char *name, **ret;
	} words[] = {
		{ "id", &o->id },           { "what", &o->what },
		{ "why", &o->why },         { "who", &o->who },
		{ "session", &o->session }, { "service", &o->service },
		{ "port", &o->port },       { "client", &o->client },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(words[i].name, f->name) != 0)
			continue;
		*words[i].ret = f->value;
		return;
	}
	if (!strcmp(f->name, "asked"))
		take_asked(r, f);
	else if (!strcmp(f->name, "at"))
		o->at_ns = number_of(r, f);
	else if (!strcmp(f->name, "within"))
		o->confirm_within_s = (unsigned)number_of(r, f);
	else
		r->is_bad = true;
}

static void take(struct reading *r, const struct order_field *f)
{
	if (!strcmp(f->name, "step")) {
		begin_step(r, f);
	} else if (!strcmp(f->name, "end")) {
		end_step(r);
		r->is_whole = true;
	} else if (r->step) {
		take_step(r, f);
	} else {
		take_order(r, f);
	}
}

int order_read(struct order *ret, struct arena *a, const char *text, size_t len)
{
	struct reading r = { .arena = a,
			     .at = cursor_over(text, len),
			     .order = ret };
	struct order_field f;

	*ret = (struct order){ .steps = arena_alloc(
				       a, ORDER_STEPS * sizeof(*ret->steps)) };
	if (!ret->steps)
		return -ENOMEM;
	if (!read_field(&r, &f) || strcmp(f.name, "order") != 0 ||
	    strcmp(f.value, "1") != 0)
		return r.err ? r.err : -EINVAL;

	while (!r.is_bad && !r.is_whole && read_field(&r, &f))
		take(&r, &f);
	if (r.err)
		return r.err;

	return r.is_bad || !r.is_whole || cursor_left(&r.at) ? -EINVAL : 0;
}
