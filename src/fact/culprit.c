#include "fact/culprit.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

const char *culprit_name(enum culprit_kind k)
{
	static const char *const names[CULPRITS] = {
		[CULPRIT_NONE] = "none",
		[CULPRIT_FIREWALL_RULE] = "firewall-rule",
		[CULPRIT_FIREWALL_POLICY] = "firewall-policy",
		[CULPRIT_SET_ELEMENT] = "set-element",
		[CULPRIT_SOCKET] = "socket",
		[CULPRIT_PROCESS] = "process",
		[CULPRIT_SYSCTL] = "sysctl",
		[CULPRIT_ROUTE] = "route",
		[CULPRIT_POLICY_RULE] = "policy-rule",
		[CULPRIT_NEIGHBOUR] = "neighbour",
		[CULPRIT_LINK] = "link",
		[CULPRIT_CONNTRACK] = "conntrack",
		[CULPRIT_BPF_PROGRAM] = "bpf-program",
		[CULPRIT_TC_FILTER] = "tc-filter",
		[CULPRIT_XFRM_POLICY] = "xfrm-policy",
		[CULPRIT_WRAPPER_LINE] = "wrapper-line",
		[CULPRIT_CONFIG_LINE] = "config-line",
		[CULPRIT_NAME_RECORD] = "name-record",
		[CULPRIT_CERTIFICATE] = "certificate",
		[CULPRIT_ROUTER] = "router",
		[CULPRIT_MIDDLEBOX] = "middlebox",
	};

	return names[k];
}

bool culprit_kind_parse(enum culprit_kind *ret, const char *name)
{
	for (int k = 0; k < CULPRITS; k++) {
		if (strcmp(culprit_name((enum culprit_kind)k), name) != 0)
			continue;
		*ret = (enum culprit_kind)k;
		return true;
	}

	return false;
}

struct culprit *culprit_new(struct arena *a, enum culprit_kind kind,
			    enum vantage vantage, const char *format, ...)
{
	struct culprit *c = arena_alloc(a, sizeof(*c));
	struct text t = TEXT_NULL;
	va_list ap;

	if (!c)
		return NULL;

	va_start(ap, format);
	text_format_list(&t, format, ap);
	va_end(ap);
	c->kind = kind;
	c->vantage = vantage;
	c->text = arena_string(a, text_string(&t));
	text_done(&t);
	return c->text ? c : NULL;
}

static struct culprit_field *next_field(struct culprit *c)
{
	return c && c->count < CULPRIT_FIELDS ? &c->fields[c->count++] : NULL;
}

void culprit_text(struct culprit *c, struct arena *a, const char *name,
		  const char *value)
{
	char *copy = value && *value ? arena_string(a, value) : NULL;
	struct culprit_field *f = copy ? next_field(c) : NULL;

	if (f)
		*f = (struct culprit_field){ .name = name, .text = copy };
}

void culprit_number(struct culprit *c, const char *name, int64_t value)
{
	struct culprit_field *f = next_field(c);

	if (f)
		*f = (struct culprit_field){ .name = name, .number = value };
}
