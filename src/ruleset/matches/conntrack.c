#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/option.h"

/* States that are none, but may stand among them. */
enum { STATE_SNAT = CT_STATE_COUNT, STATE_DNAT };

static const struct choice states[] = {
	{ "INVALID", CT_INVALID },     { "NEW", CT_NEW },
	{ "RELATED", CT_RELATED },     { "ESTABLISHED", CT_ESTABLISHED },
	{ "UNTRACKED", CT_UNTRACKED }, { "SNAT", STATE_SNAT },
	{ "DNAT", STATE_DNAT },        { 0 },
};

enum status { NONE, EXPECTED, SEEN_REPLY, ASSURED, CONFIRMED };

static const struct choice statuses[] = {
	{ "EXPECTED", EXPECTED }, { "SEEN_REPLY", SEEN_REPLY },
	{ "ASSURED", ASSURED },   { "CONFIRMED", CONFIRMED },
	{ "NONE", NONE },         { 0 },
};

static const struct choice directions[] = { { "ORIGINAL", 0 },
					    { "REPLY", 1 },
					    { 0 } };

static const struct option options[] = {
	{ .name = "--ctstate",
	  .type = VALUE_CHOICES,
	  .field = FIELD_COUNT,
	  .choices = states },
	{ .name = "--ctproto",
	  .type = VALUE_PROTOCOL,
	  .field = FIELD_CT_PROTO,
	  .is_plain = true },
	{ .name = "--ctorigsrc",
	  .type = VALUE_ADDRESS,
	  .field = FIELD_CT_SADDR,
	  .is_plain = true },
	{ .name = "--ctorigdst",
	  .type = VALUE_ADDRESS,
	  .field = FIELD_CT_DADDR,
	  .is_plain = true },
	{ .name = "--ctreplsrc",
	  .type = VALUE_ADDRESS,
	  .field = FIELD_COUNT,
	  .is_plain = true },
	{ .name = "--ctrepldst",
	  .type = VALUE_ADDRESS,
	  .field = FIELD_COUNT,
	  .is_plain = true },
	{ .name = "--ctorigsrcport",
	  .type = VALUE_PORT,
	  .field = FIELD_CT_SPORT },
	{ .name = "--ctorigdstport",
	  .type = VALUE_PORT,
	  .field = FIELD_CT_DPORT },
	{ .name = "--ctreplsrcport", .type = VALUE_PORT, .field = FIELD_COUNT },
	{ .name = "--ctrepldstport", .type = VALUE_PORT, .field = FIELD_COUNT },
	{ .name = "--ctstatus",
	  .type = VALUE_CHOICES,
	  .field = FIELD_COUNT,
	  .choices = statuses },
	{ .name = "--ctexpire", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--ctdir",
	  .type = VALUE_CHOICE,
	  .field = FIELD_CT_DIRECTION,
	  .choices = directions },
	{ 0 },
};

static bool is(const struct argument *a, const char *name)
{
	return a == NULL ? false : strcmp(a->option->name, name) == 0;
}

static struct cond field_in(struct build *b, enum field f,
			    const struct ranges *r)
{
	if (!r)
		b->failed = true;
	return (struct cond){
		.kind = COND_RANGES, .field = f, .mask = ~(u128)0, .ranges = r
	};
}

static struct cond field_is(struct build *b, enum field f, u128 value)
{
	return field_in(b, f, ranges_one(build_arena(b), value, value));
}

static struct cond any(struct build *b, const struct cond *list, size_t count,
		       enum cond_kind kind)
{
	struct cond *copy = arena_alloc(build_arena(b), count * sizeof(*copy));

	if (!copy) {
		b->failed = true;
		return (struct cond){ .kind = COND_ANY };
	}

	memcpy(copy, list, count * sizeof(*copy));
	return (struct cond){ .kind = kind, .list = copy, .count = count };
}

/* One of the states; SNAT and DNAT are bits of the connection. */
static struct cond state(struct build *b, const struct argument *a)
{
	const struct ranges *real = ranges_intersection(
		build_arena(b), a->ranges,
		ranges_one(build_arena(b), 0, CT_STATE_COUNT - 1));
	struct cond list[3] = { field_in(b, FIELD_CT_STATE, real) };
	size_t n = 1;

	if (ranges_has(a->ranges, STATE_SNAT))
		list[n++] = field_is(b, FIELD_CT_SNAT, 1);
	if (ranges_has(a->ranges, STATE_DNAT))
		list[n++] = field_is(b, FIELD_CT_DNAT, 1);
	return n == 1 ? list[0] : any(b, list, n, COND_ANY);
}

/* One of the bits is set. */
static struct cond status(struct build *b, const struct argument *a)
{
	static const enum field fields[] = {
		[EXPECTED] = FIELD_CT_EXPECTED,
		[SEEN_REPLY] = FIELD_CT_SEEN_REPLY,
		[ASSURED] = FIELD_CT_ASSURED,
		[CONFIRMED] = FIELD_CT_CONFIRMED,
	};
	struct cond list[4];
	size_t n = 0;

	for (unsigned i = EXPECTED; i <= CONFIRMED; i++)
		if (ranges_has(a->ranges, i))
			list[n++] = field_is(b, fields[i], 1);
	return any(b, list, n, COND_ANY);
}

static struct cond variable(struct build *b, enum doubt doubt,
			    const struct argument *a)
{
	struct text out = TEXT_NULL;
	struct cond c = { .kind = COND_VARIABLE };

	text_str(&out, a->option->name);
	text_char(&out, ' ');
	text_str(&out, a->text);
	c.variable = ruleset_variable(b->ruleset, doubt, text_string(&out));
	if (!c.variable || !text_ok(&out))
		b->failed = true;
	text_done(&out);
	return c;
}

/* Where nothing was translated, replies come from where the original went. */
static struct cond reply(struct build *b, const struct argument *a)
{
	bool is_source = strstr(a->option->name, "src") != NULL;
	bool is_port = strstr(a->option->name, "port") != NULL;
	enum field nat = is_source ? FIELD_CT_DNAT : FIELD_CT_SNAT;
	enum field f = is_port ? (is_source ? FIELD_CT_DPORT : FIELD_CT_SPORT)
			       : (is_source ? FIELD_CT_DADDR : FIELD_CT_SADDR);
	struct cond plain[2] = { field_is(b, nat, 0),
				 field_in(b, f, a->ranges) };
	struct cond translated[2] = { field_is(b, nat, 1),
				      variable(b, DOUBT_HOST, a) };
	struct cond either[2];

	plain[1].mask = a->mask;
	either[0] = any(b, plain, 2, COND_ALL);
	either[1] = any(b, translated, 2, COND_ALL);
	return any(b, either, 2, COND_ANY);
}

static struct cond asked(struct build *b, const struct argument *a)
{
	struct cond c;

	if (is(a, "--ctstatus"))
		return status(b, a);
	if (is(a, "--ctexpire"))
		return variable(b, DOUBT_TIME, a);
	if (a->option->field == FIELD_COUNT)
		return reply(b, a);

	c = field_in(b, a->option->field, a->ranges);
	c.mask = a->mask;
	return c;
}

/* As conntrack_mt() of net/netfilter/xt_conntrack.c: a packet without a
 * connection meets the state alone, and nothing else of what is asked. */
static int compile(struct build *b, const struct use *u)
{
	const struct argument *s = use_argument(u, "--ctstate");
	struct cond untracked[2], c;

	if (s) {
		c = state(b, s);
		c.inverted = s->inverted;
		build_cond(b, &c);
	}

	untracked[0] = any(
		b,
		(struct cond[]){ field_is(b, FIELD_CT_STATE, CT_INVALID),
				 field_is(b, FIELD_CT_STATE, CT_UNTRACKED) },
		2, COND_ANY);
	for (size_t i = 0; i < u->count; i++) {
		const struct argument *a = &u->arguments[i];

		if (a == s)
			continue;
		c = asked(b, a);
		c.inverted = a->inverted;
		if (s) {
			untracked[1] = c;
			c = any(b, untracked, 2, COND_ANY);
		} else if (i == 0) {
			untracked[0].inverted = true;
			build_cond(b, &untracked[0]);
		}
		build_cond(b, &c);
	}

	return b->failed ? -ENOMEM : 0;
}

const struct match match_conntrack = {
	.name = "conntrack",
	.options = options,
	.compile = compile,
};
