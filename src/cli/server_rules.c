#include "cli/server_rules.h"

int server_rules_new(struct server_rules **ret, struct check_rights *rights,
		     struct case_record *c)
{
	(void)rights;
	(void)c;
	*ret = NULL;
	return 0;
}

void server_rules_free(struct server_rules *s)
{
	(void)s;
}

int server_rules_client(struct server_rules *s, const struct look_question *q,
			const char *in_device, struct facts *facts)
{
	(void)s;
	(void)q;
	(void)in_device;
	(void)facts;
	return 0;
}

int server_rules_after(struct server_rules *s, const struct look_question *q,
		       const struct fact_set *seen, unsigned packets,
		       struct facts *facts)
{
	(void)s;
	(void)q;
	(void)seen;
	(void)packets;
	(void)facts;
	return 0;
}
