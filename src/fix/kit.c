#include "fix/kit.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "base/i18n.h"
#include "base/text.h"
#include "diag/cause.h"
#include "fix/file_edit.h"
#include "host/reader.h"
#include "host/route.h"

static bool is_of_client(const struct cause *c)
{
	return c->place == PLACE_CLIENT || c->place == PLACE_CLIENT_LINK ||
	       c->place == PLACE_DNS;
}

static bool is_of_server(const struct cause *c)
{
	return c->place == PLACE_SERVER || c->place == PLACE_SERVER_LINK ||
	       c->place == PLACE_SERVICE;
}

bool kit_is_here(const struct fix_planning *p, const struct fix_fault *f)
{
	bool is_server = p->record && p->record->vantage == VANTAGE_SERVER;

	if (f->culprit && p->record)
		return f->culprit->vantage == p->record->vantage;
	if (!f->cause)
		return false;

	return is_server ? is_of_server(f->cause) : is_of_client(f->cause);
}

const char *kit_address(struct fix_planning *p, const struct address *a)
{
	struct text t = TEXT_NULL;
	const char *ret;

	address_text(&t, a);
	ret = fix_words(p, "%s", text_string(&t));
	text_done(&t);
	return ret;
}

const char *kit_client(struct fix_planning *p)
{
	const struct fix_ask *ask = &p->plan->ask;
	const char *address;

	if (!ask->has_client || ask->for_whom == FIX_FOR_EVERYONE)
		return NULL;
	address = kit_address(p, &ask->client);
	return kit_is_one(p)
		       ? address
		       : fix_words(p, "%s/%u", address, ask->client_prefix);
}

const char *kit_port(struct fix_planning *p)
{
	const struct fix_ask *ask = &p->plan->ask;

	return fix_words(p, ask->protocol == IPPROTO_UDP ? "udp/%u" : "tcp/%u",
			 ask->port);
}

bool kit_is_v4(const struct fix_planning *p)
{
	const struct fix_ask *ask = &p->plan->ask;

	return address_is_v4(ask->has_client ? &ask->client : &ask->server);
}

bool kit_is_one(const struct fix_planning *p)
{
	const struct fix_ask *ask = &p->plan->ask;

	return ask->has_client && ask->for_whom != FIX_FOR_EVERYONE &&
	       (!ask->client_prefix ||
		ask->client_prefix >= (kit_is_v4(p) ? 32U : 128U));
}

bool kit_is_meant(const struct fix_ask *ask, const struct address *a)
{
	if (!ask->has_client || ask->for_whom == FIX_FOR_EVERYONE)
		return true;
	if (address_is_v4(a) != address_is_v4(&ask->client))
		return false;
	if (!ask->client_prefix)
		return address_equal(a, &ask->client);

	return route_is_prefix(&ask->client, ask->client_prefix, a);
}

int kit_read(struct fix_planning *p, const char *path, const char **ret)
{
	struct text t = TEXT_NULL;
	const char *copy = NULL;
	int err = p->may_read ? reader_file(path, KIT_FILE_MOST, &t) : -ENODATA;

	if (!err && t.len && memchr(t.data, 0, t.len))
		err = -EINVAL;
	if (!err) {
		copy = arena_string(p->plan->arena, text_string(&t));
		err = copy && text_ok(&t) ? 0 : -ENOMEM;
	}
	text_done(&t);
	if (!err)
		*ret = copy;
	return err;
}

const char *kit_setting(struct fix_planning *p, const char *path)
{
	const char *s;
	size_t len;

	if (kit_read(p, path, &s))
		return NULL;
	len = strlen(s);
	while (len && strchr(" \t\n", s[len - 1]))
		len--;
	return arena_copy(p->plan->arena, s, len);
}

bool kit_has_file(struct fix_planning *p, const char *path)
{
	struct reader_status s;

	return p->may_read && !reader_status(path, &s) && S_ISREG(s.mode);
}

bool kit_has_tool(struct fix_planning *p, const char *name)
{
	static const char *const folders[] = { "/usr/sbin", "/usr/bin", "/sbin",
					       "/bin", "/usr/local/sbin" };
	struct reader_status s;

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		int err = p->may_read
				  ? reader_status(fix_words(p, "%s/%s",
							    folders[i], name),
						  &s)
				  : -ENODATA;

		if (!err || (err != -ENOENT && err != -ENOTDIR))
			return true;
	}

	return false;
}

bool kit_has_systemd(struct fix_planning *p)
{
	struct reader_status s;

	return p->may_read && !reader_status("/run/systemd/system", &s);
}

bool kit_is_word(const char *s)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_-./:=,@+%";

	return s && *s && *s != '-' && !s[strspn(s, safe)];
}

struct words {
	const char **list;
	size_t count, room;
	bool failed;
};

/* Words between blanks; those of ours are taken as they are. */
static void add_words(struct fix_planning *p, struct words *w, const char *s,
		      bool is_ours)
{
	while (s && *(s += strspn(s, " \t\n"))) {
		size_t len = strcspn(s, " \t\n");
		char *word = arena_copy(p->plan->arena, s, len);

		if (!word || w->count + 1 >= w->room ||
		    (!is_ours && !kit_is_word(word))) {
			w->failed = true;
			return;
		}
		w->list[w->count++] = word;
		s += len;
	}
}

const char *const *kit_command(struct fix_planning *p, const char *head,
			       const char *text, const char *tail)
{
	enum { WORDS_MOST = 64 };
	struct words w = { .room = WORDS_MOST };

	w.list = arena_alloc(p->plan->arena, WORDS_MOST * sizeof(*w.list));
	if (!w.list)
		return NULL;
	add_words(p, &w, head, true);
	add_words(p, &w, text, false);
	add_words(p, &w, tail, true);
	return w.failed ? NULL : w.list;
}

struct fix_candidate *kit_propose(struct fix_planning *p,
				  const struct kit_frame *frame)
{
	struct fix_candidate *c = fix_propose(p, frame->id);

	if (!c)
		return NULL;
	c->summary = frame->summary;
	c->why = frame->why;
	c->risk = frame->risk;
	c->risk_text = frame->risk_text;
	c->cost = frame->cost ? frame->cost : 1;
	c->lasts = frame->lasts;
	c->lasts_text = frame->lasts_text;
	c->effect.is_known = !frame->is_unknown;
	c->effect.lets_through = !frame->is_unknown;
	c->effect.is_exact = frame->is_exact;
	return c;
}

void kit_effect(struct fix_planning *p, struct fix_candidate *c,
		const char *format, ...)
{
	struct fix_effect *e = &c->effect;
	const char **all =
		arena_alloc(p->plan->arena, (e->text_count + 1) * sizeof(*all));
	struct text t = TEXT_NULL;
	va_list ap;

	va_start(ap, format);
	text_format_list(&t, format, ap);
	va_end(ap);
	if (all) {
		if (e->text_count)
			memcpy(all, e->text, e->text_count * sizeof(*all));
		all[e->text_count] = fix_words(p, "%s", text_string(&t));
		e->text = all;
		e->text_count++;
	}
	text_done(&t);
}

struct fix_change *kit_run(struct fix_planning *p, struct fix_candidate *c,
			   bool is_lasting, const struct kit_run *run)
{
	struct fix_change *ret;

	if (!run->argv)
		return NULL;
	ret = is_lasting ? fix_change_lasting(p, c, CHANGE_RUN)
			 : fix_change_now(p, c, CHANGE_RUN);
	if (!ret)
		return NULL;
	ret->text = run->text;
	ret->undo_text = run->undo_text;
	ret->run = (struct run_change){ .argv = run->argv,
					.undo = run->undo,
					.is_restart = run->is_restart };
	return ret;
}

struct fix_change *kit_file(struct fix_planning *p, struct fix_candidate *c,
			    bool is_lasting, const struct kit_file *file)
{
	struct fix_change *ret =
		file->after ? file_edit_change(p, c, is_lasting, file->path,
					       file->before, file->after)
			    : NULL;

	if (!ret)
		return NULL;
	ret->text = file->text;
	ret->undo_text = file->undo_text;
	if (!ret->text && file->before)
		ret->text = fix_words(p, _("Changes line %1$llu of %2$s."),
				      (unsigned long long)ret->file.line,
				      file->path);
	if (!ret->text)
		ret->text =
			fix_words(p, _("Writes the new file %s."), file->path);
	if (!ret->undo_text)
		ret->undo_text =
			fix_words(p,
				  file->before ? _("Puts %s back as it was.")
					       : _("Removes %s again."),
				  file->path);
	return ret;
}

static const char *edited(struct fix_planning *p, struct text *t, int err)
{
	const char *ret =
		err ? NULL : arena_string(p->plan->arena, text_string(t));

	text_done(t);
	return ret;
}

const char *kit_inserted(struct fix_planning *p, const char *content,
			 uint64_t line, const char *words)
{
	struct text t = TEXT_NULL;

	return edited(
		p, &t,
		file_edit_insert(&t, content, strlen(content), line, words));
}

const char *kit_replaced(struct fix_planning *p, const char *content,
			 uint64_t line, const char *words)
{
	struct text t = TEXT_NULL;

	return edited(
		p, &t,
		file_edit_replace(&t, content, strlen(content), line, words));
}

const char *kit_line(struct fix_planning *p, const char *content, uint64_t line)
{
	size_t len;

	for (uint64_t n = 1; n < line; n++) {
		content += strcspn(content, "\n");
		if (!*content)
			return NULL;
		content++;
	}
	if (!line || !*content)
		return NULL;
	len = strcspn(content, "\n");
	if (len && content[len - 1] == '\r')
		len--;
	return arena_copy(p->plan->arena, content, len);
}

uint64_t kit_line_count(const char *content)
{
	uint64_t count = 0;

	for (; *content; count++) {
		content += strcspn(content, "\n");
		content += *content == '\n';
	}

	return count;
}
