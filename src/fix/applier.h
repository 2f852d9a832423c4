#pragma once

#include <stdbool.h>

#include "fix/apply.h"

/*
 * The process that keeps the rights to change the host, while the one that makes
 * the plan gives them up. It is begun before anything untrusted is read, reads
 * nothing but an order (order.h), and does nothing but what ledger, sentry and
 * steps do. A closed terminal does not end it half way.
 */
struct applier;

/* Needs root. 0 or -errno. */
int applier_start(struct applier **ret);

/* NULL is taken. What is pending stays so, under its sentry. */
void applier_end(struct applier *p);

/* apply_begin() there. id: of the change, also where it was undone at once. 0 or
 * -errno with why. */
int applier_apply(struct applier *p, const struct order *o,
		  const struct text *planned, char id[32], struct text *why);

/* Tries the connection again, as the order says (service, client): by this very
 * program, with the rights that it takes. The exit status of that, or -errno. */
int applier_try(struct applier *p);

/* apply_undo(), apply_confirm() of that change. 0 or -errno with why. */
int applier_undo(struct applier *p, struct text *why);
int applier_confirm(struct applier *p, struct text *why);
