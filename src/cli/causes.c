/* causes: the catalogue. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/near.h"
#include "diag/cause.h"

static const char *frequency_name(enum frequency f)
{
	static const char *const names[] = {
		[FREQUENCY_RARE] = "rare",
		[FREQUENCY_OCCASIONAL] = "occasional",
		[FREQUENCY_COMMON] = "common",
	};

	return names[f];
}

static void cause_json(struct json *j, const struct cause *c)
{
	json_object(j);
	json_member(j, "id", c->id);
	json_member_u64(j, "number", (uint64_t)c->number);
	json_member(j, "title", _(c->title));
	json_member(j, "meaning", _(c->meaning));
	json_member(j, "told_apart", _(c->told_apart));
	json_member(j, "separate_by", _(c->separate_by));
	json_member(j, "fix", _(c->fix));
	json_member(j, "place", place_name(c->place));
	json_member(j, "frequency", frequency_name(c->frequency));
	json_name(j, "symptoms");
	json_array(j);
	for (int s = 0; s < SYMPTOMS; s++)
		if (c->shows >> s & 1)
			json_string(j, symptom_id((enum symptom)s));
	json_array_end(j);
	json_object_end(j);
}

static void cause_text(const struct cause *c)
{
	(void)printf("%s\n  %s\n\n", c->id, _(c->title));
	(void)printf("  %s\n\n", _(c->meaning));
	(void)printf(_("  Told apart: %s\n\n"), _(c->told_apart));
	(void)printf(_("  Decided by: %s\n\n"), _(c->separate_by));
	(void)printf(_("  Fix: %s\n\n"), _(c->fix));
	(void)printf(_("  Seen as:"));
	for (int s = 0; s < SYMPTOMS; s++)
		if (c->shows >> s & 1)
			(void)printf(" %s", symptom_id((enum symptom)s));
	(void)putchar('\n');
}

static void all_json(const char *const ids[], size_t count)
{
	struct text out = TEXT_NULL;
	struct json j = json_over(&out, true);

	json_object(&j);
	json_member_u64(&j, "kiriwake", 1);
	json_name(&j, "causes");
	json_array(&j);
	for (size_t i = 0; !count && i < cause_count; i++)
		cause_json(&j, cause_list[i]);
	for (size_t i = 0; i < count; i++)
		cause_json(&j, cause_find(ids[i]));
	json_array_end(&j);
	json_object_end(&j);
	(void)puts(text_string(&out));
	text_done(&out);
}

static void all_text(const char *const ids[], size_t count)
{
	for (size_t i = 0; !count && i < cause_count; i++)
		(void)printf("%-34s %s\n", cause_list[i]->id,
			     _(cause_list[i]->title));
	for (size_t i = 0; i < count; i++)
		cause_text(cause_find(ids[i]));
}

static int causes_run(struct cli *cli, int argc, char *argv[])
{
	const char *ids[16];
	size_t count = 0;

	for (int i = 1; i < argc; i++) {
		int taken =
			argv[i][0] == '-' ? cli_common(cli, argc, argv, &i) : 0;

		if (taken < 0)
			return EXIT_USAGE;
		if (taken)
			continue;
		if (argv[i][0] == '-')
			return near_option(&command_causes, argv[i]);
		if (!cause_find(argv[i]))
			return cli_usage(&command_causes,
					 _("there is no cause \"%s\""),
					 argv[i]);
		if (count == sizeof(ids) / sizeof(*ids))
			return cli_usage(&command_causes, "%s",
					 _("too many ids"));
		ids[count++] = argv[i];
	}

	if (cli->json)
		all_json(ids, count);
	else
		all_text(ids, count);
	return EXIT_HEALTHY;
}

const struct command command_causes = {
	.name = "causes",
	.arguments = "[--json] [ID...]",
	.summary = N_(
		"The catalogue of causes: what they mean, how they are told apart, how they are mended."),
	.help = N_("\n"
		   "Without an ID, all of them, one a line.\n"
		   "\n"
		   "Examples:\n"
		   "  kiriwake causes\n"
		   "  kiriwake causes rule-order-reject-before-accept\n"
		   "  kiriwake causes --lang ja firewall-drop-silent\n"),
	.run = causes_run,
};
