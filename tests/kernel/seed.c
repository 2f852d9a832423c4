#include "seed.h"

static bool is_seed(const struct shot *s)
{
	const struct point *p = &s->packet;

	return !s->has_entry && !p->value[FIELD_FRAGMENT] && !s->quoted.known;
}

/* What a process here sends comes from an address of this host, or no answer
 * would find it. */
bool seed_draw(struct draw *d, struct lab *lab, unsigned out, struct shot *seed,
	       size_t count)
{
	const u128 *local;
	unsigned n;

	draw_begin(d, out);
	for (size_t i = 0; i < count; i++) {
		struct point *p = &seed[i].packet;

		do
			draw_shot(d, &seed[i]);
		while (!is_seed(&seed[i]));
		if (seed[i].is_local)
			point_set(p, FIELD_SADDR,
				  draw_make_local(d, p->value[FIELD_SADDR]));
	}
	n = draw_local(d, &local);
	return !lab_route(lab, local, n, out);
}

bool seed_settle(const struct lab *lab, struct shot *s)
{
	u128 source = s->packet.value[FIELD_SADDR];

	if (!predict_settle(lab, s))
		return false;
	if (s->is_local)
		s->packet.value[FIELD_SADDR] = source;
	return s->packet.value[FIELD_SADDR] != s->packet.value[FIELD_DADDR];
}
