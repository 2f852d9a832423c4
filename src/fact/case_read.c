#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <string.h>

#include "base/i18n.h"
#include "fact/case_file.h"

/* Whatever is missing or of another type is as if it were not said. */

struct reader {
	struct case_record *c;
	const char *name;
	struct problems *problems;
};

__attribute__((format(printf, 2, 3))) static void
complain(const struct reader *r, const char *format, ...)
{
	const struct problem where = { .file = r->name };
	struct text t = TEXT_NULL;
	va_list ap;

	va_start(ap, format);
	text_format_list(&t, format, ap);
	va_end(ap);
	problems_add(r->problems, &where, "%s", text_string(&t));
	text_done(&t);
}

static const char *get_string(const struct reader *r, const json_t *o,
			      const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? arena_string(r->c->arena, s) : NULL;
}

static const char *get_word(const struct reader *r, const json_t *o,
			    const char *name)
{
	const char *s = get_string(r, o, name);

	return s ? s : "";
}

static int64_t get_number(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

/* 0: none. */
static uint16_t get_port(const json_t *o, const char *name)
{
	int64_t port = get_number(o, name);

	return port > 0 && port <= UINT16_MAX ? (uint16_t)port : 0;
}

static bool get_flag(const json_t *o, const char *name)
{
	return json_is_true(json_object_get(o, name));
}

static bool get_address(const json_t *o, const char *name, struct address *ret)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s && address_parse(ret, s, strlen(s));
}

static enum vantage get_vantage(const json_t *o)
{
	const char *s = json_string_value(json_object_get(o, "vantage"));

	for (int v = 0; s && v < VANTAGES; v++)
		if (!strcmp(vantage_name((enum vantage)v), s))
			return (enum vantage)v;

	return VANTAGE_UNKNOWN;
}

static const struct culprit *get_culprit(const struct reader *r,
					 const json_t *fact)
{
	json_t *o = json_object_get(fact, "culprit");
	json_t *fields = json_object_get(o, "fields"), *value;
	enum culprit_kind kind;
	struct culprit *c;
	const char *name;

	if (!json_is_object(o))
		return NULL;
	if (!culprit_kind_parse(&kind, get_word(r, o, "kind"))) {
		complain(r, _("A culprit of an unknown kind is left out."));
		return NULL;
	}

	c = culprit_new(r->c->arena, kind, get_vantage(o), "%s",
			get_word(r, o, "text"));
	json_object_foreach(fields, name, value)
	{
		char *copy = arena_string(r->c->arena, name);

		if (json_is_integer(value))
			culprit_number(c, copy, json_integer_value(value));
		else
			culprit_text(c, r->c->arena, copy,
				     json_string_value(value));
	}
	return c;
}

static void get_facts(const struct reader *r, const json_t *o, struct facts *f)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(o, "facts"), i, item)
	{
		const char *id = get_word(r, item, "fact");
		const char *text = get_string(r, item, "text");
		enum fact_kind kind = fact_find(id);

		if (!kind) {
			complain(
				r,
				_("The fact \"%s\" is not known here and is left out."),
				id);
			continue;
		}
		if (fact_has(&f->set, kind))
			continue;
		fact_tell(f, kind, get_word(r, item, "source"),
			  get_culprit(r, item), text ? "%s" : NULL, text);
		if (f->failed)
			return;
		f->list[f->count - 1].at_ns = get_number(item, "at_ns");
		f->list[f->count - 1].vantage = get_vantage(item);
	}
}

static void get_target(const struct reader *r, const json_t *root)
{
	const json_t *o = json_object_get(root, "target");
	struct target *t = &r->c->target;
	t->text = get_word(r, o, "text");
	t->host = get_word(r, o, "host");
	t->protocol = !strcmp(get_word(r, o, "transport"), "udp") ? IPPROTO_UDP
								  : IPPROTO_TCP;
	t->port = get_port(o, "port");
	t->scheme = get_string(r, o, "scheme");
	t->path = get_word(r, o, "path");
	t->service = get_string(r, o, "service");
	t->is_service_sure = get_flag(o, "is_service_sure");
	t->is_verified = get_flag(o, "is_verified");
	if (!json_is_object(o) || !t->port)
		complain(r, _("The case does not say what was to be reached."));
}

static void get_lines(const struct reader *r, const json_t *o,
		      struct attempt *a)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(o, "packets"), i, item)
	{
		int64_t shows = get_number(item, "shows");
		const char *file = get_string(r, item, "file");

		if (!file || shows < 0 || shows >= SHOWN_PACKETS)
			continue;
		a->lines[shows] = (struct packet_line){
			.file = file,
			.frame = (uint32_t)get_number(item, "frame"),
			.line = get_string(r, item, "line"),
			.at_ns = get_number(item, "at_ns"),
		};
	}
}

static void get_attempt(const struct reader *r, const json_t *o)
{
	struct address address, peer;
	struct attempt *a;

	if (!get_address(o, "address", &address)) {
		complain(r, _("An attempt without an address is left out."));
		return;
	}
	a = get_address(o, "peer", &peer)
		    ? case_client(r->c, &address, &peer,
				  get_port(o, "peer_port"))
		    : case_attempt(r->c, &address, 0);
	if (!a) {
		complain(
			r,
			_("There are too many attempts; the rest is left out."));
		return;
	}

	a->scope = (uint32_t)get_number(o, "scope");
	a->port = get_port(o, "port");
	a->local_port = get_port(o, "local_port");
	a->has_local = get_address(o, "local", &a->local);
	(void)get_address(o, "icmp_sender", &a->icmp_sender);
	a->answered_after_ns = get_number(o, "answered_after_ns");
	a->is_connected = get_flag(o, "is_connected");
	a->is_from_dns_only = get_flag(o, "is_from_dns_only");
	get_facts(r, o, &a->facts);
	get_lines(r, o, a);
}

static void get_steps(const struct reader *r, const json_t *root)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(root, "steps"), i, item)
	{
		const char *status = get_word(r, item, "status");
		struct step *s = NULL;

		for (int k = 0; k < STEP_STATUSES && !s; k++)
			if (!strcmp(step_status_name((enum step_status)k),
				    status))
				s = case_step(r->c, get_word(r, item, "step"),
					      (enum step_status)k,
					      get_number(item, "took_ns"),
					      get_word(r, item, "text"));
		if (s)
			s->vantage = get_vantage(item);
		else
			complain(r, _("A step is left out."));
	}
}

static void get_not_looked(const struct reader *r, const json_t *root)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(root, "not_looked"), i, item)
	{
		size_t count = r->c->not_looked_count;

		case_not_looked(r->c, get_word(r, item, "source"),
				get_word(r, item, "why"));
		if (r->c->not_looked_count > count)
			r->c->not_looked[count].vantage = get_vantage(item);
	}
}

static void get_case(const struct reader *r, const json_t *root)
{
	json_t *item;
	size_t i;

	r->c->at_ns = get_number(root, "at_ns");
	r->c->syns = (unsigned)get_number(root, "syns");
	if (get_vantage(root) != VANTAGE_UNKNOWN)
		case_at(r->c, get_vantage(root));
	get_target(r, root);
	get_facts(r, root, &r->c->general);
	json_array_foreach(json_object_get(root, "attempts"), i, item)
		get_attempt(r, item);
	get_steps(r, root);
	get_not_looked(r, root);
}

int case_read(struct case_record **ret, const char *name, const char *data,
	      size_t len, struct problems *problems)
{
	struct reader r = { case_new(), name, problems };
	json_error_t why;
	json_t *root;
	int err = 0;

	if (!r.c)
		return -ENOMEM;

	root = json_loadb(data, len, JSON_REJECT_DUPLICATES, &why);
	if (!root) {
		const struct problem where = {
			.file = name,
			.line = why.line > 0 ? (uint64_t)why.line : 0,
			.column = why.column > 0 ? (uint64_t)why.column : 0
		};

		problems_add(problems, &where, _("This is not JSON: %s."),
			     why.text);
		err = -EBADMSG;
	} else if (get_number(root, "kiriwake_case") != CASE_FORMAT) {
		complain(&r,
			 _("This is not a case that this version can read."));
		err = -EBADMSG;
	} else {
		get_case(&r, root);
	}
	json_decref(root);
	if (err < 0) {
		case_free(r.c);
		return err;
	}

	*ret = r.c;
	return 0;
}
