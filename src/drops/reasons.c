#include "drops/reasons.h"

#include <bpf/btf.h>
#include <stdbool.h>
#include <string.h>

/* Where the enumerators are, and what their names begin with. */
struct source {
	const char *module; /* NULL: the kernel itself */
	const char *name;
	const char *prefix;
	bool is_reset;
};

static const struct source sources[] = {
	{ NULL, "skb_drop_reason", "SKB_DROP_REASON_", false },
	{ NULL, "sk_rst_reason", "SK_RST_REASON_", true },
	{ "mac80211", "mac80211_drop_reason", "___", false },
	{ "openvswitch", "ovs_drop_reason", "OVS_", false },
};

static void add(struct reasons *r, const struct source *s, uint32_t value,
		const char *name)
{
	const size_t skip = strlen(s->prefix);
	struct reason *to = &r->list[r->count];

	if (r->count == REASONS_MOST || !name)
		return;
	if (!strncmp(name, s->prefix, skip))
		name += skip;
	to->value = value;
	to->is_reset = s->is_reset;
	to->name[0] = '\0';
	(void)strncat(to->name, name, sizeof(to->name) - 1);
	r->count++;
}

static void add_all(struct reasons *r, const struct btf *btf,
		    const struct source *s)
{
	const int id = btf__find_by_name_kind(btf, s->name, BTF_KIND_ENUM);
	const struct btf_type *t =
		id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;

	for (unsigned i = 0; t && i < btf_vlen(t); i++) {
		const struct btf_enum *e = &btf_enum(t)[i];

		add(r, s, (uint32_t)e->val,
		    btf__name_by_offset(btf, e->name_off));
	}
}

void reasons_read(struct reasons *ret, const struct btf *kernel)
{
	ret->count = 0;
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		const struct source *s = &sources[i];
		size_t before = ret->count;
		struct btf *module;

		/* What is no module is built in. */
		add_all(ret, kernel, s);
		if (!s->module || ret->count != before)
			continue;
		module = btf__load_module_btf(s->module, (struct btf *)kernel);
		if (!module)
			continue;
		add_all(ret, module, s);
		btf__free(module);
	}
}

static const char *find(const struct reasons *r, uint32_t value, bool is_reset)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->list[i].value == value &&
		    r->list[i].is_reset == is_reset)
			return r->list[i].name;

	return "";
}

const char *reasons_drop(const struct reasons *r, uint32_t value)
{
	return find(r, value, false);
}

const char *reasons_reset(const struct reasons *r, uint32_t value)
{
	return find(r, value, true);
}
