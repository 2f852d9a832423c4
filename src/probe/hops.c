#include "probe/hops.h"

enum { TTL_MOST = 64 };

int hops_estimate(uint8_t reply_ttl)
{
	static const int starts[] = { 64, 128, 255 };

	if (!reply_ttl)
		return -1;

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (reply_ttl <= starts[i])
			return starts[i] - reply_ttl;

	return -1;
}

/* What was seen at one ttl, all tries taken together. */
struct at_ttl {
	unsigned tries, answers;   /* of the port in question */
	unsigned controls, passes; /* of the other one */
	bool is_host;              /* the other one is there */
	struct address router;     /* that the port's SYN came to */
	bool has_router;
};

static void gather(struct at_ttl *at, const struct hop *hops, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct hop *h = &hops[i];
		struct at_ttl *t;

		if (h->ttl > TTL_MOST)
			continue;
		t = &at[h->ttl];
		if (h->is_control) {
			t->controls++;
			t->passes += h->answer == HOP_ROUTER;
			t->is_host = t->is_host || h->answer == HOP_HOST;
			continue;
		}
		t->tries++;
		t->answers += h->answer != HOP_SILENT;
		if (h->answer == HOP_ROUTER) {
			t->router = h->router;
			t->has_router = true;
		}
	}
}

static void find_last(struct hops_found *ret, const struct hop *hops,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct hop *h = &hops[i];

		if (h->answer != HOP_ROUTER)
			continue;
		if (h->is_control && h->ttl > ret->last_control) {
			ret->last_control = h->ttl;
			ret->last_control_router = h->router;
		}
		if (!h->is_control && h->ttl > ret->last) {
			ret->last = h->ttl;
			ret->last_router = h->router;
		}
	}
}

/* Beyond the last answer to the port in question, where the other port's was
 * answered every time: a silent router would be silent to both. */
static void find_parting(struct hops_found *ret, const struct at_ttl *at)
{
	for (uint8_t ttl = (uint8_t)(ret->last + 1); ttl <= TTL_MOST; ttl++) {
		const struct at_ttl *t = &at[ttl];

		if (!t->tries || t->answers || !t->controls ||
		    t->passes < t->controls)
			continue;
		ret->parts_at = ttl;
		ret->parts_tries = t->tries < t->controls ? t->tries
							  : t->controls;
		return;
	}
}

/* A, B, A: two hops on it is the same router, and another one between. */
static void find_loop(struct hops_found *ret, const struct at_ttl *at)
{
	for (int ttl = 1; ttl + 2 <= TTL_MOST; ttl++) {
		const struct at_ttl *a = &at[ttl], *b = &at[ttl + 1];
		const struct at_ttl *c = &at[ttl + 2];

		if (!a->has_router || !b->has_router || !c->has_router ||
		    !address_equal(&a->router, &c->router) ||
		    address_equal(&a->router, &b->router))
			continue;
		ret->is_loop = true;
		ret->loop[0] = a->router;
		ret->loop[1] = b->router;
		return;
	}
}

void hops_judge(struct hops_found *ret, const struct hop *hops, size_t count)
{
	struct at_ttl at[TTL_MOST + 1] = { { 0 } };

	*ret = (struct hops_found){ 0 };
	gather(at, hops, count);
	find_last(ret, hops, count);
	find_parting(ret, at);
	find_loop(ret, at);
	ret->is_last_hop = ret->last && ret->last < TTL_MOST &&
			   !at[ret->last].is_host && at[ret->last + 1].is_host;
}
