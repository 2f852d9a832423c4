#include "host/unit_state.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/tool.h"
#include "host/reader.h"

/* Units of a host in trouble; more are not looked at. */
enum { TIME_MS = 2000, NAMES_MOST = 32, UNITS_MOST = 512 };

static const char properties[] =
	"Id,Names,LoadState,ActiveState,SubState,Result,Type,Triggers,"
	"FragmentPath,PrivateNetwork,ExecMainPID,ExecMainCode,"
	"ExecMainStatus";

/* Which there always is: who is told nothing of it, reached nobody. In a chroot
 * systemctl says nothing, and ends well. */
static const char sure_unit[] = "-.mount";

static const char failed_key[] = "failed-units", states_key[] = "unit-states ";

/*
 * Asking.
 */

static int run(const char *const *argv, struct text *ret)
{
	struct tool t = { 0 }, *const one = &t;
	struct text program = TEXT_NULL;
	int error = -ENOENT;

	if (tool_find(&program, TOOL_USUAL_PATH, argv[0])) {
		tool_start(&t, text_string(&program), argv);
		tool_finish(&one, 1, tool_now_ms() + TIME_MS);
		error = t.failed              ? -t.failed
			: t.timed_out         ? -ETIMEDOUT
			: tool_ended_well(&t) ? 0
					      : -EIO;
	}
	if (!error)
		text_bytes(ret, t.text.data, t.text.len);
	text_done(&program);
	tool_done(&t);
	return error;
}

/* Whoever asks may want anything: only plain names of units, no patterns. */
static bool is_name(const char *s, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789:_.@\\-";
	const char *end = len > 8 ? s + len - 8 : s;

	return len > 7 && len < 256 && *s != '-' && *s != '.' &&
	       strspn(s, letters) >= len &&
	       (!strncmp(end, ".service", 8) ||
		!strncmp(end + 1, ".socket", 7));
}

int unit_state_answer(const char *names, struct text *ret)
{
	const char *argv[NAMES_MOST + 7] = { "systemctl",  "show",
					     "--no-pager", "-p",
					     properties,   "--" };
	char *copy = strdup(names), *at = copy;
	size_t count = 6;
	int error = copy ? 0 : -ENOMEM;

	for (char *word; !error && (word = strsep(&at, " "));) {
		if (count == NAMES_MOST + 6 || !is_name(word, strlen(word)))
			error = -EINVAL;
		else
			argv[count++] = word;
	}
	if (!error)
		error = run(argv, ret);
	free(copy);
	return error;
}

int unit_state_answer_failed(const char *none, struct text *ret)
{
	static const char *const argv[] = {
		"systemctl", "show", "--no-pager", "--state=failed", "-p",
		properties,  "--",   sure_unit,    "*.service",      NULL
	};

	(void)none;
	return run(argv, ret);
}

static int look_at(void *context, struct text *ret)
{
	return unit_state_answer(context, ret);
}

static int look_at_failed(void *context, struct text *ret)
{
	(void)context;
	return unit_state_answer_failed(NULL, ret);
}

static int ask(const struct unit_state **ret, struct arena *a, const char *key,
	       reader_look *look, void *context)
{
	struct text t = TEXT_NULL;
	int error = reader_note(key, look, context, &t);

	*ret = NULL;
	if (error > 0)
		error = -EBADMSG;
	if (!error)
		error = unit_state_parse(ret, a, text_string(&t), t.len);
	text_done(&t);
	return error;
}

int unit_state_ask(const struct unit_state **ret, struct arena *a,
		   const char *const *names, size_t count)
{
	struct text key = TEXT_NULL;
	int error = -ENOMEM;

	*ret = NULL;
	if (!count)
		return 0;

	text_str(&key, states_key);
	for (size_t i = 0; i < count && i < NAMES_MOST; i++) {
		if (i)
			text_char(&key, ' ');
		text_str(&key, names[i]);
	}
	if (text_ok(&key))
		error = ask(ret, a, text_string(&key), look_at,
			    key.data + strlen(states_key));
	text_done(&key);
	return error || *ret ? error : -EIO;
}

int unit_state_failed(const struct unit_state **ret, struct arena *a)
{
	int error = ask(ret, a, failed_key, look_at_failed, NULL);

	return error || unit_state_find(*ret, sure_unit) ? error : -EIO;
}

/*
 * Reading.
 */

static const struct field {
	const char *name;
	size_t at; /* of a string in struct unit_state */
} fields[] = {
	{ "Id", offsetof(struct unit_state, id) },
	{ "Names", offsetof(struct unit_state, names) },
	{ "LoadState", offsetof(struct unit_state, load) },
	{ "ActiveState", offsetof(struct unit_state, active) },
	{ "SubState", offsetof(struct unit_state, sub) },
	{ "Result", offsetof(struct unit_state, result) },
	{ "Type", offsetof(struct unit_state, type) },
	{ "Triggers", offsetof(struct unit_state, triggers) },
	{ "FragmentPath", offsetof(struct unit_state, file) },
	{ "PrivateNetwork", offsetof(struct unit_state, private_network) },
};

enum { FIELDS = sizeof(fields) / sizeof(*fields) };

static int small_number(const char *s, long most)
{
	long n = strtol(s, NULL, 10);

	return n < 0 || n > most ? 0 : (int)n;
}

static int take_line(struct unit_state *s, struct arena *a, const char *line,
		     size_t len)
{
	const char *equals = memchr(line, '=', len);
	size_t name = equals ? (size_t)(equals - line) : 0;
	char *value;

	if (!equals)
		return 0;

	value = arena_alloc(a, len - name);
	if (!value)
		return -ENOMEM;

	memcpy(value, equals + 1, len - name - 1);
	value[len - name - 1] = '\0';
	for (size_t i = 0; i < FIELDS; i++)
		if (name == strlen(fields[i].name) &&
		    !memcmp(line, fields[i].name, name))
			memcpy((char *)s + fields[i].at, &value, sizeof(value));
	if (name == 11 && !memcmp(line, "ExecMainPID", name))
		s->pid = small_number(value, INT32_MAX);
	if (name == 12 && !memcmp(line, "ExecMainCode", name))
		s->code = small_number(value, UINT8_MAX);
	if (name == 14 && !memcmp(line, "ExecMainStatus", name))
		s->status = small_number(value, UINT8_MAX);
	return 0;
}

static struct unit_state *new_state(struct arena *a)
{
	struct unit_state *s = arena_alloc(a, sizeof(*s));
	static const char nothing[] = "";
	const char *empty = nothing;

	if (!s)
		return NULL;

	*s = (struct unit_state){ 0 };
	for (size_t i = 0; i < FIELDS; i++)
		memcpy((char *)s + fields[i].at, &empty, sizeof(empty));
	return s;
}

int unit_state_parse(const struct unit_state **ret, struct arena *a,
		     const char *text, size_t len)
{
	const struct unit_state **last = ret;
	struct unit_state *s = new_state(a);
	const char *end = text + len;
	int error = s ? 0 : -ENOMEM;

	*ret = NULL;
	for (size_t units = 0; !error && text <= end && units < UNITS_MOST;) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;

		if (stop > text) {
			error = take_line(s, a, text, (size_t)(stop - text));
		} else if (*s->id) {
			*last = s;
			last = &s->next;
			units++;
			s = new_state(a);
			error = s ? 0 : -ENOMEM;
		}
		text = stop + 1;
	}
	if (!error && *s->id && text > end)
		*last = s;
	return error;
}

static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (*list) {
		size_t n = strcspn(list, " ");

		if (n == len && !memcmp(list, word, len))
			return true;
		list += n + strspn(list + n, " ");
	}

	return false;
}

const struct unit_state *unit_state_find(const struct unit_state *list,
					 const char *name)
{
	for (; list; list = list->next)
		if (!strcmp(list->id, name) || has_word(list->names, name))
			return list;

	return NULL;
}

bool unit_state_has_failed(const struct unit_state *s)
{
	return !strcmp(s->active, "failed");
}

void unit_state_how(struct text *out, const struct unit_state *s)
{
	bool is_killed = s->code == CLD_KILLED || s->code == CLD_DUMPED;

	if (is_killed && !strcmp(s->result, "signal")) {
		text_format(out, _("signal %d"), s->status);
		return;
	}

	text_str(out, *s->result ? s->result : s->sub);
	if (s->code == CLD_EXITED && s->status)
		text_format(out, _(", status %d"), s->status);
	else if (is_killed)
		text_format(out, _(", signal %d"), s->status);
}

struct culprit *unit_state_culprit(struct arena *a,
				   const struct unit_state *state,
				   const char *name)
{
	struct culprit *c =
		culprit_new(a, CULPRIT_PROCESS, VANTAGE_SERVER, "%s", name);

	culprit_text(c, a, "unit", name);
	if (!state)
		return c;

	culprit_text(c, a, "file", state->file);
	culprit_text(c, a, "result", state->result);
	if (state->code == CLD_EXITED)
		culprit_number(c, "status", state->status);
	else if (state->code)
		culprit_number(c, "signal", state->status);
	return c;
}
