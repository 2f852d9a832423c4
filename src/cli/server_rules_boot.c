/*
 * What the next boot would load, for the packet at hand.
 */
#include "cli/server_rules_parts.h"

int server_rules_boot(struct server_rules *s, struct case_record *c)
{
	(void)s;
	(void)c;
	return 0;
}
