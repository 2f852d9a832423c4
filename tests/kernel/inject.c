/*
 * A change of rules, a file and a setting, to be disturbed: as `fix apply', `fix
 * confirm' and `fix undo' make it, which dies when it is told to.
 *
 * usage: inject apply ENGINE EDIT SECONDS    (reads "confirm" or "undo", or an end)
 *        inject confirm|undo ID
 *        inject recover
 *        inject again ENGINE EDIT COUNT      (does the rules' step and takes it back)
 *
 * INJECT_DIE=N: whoever changes something is killed at the Nth of what it has to
 * ask the system for: half of them before it, half of them behind it.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/problem.h"
#include "fix/applier.h"
#include "fix/rules_edit.h"
#include "fix/rules_same.h"
#include "fix/step.h"
#include "ruleset/live.h"
#include "ruleset/model.h"
#include "ruleset/read.h"

#define FOLDER "/srv/etc"

/* How many are asked for before it dies; 0: never. */
static unsigned long die_at, asked;
static bool is_spared; /* the command itself, which changes nothing */

static void may_die(void)
{
	if (die_at && !is_spared && ++asked == die_at)
		(void)raise(SIGKILL);
}

/* The linker's names for what a call is and what it becomes. */
ssize_t real_write(int fd, const void *data,
		   size_t len) __asm__("__real_write");
ssize_t wrap_write(int fd, const void *data,
		   size_t len) __asm__("__wrap_write");
int real_fsync(int fd) __asm__("__real_fsync");
int wrap_fsync(int fd) __asm__("__wrap_fsync");
int real_fdatasync(int fd) __asm__("__real_fdatasync");
int wrap_fdatasync(int fd) __asm__("__wrap_fdatasync");
int real_rename(const char *from, const char *to) __asm__("__real_rename");
int wrap_rename(const char *from, const char *to) __asm__("__wrap_rename");
int real_renameat2(int from_fd, const char *from, int to_fd, const char *to,
		   unsigned flags) __asm__("__real_renameat2");
int wrap_renameat2(int from_fd, const char *from, int to_fd, const char *to,
		   unsigned flags) __asm__("__wrap_renameat2");
int real_unlink(const char *path) __asm__("__real_unlink");
int wrap_unlink(const char *path) __asm__("__wrap_unlink");
int real_posix_spawn(pid_t *pid, const char *path,
		     const posix_spawn_file_actions_t *actions,
		     const posix_spawnattr_t *attributes, char *const argv[],
		     char *const envp[]) __asm__("__real_posix_spawn");
int wrap_posix_spawn(pid_t *pid, const char *path,
		     const posix_spawn_file_actions_t *actions,
		     const posix_spawnattr_t *attributes, char *const argv[],
		     char *const envp[]) __asm__("__wrap_posix_spawn");
pid_t real_waitpid(pid_t pid, int *status, int flags) __asm__("__real_waitpid");
pid_t wrap_waitpid(pid_t pid, int *status, int flags) __asm__("__wrap_waitpid");

ssize_t wrap_write(int fd, const void *data, size_t len)
{
	ssize_t ret;

	may_die();
	ret = real_write(fd, data, len);
	may_die();
	return ret;
}

int wrap_fsync(int fd)
{
	may_die();
	return real_fsync(fd);
}

int wrap_fdatasync(int fd)
{
	may_die();
	return real_fdatasync(fd);
}

int wrap_rename(const char *from, const char *to)
{
	int ret;

	may_die();
	ret = real_rename(from, to);
	may_die();
	return ret;
}

int wrap_renameat2(int from_fd, const char *from, int to_fd, const char *to,
		   unsigned flags)
{
	int ret;

	may_die();
	ret = real_renameat2(from_fd, from, to_fd, to, flags);
	may_die();
	return ret;
}

int wrap_unlink(const char *path)
{
	int ret;

	may_die();
	ret = real_unlink(path);
	may_die();
	return ret;
}

int wrap_posix_spawn(pid_t *pid, const char *path,
		     const posix_spawn_file_actions_t *actions,
		     const posix_spawnattr_t *attributes, char *const argv[],
		     char *const envp[])
{
	int ret;

	may_die();
	ret = real_posix_spawn(pid, path, actions, attributes, argv, envp);
	may_die();
	return ret;
}

/* Once more when the tool has ended, by itself or not. */
pid_t wrap_waitpid(pid_t pid, int *status, int flags)
{
	pid_t ret = real_waitpid(pid, status, flags);

	if (ret > 0)
		may_die();
	return ret;
}

struct scene {
	struct arena *arena;
	struct problems *problems;
	struct ruleset *ruleset;
	struct order order;
	struct order_step steps[8];
	struct rule_edit edits[4];
	size_t edit_count;
	struct text rules, why;
};

static const struct {
	const char *name;
	struct rule_edit v4, nft;
} edits[] = {
	{ "insert",
	  { .kind = EDIT_INSERT,
	    .chain = "INPUT",
	    .number = 2,
	    .words = "-s 10.1.0.7/32 -p tcp -m tcp --dport 5555 -j ACCEPT" },
	  { .kind = EDIT_INSERT,
	    .chain = "i",
	    .number = 2,
	    .words = "ip saddr 10.1.0.7 tcp dport 5555 accept" } },
	{ "delete",
	  { .kind = EDIT_DELETE, .chain = "INPUT", .number = 2 },
	  { .kind = EDIT_DELETE, .chain = "i", .number = 2 } },
	{ "move",
	  { .kind = EDIT_MOVE, .chain = "INPUT", .number = 3, .to_number = 2 },
	  { .kind = EDIT_MOVE, .chain = "i", .number = 3, .to_number = 2 } },
	{ "replace",
	  { .kind = EDIT_REPLACE,
	    .chain = "INPUT",
	    .number = 2,
	    .words = "-s 10.1.0.7/32 -p udp -m udp --dport 53 -j ACCEPT" },
	  { .kind = EDIT_REPLACE,
	    .chain = "i",
	    .number = 2,
	    .words = "ip saddr 10.1.0.7 udp dport 53 accept" } },
};

static const char *const engine_words[] = { "legacy", "iptables-nft", "nft" };

static int find(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i], word))
			return (int)i;

	return -ENOENT;
}

static int load(struct scene *s)
{
	struct live live;
	int err = rules_same_gather(&s->rules);

	if (!err)
		err = live_read_gathered(s->ruleset, text_string(&s->rules),
					 s->rules.len, &live);
	return err ? err : ruleset_link(s->ruleset);
}

static int add_rules(struct scene *s, int engine, bool is_second, int edit)
{
	static const enum engine engines[] = { ENGINE_LEGACY,
					       ENGINE_IPTABLES_NFT,
					       ENGINE_NFT };

	bool is_nft = engine == 2;
	struct rules_change *c = &s->steps[s->order.count++].change.rules;
	struct rule_edit *e = &s->edits[s->edit_count++];

	*e = is_nft ? edits[edit].nft : edits[edit].v4;
	if (is_second && edits[edit].v4.words && !is_nft)
		e->words =
			"-s fd00::7/128 -p tcp -m tcp --dport 5555 -j ACCEPT";
	*c = (struct rules_change){
		.engine = engines[engine],
		.family = is_nft      ? TABLE_INET
			  : is_second ? TABLE_IP6
				      : TABLE_IP,
		.table = is_nft ? is_second ? "g" : "f" : "filter",
		.edits = e,
		.edit_count = 1,
	};
	if (is_nft && e->number)
		e->handle = 0;
	return rules_edit_script(s->ruleset, s->arena, c);
}

/* What it holds becomes what it holds with one more line. */
static int add_file(struct scene *s, const char *path, const char *line,
		    bool is_lasting)
{
	struct text now = TEXT_NULL, after = TEXT_NULL;
	int err = file_load(&now, path, 1 << 24);
	struct order_step *step = &s->steps[s->order.count++];

	if (err && err != -ENOENT)
		return err;
	if (!err)
		text_str(&after, text_string(&now));
	text_str(&after, line);
	*step = (struct order_step){
		.is_lasting = is_lasting,
		.change = { .kind = CHANGE_FILE,
			    .file = { .path = path,
				      .before =
					      err ? NULL
						  : arena_string(
							    s->arena,
							    text_string(&now)),
				      .after = arena_string(
					      s->arena, text_string(&after)),
				      .mode = 0640 } },
	};
	text_done(&now);
	text_done(&after);
	return 0;
}

static void add_setting(struct scene *s)
{
	static const char *const argv[] = { "sysctl", "-qw",
					    "net.ipv4.ip_default_ttl=65",
					    NULL };
	static const char *const undo[] = { "sysctl", "-qw",
					    "net.ipv4.ip_default_ttl=64",
					    NULL };

	s->steps[s->order.count++].change = (struct fix_change){
		.kind = CHANGE_RUN,
		.run = { .argv = argv, .undo = undo },
	};
}

/* Rules, rules, file, setting; and what lasts: what boots, a new file. */
static int make(struct scene *s, const char *engine_word, const char *edit_word)
{
	int engine = find(engine_word, engine_words, 3), edit = -1, err;

	*s = (struct scene){ .arena = arena_new(), .problems = problems_new() };
	s->ruleset = ruleset_new(s->problems);
	for (size_t i = 0; i < sizeof(edits) / sizeof(*edits); i++)
		if (!strcmp(edits[i].name, edit_word))
			edit = (int)i;
	s->order = (struct order){ .what = "a change to be disturbed",
				   .steps = s->steps };
	err = engine < 0 || edit < 0 ? -EINVAL : load(s);
	if (!err)
		err = add_rules(s, engine, false, edit);
	if (!err)
		err = add_rules(s, engine, true, edit);
	if (!err)
		err = add_file(s, FOLDER "/hosts.allow", "telnetd: 10.1.0.7\n",
			       false);
	add_setting(s);
	if (!err)
		err = add_file(s, FOLDER "/boot", "new\n", true);
	if (!err)
		err = add_file(s, FOLDER "/new.conf", "a = 1\n", true);
	return err;
}

static int told(const char *what, int err, struct text *why)
{
	printf("%s %d %s\n", what, err, text_string(why));
	(void)fflush(stdout);
	return err ? 1 : 0;
}

static int apply(struct scene *s, const char *const *words)
{
	struct applier *p;
	char id[32], line[16];
	int err = applier_start(&p);

	is_spared = true;
	if (!err)
		err = make(s, words[0], words[1]);
	if (err)
		return told("not made", err, &s->why);

	s->order.confirm_within_s = (unsigned)strtoul(words[2], NULL, 10);
	err = applier_apply(p, &s->order, &s->rules, id, &s->why);
	printf("%s ", id);
	(void)told("applied", err, &s->why);
	if (!err && fgets(line, sizeof(line), stdin)) {
		text_clear(&s->why);
		err = line[0] == 'c' ? applier_confirm(p, &s->why)
				     : applier_undo(p, &s->why);
		(void)told(line[0] == 'c' ? "confirmed" : "undone", err,
			   &s->why);
	}
	applier_end(p);
	return err ? 1 : 0;
}

static int settle(struct scene *s, const char *what, const char *id)
{
	struct ledger l;
	int err = ledger_open(&l, id, true);

	s->arena = arena_new();
	if (!err)
		err = ledger_order(&l, s->arena, &s->order);
	if (!err)
		err = *what == 'c' ? apply_confirm(&l, &s->order, &s->why)
				   : apply_undo(&l, &s->order, &s->why);
	return told(what, err, &s->why);
}

static int recover(struct scene *s)
{
	int count = apply_recover(&s->why);

	return told("recovered", count < 0 ? count : 0, &s->why);
}

/* No confirmation, no sentry: only what steps do, so that packets can be sent. */
static int once(struct scene *s, const char *const *words)
{
	const struct ledger_progress p = { .is_done = { true } };
	struct ledger l = LEDGER_CLOSED;
	int err = make(s, words[0], words[1]);

	s->order.count = 1;
	if (!err)
		err = ledger_create(&l, s->arena, &s->order,
				    text_string(&s->rules), s->rules.len);
	if (!err)
		err = step_do(&l, &s->order, 0, &s->why);
	if (!err)
		err = step_take_back(&l, &s->order, 0, &p, &s->why);
	ledger_close(&l);
	return err;
}

static void done(struct scene *s)
{
	ruleset_free(s->ruleset);
	problems_free(s->problems);
	arena_free(s->arena);
	text_done(&s->rules);
	text_done(&s->why);
	*s = (struct scene){ 0 };
}

static int again(struct scene *s, const char *const *words)
{
	unsigned long count = strtoul(words[2], NULL, 10);
	int err = 0;

	for (unsigned long i = 0; i < count && !err; i++) {
		done(s);
		err = once(s, words);
	}
	return told("again", err, &s->why);
}

int main(int argc, char *argv[])
{
	const char *const *words = (const char *const *)argv + 2;
	const char *die = getenv("INJECT_DIE");
	struct scene s = { 0 };
	int ret = 2;

	die_at = die ? strtoul(die, NULL, 10) : 0;
	if (argc == 5 && !strcmp(argv[1], "apply"))
		ret = apply(&s, words);
	else if (argc == 5 && !strcmp(argv[1], "again"))
		ret = again(&s, words);
	else if (argc == 3)
		ret = settle(&s, argv[1], argv[2]);
	else if (argc == 2 && !strcmp(argv[1], "recover"))
		ret = recover(&s);
	done(&s);
	return ret;
}
