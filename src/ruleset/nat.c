#include "ruleset/nat.h"

#include <errno.h>
#include <string.h>

/* The parts of "address:port", either of which may be missing. */
struct parts {
	const char *address;
	size_t address_len;
	const char *port; /* NULL: none */
};

static struct parts split(const char *s)
{
	struct parts p = { .address = s };
	const char *end;

	if (*s == '[') {
		end = strchr(s, ']');
		p.address = s + 1;
		p.address_len = end ? (size_t)(end - s) - 1 : strlen(s) - 1;
		if (end && end[1] == ':')
			p.port = end + 2;
		return p;
	}

	/* Two colons: an IPv6 address, and no port. */
	end = strchr(s, ':');
	if (end && strchr(end + 1, ':'))
		end = NULL;
	p.address_len = end ? (size_t)(end - s) : strlen(s);
	p.port = end ? end + 1 : NULL;
	return p;
}

static int ports(const char *s, struct range *ret)
{
	const struct value_form f = { .type = VALUE_PORT };
	const char *dash = strchr(s, '-');
	size_t first = dash ? (size_t)(dash - s) : strcspn(s, "/");
	struct range last;
	u128 mask;
	int err = value_parse(&f, s, first, ret, &mask);

	if (!err && dash) {
		err = value_parse(&f, dash + 1, strcspn(dash + 1, "/"), &last,
				  &mask);
		if (!err && last.first < ret->first)
			err = VALUE_BACKWARDS;
		ret->last = last.first;
	}

	return err;
}

/* A range of addresses as these targets print it: no prefix. */
static void print_addresses(struct text *out, const struct range *r)
{
	struct address a = field_to_address(r->first);

	address_text(out, &a);
	if (r->first == r->last)
		return;

	a = field_to_address(r->last);
	text_char(out, '-');
	address_text(out, &a);
}

static void print_ports(struct text *out, const struct range *r)
{
	text_u64(out, (uint64_t)r->first);
	if (r->first == r->last)
		return;

	text_char(out, '-');
	text_u64(out, (uint64_t)r->last);
}

static int keep(struct build *b, struct text *out, struct argument *ret)
{
	ret->text = arena_string(build_arena(b), text_string(out));
	if (!text_ok(out))
		ret->text = NULL;
	text_done(out);
	return ret->text ? 0 : -ENOMEM;
}

int nat_read(struct build *b, const char *value, struct argument *ret)
{
	const struct value_form f = { .type = VALUE_ADDRESS,
				      .is_v6 = b->is_v6 };
	struct parts p = split(value);
	struct text out = TEXT_NULL;
	struct range a = { 0, 0 }, port = { 0, 0 };
	bool has_brackets;
	u128 mask;
	int err = 0;

	if (p.address_len)
		err = value_parse(&f, p.address, p.address_len, &a, &mask);
	if (!err && p.port && *p.port)
		err = ports(p.port, &port);
	if (err)
		return err;

	has_brackets = p.port && *p.port && b->is_v6 && p.address_len;
	if (has_brackets)
		text_char(&out, '[');
	if (p.address_len)
		print_addresses(&out, &a);
	if (has_brackets)
		text_char(&out, ']');
	if (p.port && *p.port) {
		text_char(&out, ':');
		print_ports(&out, &port);
		if (strchr(p.port, '/'))
			text_str(&out, strchr(p.port, '/'));
	}
	return keep(b, &out, ret);
}

int nat_read_ports(struct build *b, const char *value, struct argument *ret)
{
	struct text out = TEXT_NULL;
	struct range r;
	int err = ports(value, &r);

	if (err)
		return err;

	print_ports(&out, &r);
	ret->ranges = ranges_one(build_arena(b), r.first, r.last);
	if (!ret->ranges) {
		text_done(&out);
		return -ENOMEM;
	}
	return keep(b, &out, ret);
}

static int address_and_port(struct build *b, const char *value,
			    struct action *a)
{
	const struct value_form f = { .type = VALUE_ADDRESS };
	struct parts p = split(value);
	struct arena *arena = build_arena(b);
	struct range r;
	u128 mask;
	int err = 0;

	if (p.address_len) {
		err = value_parse(&f, p.address, p.address_len, &r, &mask);
		if (!err)
			a->address = ranges_one(arena, r.first, r.last);
		if (!err && !a->address)
			err = -ENOMEM;
	}
	if (!err && p.port && *p.port) {
		err = ports(p.port, &r);
		if (!err)
			a->port = ranges_one(arena, r.first, r.last);
		if (!err && !a->port)
			err = -ENOMEM;
	}

	/* It was read once already: what is wrong now is memory. */
	return err ? -ENOMEM : 0;
}

int nat_compile(struct build *b, const struct use *u, enum nat_kind kind)
{
	struct action a = { .kind = ACTION_NAT, .nat = kind, .text = b->text };
	const struct chain *c = b->rule->chain;
	int err = 0;

	if (kind == NAT_NETMAP_DESTINATION &&
	    (c->hook == HOOK_POSTROUTING || c->hook == HOOK_INPUT))
		a.nat = NAT_NETMAP_SOURCE;

	for (size_t i = 0; i < u->count && !err; i++) {
		const struct argument *arg = &u->arguments[i];

		if (strncmp(arg->option->name, "--random", 8) == 0)
			a.random = true;
		else if (strcmp(arg->option->name, "--to-ports") == 0)
			a.port = arg->ranges;
		else if (strcmp(arg->option->name, "--to") == 0)
			a.address = arg->ranges;
		else if (arg->option->type != VALUE_NONE)
			err = address_and_port(b, arg->text, &a);
	}

	build_action(b, &a);
	return err;
}
