/* The plan as doc/fix.schema.json describes it. */
#include <netinet/in.h>

#include "base/json.h"
#include "cli/firewall_change.h"
#include "cli/fix.h"
#include "fix/file_edit.h"
#include "fix/rules_edit.h"
#include "report/flow_json.h"

static void address_json(struct json *j, const char *name, bool is_known,
			 const struct address *a)
{
	struct text t = TEXT_NULL;

	if (is_known)
		address_text(&t, a);
	json_member(j, name, is_known ? text_string(&t) : NULL);
	text_done(&t);
}

static void ask_json(struct json *j, const struct fix_ask *a)
{
	static const char *const whom[] = {
		[FIX_FOR_CLIENT] = "client",
		[FIX_FOR_SUBNET] = "subnet",
		[FIX_FOR_EVERYONE] = "everyone",
	};

	json_name(j, "ask");
	json_object(j);
	json_member(j, "transport", a->protocol == IPPROTO_UDP ? "udp" : "tcp");
	json_member_u64(j, "port", a->port);
	address_json(j, "server", a->has_server, &a->server);
	address_json(j, "client", a->has_client, &a->client);
	json_name(j, "prefix");
	if (a->has_client)
		json_u64(j, a->client_prefix);
	else
		json_null(j);
	json_member(j, "for", whom[a->for_whom]);
	json_object_end(j);
}

static void faults_json(struct json *j, const struct fix_plan *p)
{
	json_name(j, "faults");
	json_array(j);
	for (size_t i = 0; i < p->fault_count; i++) {
		const struct fix_fault *f = &p->faults[i];

		json_object(j);
		json_member(j, "cause", f->cause ? f->cause->id : NULL);
		json_member(j, "fact", f->found ? fact_id(f->found) : NULL);
		json_name(j, "culprit");
		if (f->culprit)
			flow_json_culprit(j, f->culprit);
		else
			json_null(j);
		json_name(j, "mended");
		json_bool(j, f->is_mended);
		json_object_end(j);
	}
	json_array_end(j);
}

static void strings_json(struct json *j, const char *name,
			 const char *const *list, size_t count)
{
	json_name(j, name);
	json_array(j);
	for (size_t i = 0; i < count; i++)
		json_string(j, list[i]);
	json_array_end(j);
}

static void argv_json(struct json *j, const char *name, const char *const *argv)
{
	size_t count = 0;

	while (argv && argv[count])
		count++;
	if (argv) {
		strings_json(j, name, argv, count);
	} else {
		json_name(j, name);
		json_null(j);
	}
}

static void file_json(struct json *j, const struct file_change *f)
{
	struct text diff = TEXT_NULL;

	file_edit_diff(&diff, f->path, f->before ? f->before : "", f->after);
	json_member(j, "path", f->path);
	json_name(j, "line");
	if (f->line)
		json_u64(j, f->line);
	else
		json_null(j);
	json_member(j, "diff", text_string(&diff));
	json_member(j, "before", f->before);
	json_member(j, "after", f->after);
	json_name(j, "mode");
	json_u64(j, f->mode);
	text_done(&diff);
}

static void rules_json(struct json *j, struct arena *a,
		       const struct rules_change *r)
{
	json_member(j, "engine", engine_names[r->engine]);
	json_member(j, "family", table_family_names[r->family]);
	json_member(j, "table", r->table);
	argv_json(j, "argv", rules_edit_argv(a, r));
	json_member(j, "script", r->script);
	json_member(j, "undo", r->undo);
}

static void change_json(struct json *j, struct arena *a,
			const struct fix_change *c)
{
	static const char *const kinds[] = {
		[CHANGE_RULES] = "rules",
		[CHANGE_FILE] = "file",
		[CHANGE_RUN] = "run",
	};

	json_object(j);
	json_member(j, "kind", kinds[c->kind]);
	json_member(j, "text", c->text);
	json_member(j, "undo_text", c->undo_text);
	switch (c->kind) {
	case CHANGE_RULES:
		rules_json(j, a, &c->rules);
		break;
	case CHANGE_FILE:
		file_json(j, &c->file);
		break;
	case CHANGE_RUN:
		argv_json(j, "argv", c->run.argv);
		argv_json(j, "undo_argv", c->run.undo);
		json_name(j, "restart");
		json_bool(j, c->run.is_restart);
		break;
	}
	json_object_end(j);
}

static void changes_json(struct json *j, struct arena *a, const char *name,
			 const struct fix_change *list, size_t count)
{
	json_name(j, name);
	json_array(j);
	for (size_t i = 0; i < count; i++)
		change_json(j, a, &list[i]);
	json_array_end(j);
}

static void effect_json(struct json *j, const struct fix_effect *e)
{
	json_name(j, "effect");
	json_object(j);
	strings_json(j, "text", e->text, e->text_count);
	json_name(j, "known");
	json_bool(j, e->is_known);
	json_name(j, "lets_through");
	json_bool(j, e->lets_through);
	json_name(j, "exact");
	json_bool(j, e->is_exact);
	json_name(j, "outside");
	json_double(j, e->outside, 0);
	json_name(j, "changes");
	json_array(j);
	for (const struct change *c = e->comparison.first; c; c = c->next)
		firewall_change_json(j, c);
	json_array_end(j);
	json_object_end(j);
}

static void rows_json(struct json *j, const struct rehearsal *r)
{
	static const char *const results[] = {
		[REHEARSAL_NOT_TRIED] = "not-tried",
		[REHEARSAL_PASS] = "pass",
		[REHEARSAL_FAIL] = "fail",
		[REHEARSAL_BLOCKED] = "blocked",
	};

	json_name(j, "rows");
	json_array(j);
	for (size_t i = 0; i < REHEARSAL_CHECKS; i++) {
		const struct rehearsal_row *row = &r->row[i];

		json_object(j);
		json_member(j, "check", rehearsal_check_names[i]);
		json_member(j, "result", results[row->result]);
		json_member(j, "text", row->text);
		json_name(j, "ms");
		json_double(j, row->ms, 1);
		json_object_end(j);
	}
	json_array_end(j);
}

static void rehearsal_json(struct json *j, const struct rehearsal *r)
{
	json_name(j, "rehearsal");
	if (!r) {
		json_null(j);
		return;
	}

	json_object(j);
	json_name(j, "proven");
	json_bool(j, r->is_proven);
	json_name(j, "ms");
	json_double(j, r->ms, 1);
	rows_json(j, r);
	json_member_u64(j, "witnesses", r->witnesses);
	json_member_u64(j, "kept", r->kept);
	json_name(j, "turned");
	json_array(j);
	for (size_t i = 0; i < r->turned_count; i++) {
		const struct rehearsal_witness *w = &r->turned[i];

		json_object(j);
		json_member(j, "packet", w->packet);
		json_member(j, "before", w->before);
		json_member(j, "after", w->after);
		json_name(j, "meant");
		json_bool(j, w->is_meant);
		json_object_end(j);
	}
	json_array_end(j);
	strings_json(j, "stand_ins", r->stand_ins, r->stand_in_count);
	json_object_end(j);
}

static void candidate_json(struct json *j, struct arena *a,
			   const struct fix_candidate *c)
{
	json_object(j);
	json_member(j, "id", c->id);
	json_member(j, "summary", c->summary);
	json_member(j, "why", c->why);
	changes_json(j, a, "changes", c->now, c->now_count);
	changes_json(j, a, "lasting", c->lasting, c->lasting_count);
	effect_json(j, &c->effect);
	json_member(j, "risk", fix_risk_names[c->risk]);
	json_member(j, "risk_text", c->risk_text);
	json_member(j, "lasts", fix_lasts_names[c->lasts]);
	json_member(j, "lasts_text", c->lasts_text);
	json_member(j, "owner", c->owner);
	strings_json(j, "commands", c->commands, c->command_count);
	json_member_u64(j, "cost", c->cost);
	rehearsal_json(j, c->rehearsal);
	json_object_end(j);
}

static void elsewhere_json(struct json *j, const struct fix_plan *p)
{
	json_name(j, "elsewhere");
	json_array(j);
	for (const struct fix_elsewhere *e = p->elsewhere; e; e = e->next) {
		json_object(j);
		json_member(j, "who", e->who);
		json_member(j, "what", e->what);
		json_member(j, "message", e->message);
		json_object_end(j);
	}
	json_array_end(j);
}

static void applied_json(struct json *j, const struct fix_applied *a)
{
	if (a->outcome == FIX_NOT_APPLIED)
		return;

	json_name(j, "applied");
	json_object(j);
	json_member(j, "outcome", fix_outcome_names[a->outcome]);
	json_member(j, "id", a->id[0] ? a->id : NULL);
	json_member(j, "why", a->why);
	json_object_end(j);
}

void fix_json(struct text *out, const struct fix_run *x, const struct ticket *t)
{
	struct json j = json_over(out, true);

	json_object(&j);
	json_member_u64(&j, "kiriwake", 1);
	ask_json(&j, &x->plan.ask);
	flow_json_verdict(&j, &t->flow);
	faults_json(&j, &x->plan);
	json_name(&j, "chosen");
	if (x->chosen)
		json_u64(&j, x->number);
	else
		json_null(&j);
	json_name(&j, "candidates");
	json_array(&j);
	for (const struct fix_candidate *c = x->plan.first; c; c = c->next)
		candidate_json(&j, x->plan.arena, c);
	json_array_end(&j);
	elsewhere_json(&j, &x->plan);
	strings_json(&j, "remarks", x->plan.remarks, x->plan.remark_count);
	applied_json(&j, &x->applied);
	flow_json_problems(&j, t->problems);
	json_object_end(&j);
	text_char(out, '\n');
}
