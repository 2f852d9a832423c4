#pragma once

#include "ruleset/program.h"

struct box;
struct spot;

/*
 * A program as a whole: what happens to every packet, as a decision diagram.
 *
 * Each node parts the values of one dimension into ranges and leads on by them;
 * the dimensions come in their order, equal nodes are one, and a node that does
 * not decide is left out. So two programs of a space do the same to all packets
 * just when they are the same node.
 *
 * A diagram may explode where a search does not. It is given up at a number of
 * nodes; then the answer is DIAGRAM_TOO_BIG.
 */
struct diagram;

enum { DIAGRAM_TOO_BIG = 1, DIAGRAM_NODES = 300 * 1000 };

/* NULL when there is no memory. */
struct diagram *diagram_new(const struct space *s, size_t max_nodes);
void diagram_free(struct diagram *d);

/* Fates as the caller numbers them, of an entry that ends. */
struct diagram_fates {
	uint32_t (*of)(void *context, const struct program *p, size_t entry);
	void *context;
	bool uncertain_act; /* entries that are not certain do what they say */
};

/* The program's root into ret. 0, DIAGRAM_TOO_BIG or -ENOMEM. */
int diagram_add(struct diagram *d, const struct program *p,
		const struct diagram_fates *fates, uint32_t *ret);

/* The fate of one packet. */
uint32_t diagram_fate(const struct diagram *d, uint32_t root,
		      const struct spot *s);

/* How much of the space has that fate, from 0 to 1, all values of a dimension
 * weighing the same. */
double diagram_share(const struct diagram *d, uint32_t root, uint32_t fate);

/* Calls each for the boxes, disjoint, of the packets with that fate, until it
 * answers something else than 0, which is given back. Equal sets give equal
 * boxes in the same order. */
int diagram_boxes(const struct diagram *d, uint32_t root, uint32_t fate,
		  int (*each)(void *context, const struct box *x),
		  void *context);
