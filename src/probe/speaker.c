#include "probe/speaker.h"

#include <string.h>
#include <strings.h>

const struct speaker *speaker_find(const char *id)
{
	for (size_t i = 0; i < speaker_count; i++)
		if (!strcmp(speaker_list[i]->id, id))
			return speaker_list[i];

	return NULL;
}

static bool has_scheme(const struct speaker *s, const char *scheme)
{
	for (size_t k = 0; s->schemes && s->schemes[k]; k++)
		if (!strcasecmp(s->schemes[k], scheme))
			return true;

	return false;
}

const struct speaker *speaker_of_scheme(const char *scheme)
{
	for (size_t i = 0; i < speaker_count; i++)
		if (has_scheme(speaker_list[i], scheme))
			return speaker_list[i];

	return NULL;
}

static bool has_port(const struct speaker *s, uint16_t port)
{
	for (size_t k = 0; s->ports && s->ports[k]; k++)
		if (s->ports[k] == port)
			return true;

	return false;
}

const struct speaker *speaker_of_port(uint8_t protocol, uint16_t port)
{
	for (size_t i = 0; i < speaker_count; i++)
		if (speaker_list[i]->protocol == protocol &&
		    has_port(speaker_list[i], port))
			return speaker_list[i];

	return NULL;
}
