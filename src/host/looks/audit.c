#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "host/audit_log.h"
#include "host/look.h"
#include "host/reader.h"
#include "host/unit_state.h"

/*
 * The audit log: where nothing has the port open, whether SELinux kept a daemon
 * from opening it. A denial may be long mended when somebody asks, so it is sure
 * only of a unit that has failed with that very process; else it is a hint.
 */
static const enum fact_kind told[] = { FACT_AUDIT_READ, FACT_BIND_DENIED,
				       FACT_BIND_DENIED_BEFORE };

/* As the saved host was started. */
static int read_boot(void *context, void *ret, size_t size)
{
	struct timespec now, since;
	int64_t ms;

	(void)context;
	if (clock_gettime(CLOCK_REALTIME, &now) ||
	    clock_gettime(CLOCK_BOOTTIME, &since))
		return -errno;

	ms = (int64_t)(now.tv_sec - since.tv_sec) * 1000 +
	     (now.tv_nsec - since.tv_nsec) / 1000000;
	memcpy(ret, &ms, size);
	return 0;
}

static bool is_of_port(const struct audit_denial *d,
		       const struct look_question *q)
{
	const char *class =
		q->protocol == IPPROTO_UDP ? "udp_socket" : "tcp_socket";

	return !d->is_apparmor && !d->is_permissive && d->port == q->port &&
	       !strcmp(d->permission, "name_bind") && !strcmp(d->class, class);
}

/* The newest denial of this port, since the host was started. */
static const struct audit_denial *find(const struct audit_denial *list,
				       const struct look_question *q,
				       int64_t boot_ms)
{
	for (; list; list = list->next)
		if (is_of_port(list, q) && list->at_ms >= boot_ms)
			return list;

	return NULL;
}

/* The unit whose main process it was. */
static const struct unit_state *unit_of(struct arena *a, int pid)
{
	const struct unit_state *list;

	if (unit_state_failed(&list, a))
		return NULL;
	for (; list; list = list->next)
		if (pid && list->pid == pid && unit_state_has_failed(list))
			return list;

	return NULL;
}

static void tell(struct looking *l, const struct audit_denial *d,
		 const struct unit_state *unit)
{
	struct culprit *c =
		audit_log_culprit(l->record->arena, VANTAGE_SERVER, d);

	if (unit) {
		culprit_text(c, l->record->arena, "unit", unit->id);
		look_forget_nothing_listens(l);
	}
	look_step(l, STEP_FAIL,
		  _("SELinux did not let %1$s (pid %2$d) open port %3$u"),
		  d->command, d->pid, d->port);
	look_tell(
		l, unit ? FACT_BIND_DENIED : FACT_BIND_DENIED_BEFORE, c,
		_("SELinux did not let %1$s (pid %2$d) open port %3$u: name_bind is denied to %4$s on %5$s."),
		d->command, d->pid, d->port, d->source, d->target);
}

static int check(struct looking *l, struct arena *a)
{
	const struct audit_denial *list = NULL, *d;
	int64_t boot_ms = 0;
	int err = audit_log_read(&list, a);

	if (!err)
		err = reader_value("boot-time", read_boot, NULL, &boot_ms,
				   sizeof(boot_ms));
	if (err)
		return err;

	d = find(list, l->question, boot_ms);
	if (d)
		tell(l, d, unit_of(a, d->pid));
	else
		look_tell(l, FACT_AUDIT_READ, NULL, NULL);
	return 0;
}

static int look(struct looking *l)
{
	struct arena *a = arena_new();
	int err = a ? 0 : -ENOMEM;

	look_forget(l, told, sizeof(told) / sizeof(*told));
	if (!err && look_nothing_listens(l) &&
	    !look_is_told(l, FACT_SELINUX_OFF))
		err = check(l, a);
	arena_free(a);
	return err;
}

const struct look look_audit = {
	.id = "audit",
	.title = N_("what SELinux refused, in the audit log"),
	.needs = "CAP_DAC_READ_SEARCH",
	.before = look,
	.client = look,
	.anybody = look,
};
