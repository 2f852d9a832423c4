/*
 * Walks random packets through a ruleset and prints how many a second.
 *
 *     walk_speed RULESET [PACKETS]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/problem.h"
#include "ruleset/read.h"
#include "ruleset/walk.h"

enum { PACKETS = 1 << 12 };

static uint64_t next_random(uint64_t *seed)
{
	uint64_t z = (*seed += 0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static void make_packet(struct point *p, uint64_t *seed)
{
	const u128 v4 = (u128)0xffff << 32;

	*p = (struct point){ 0 };
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		point_set(p, (enum field)f, 0);
	point_set(p, FIELD_FAMILY, 2);
	point_set(p, FIELD_IIF, field_from_name("eth0", 4));
	point_set(p, FIELD_OIF, field_from_name("eth1", 4));
	point_set(p, FIELD_SADDR, v4 | (uint32_t)next_random(seed));
	point_set(p, FIELD_DADDR, v4 | (uint32_t)next_random(seed));
	point_set(p, FIELD_PROTO, next_random(seed) % 3 ? 6 : 17);
	point_set(p, FIELD_SPORT, 1024 + next_random(seed) % 60000);
	point_set(p, FIELD_DPORT, next_random(seed) % 10000);
	point_set(p, FIELD_TCP_FLAGS, 2);
	point_set(p, FIELD_CT_STATE, CT_NEW);
	point_set(p, FIELD_TTL, 64);
	point_set(p, FIELD_LENGTH, 60);
}

static struct ruleset *load(const char *path, struct problems *problems)
{
	struct ruleset *r = ruleset_new(problems);
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;
	ssize_t len = f ? getdelim(&text, &size, EOF, f) : -1;

	if (!r || len < 0 || ruleset_read(r, path, text, (size_t)len) ||
	    ruleset_link(r)) {
		perror(path);
		exit(1);
	}
	(void)fclose(f);
	free(text);
	return r;
}

int main(int argc, char *argv[])
{
	static struct point packets[PACKETS];
	uint64_t seed = 1,
		 rounds = argc > 2 ? strtoull(argv[2], NULL, 10) : 2000000;
	uint64_t counts[WALK_DECISION_COUNT] = { 0 };
	struct problems *problems = problems_new();
	struct timespec from, to;
	struct walk_plan *plan;
	double seconds;

	if (argc < 2)
		return 2;

	plan = walk_plan_new(load(argv[1], problems));
	for (size_t i = 0; i < PACKETS; i++)
		make_packet(&packets[i], &seed);

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (uint64_t i = 0; i < rounds; i++) {
		struct point p = packets[i % PACKETS];

		counts[walk_fast(plan, NULL, &p, NULL).decision]++;
	}
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	seconds = (double)(to.tv_sec - from.tv_sec) +
		  (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	(void)printf("%.2f million packets/s (%" PRIu64 " accepted, %" PRIu64
		     " not)\n",
		     (double)rounds / seconds / 1e6, counts[WALK_ACCEPT],
		     rounds - counts[WALK_ACCEPT]);
	walk_plan_free(plan);
	problems_free(problems);
	return 0;
}
