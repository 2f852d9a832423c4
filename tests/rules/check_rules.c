/* Reads the lines of the files here (see README.md): is each rule
 * printed canonically, and does it answer for the packets as it should?
 * usage: check_rules FILE.t... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/packet_words.h"
#include "ruleset/save.h"

static const char *const answers[] = { "no", "yes", "unknown" };

/* Where the lines at hand are. */
struct place_of {
	const char *file;
	unsigned line;
	char family[8], table[16], chain[32];
};

static struct {
	unsigned lines, answers, bad;
} count;

static void complain(const struct place_of *at, const char *what,
		     const char *wanted, const char *got)
{
	count.bad++;
	(void)fprintf(stderr, "%s:%u: %s\n  wanted: %s\n  got:    %s\n",
		      at->file, at->line, what, wanted, got);
}

static struct ruleset *read_rule(const struct place_of *at, const char *words,
				 struct problems *problems)
{
	struct ruleset *r = ruleset_new(problems);
	struct read_hint hint = *READ_NO_HINT;
	struct text text = TEXT_NULL;

	hint.family = strcmp(at->family, "ip6") == 0 ? TABLE_IP6 : TABLE_IP;
	text_format(&text, "*%s\n-A %s %s\nCOMMIT\n", at->table, at->chain,
		    words);
	if (!r || save_read(r, "rule", text_string(&text), text.len, &hint) ||
	    ruleset_link(r))
		exit(1);
	text_done(&text);
	return r;
}

/* The first rule, wherever it is; NULL: it was not read. */
static const struct rule *only_rule(const struct ruleset *r)
{
	for (const struct table *t = r->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next)
			if (c->first)
				return c->first;

	return NULL;
}

static enum answer ask(const struct rule *rule, const struct point *p)
{
	enum answer all = ANSWER_YES;

	for (size_t i = 0; i < rule->term_count; i++) {
		enum answer a;

		if (rule->terms[i].is_action)
			continue;
		a = cond_eval(&rule->terms[i].cond, p, NULL);
		if (a == ANSWER_NO)
			return a;
		if (a == ANSWER_UNKNOWN)
			all = a;
	}

	return all;
}

/* "tcp dport=22 -> yes, udp dport=22 -> no" */
static void check_answers(const struct place_of *at, const struct rule *rule,
			  struct problems *problems, char *list)
{
	struct arena *arena = arena_new();

	for (char *s = list, *next; s; s = next) {
		char *arrow = strstr(s, " -> ");
		struct packet_words w = { 0 };
		const char *got;

		next = strstr(s, ", ");
		if (next) {
			*next = '\0';
			next += 2;
		}
		if (!arrow ||
		    packet_words_parse(&w, arena, "packet", s,
				       (size_t)(arrow - s), problems)) {
			complain(at, "this is no packet and answer", s, "");
			continue;
		}
		packet_words_assume(&w);
		got = answers[ask(rule, &w.point)];
		count.answers++;
		if (strcmp(got, arrow + 4) != 0)
			complain(at, s, arrow + 4, got);
	}

	arena_free(arena);
}

static void check_canonical(const struct place_of *at, const struct rule *rule,
			    const char *wanted)
{
	struct text out = TEXT_NULL;
	const char *got;

	save_print_rule(&out, rule);
	text_cut(&out, out.len - 1);
	got = text_string(&out) + strlen("-A ") + strlen(at->chain);
	got += *got == ' ';
	if (strcmp(got, wanted) != 0)
		complain(at, "canonical words", wanted, got);
	text_done(&out);
}

static void check_line(const struct place_of *at, char *line)
{
	struct problems *problems = problems_new();
	char *canonical = strstr(line, " ; "), *packets;
	struct ruleset *r;
	const struct rule *rule;

	if (!canonical) {
		complain(at, "a line has words ; canonical words", "", line);
		return;
	}
	*canonical = '\0';
	canonical += 3;
	packets = strstr(canonical, " ; ");
	if (packets) {
		*packets = '\0';
		packets += 3;
	}

	count.lines++;
	r = read_rule(at, line, problems);
	rule = only_rule(r);
	if (!rule || problems_count(problems)) {
		complain(at, "the rule is not read", line,
			 problems_count(problems)
				 ? problems_at(problems, 0)->text
				 : "");
	} else {
		check_canonical(at, rule,
				strcmp(canonical, "=") == 0 ? line : canonical);
		if (packets)
			check_answers(at, rule, problems, packets);
	}
	ruleset_free(r);
	problems_free(problems);
}

static void check_file(const char *name)
{
	struct place_of at = { .file = name };
	FILE *f = fopen(name, "r");
	char line[2000];

	if (!f) {
		complain(&at, "cannot be opened", "", "");
		return;
	}
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		at.line++;
		if (line[0] == '@')
			(void)sscanf(line, "@%7s %15s %31s", at.family,
				     at.table, at.chain);
		else if (line[0] && line[0] != '#')
			check_line(&at, line);
	}
	(void)fclose(f);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		check_file(argv[i]);
	(void)printf("%u rules, %u answers, %u bad\n", count.lines,
		     count.answers, count.bad);
	return count.bad || !count.lines;
}
