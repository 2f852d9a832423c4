#include "drops/drops.h"

#include <errno.h>

int drops_start(const struct drops_request *q, int *file, int *control)
{
	(void)q;
	*file = *control = -1;
	return -EOPNOTSUPP;
}
