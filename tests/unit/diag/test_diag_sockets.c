/* What the server's sockets and processes show, and what only looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "facts.h"

static const struct fact_set *with(struct fact_set *set, enum fact_kind kind)
{
	fact_add(set, kind);
	return set;
}

/* A refusal that left the server, where all of its sockets were looked at. */
static struct fact_set refused(bool is_v4)
{
	return FACTS(FACT_AT_SERVER, FACT_SYN_SEEN, FACT_RST_FOR_SYN,
		     FACT_RST_LEFT_SERVER, FACT_SOCKETS_READ, FACT_SPACES_READ,
		     FACT_PROCESS_SAME, FACT_NO_SYSTEMD, FACT_SELINUX_OFF,
		     is_v4 ? FACT_IS_V4 : FACT_IS_V6);
}

static const struct {
	enum fact_kind found;
	const char *cause;
	bool is_v6;
} listeners[] = {
	{ FACT_LISTENER_NONE, "no-listener", false },
	{ FACT_LISTENER_LOOPBACK, "listener-loopback-only", false },
	{ FACT_LISTENER_ADDRESS, "listener-wrong-address", false },
	{ FACT_LISTENER_DEVICE, "listener-bound-to-device", false },
	{ FACT_LISTENER_V6ONLY, "listener-v6only", false },
	{ FACT_LISTENER_V4ONLY, "ipv6-no-listener", true },
	{ FACT_LISTENER_OTHER_PROTOCOL, "listener-udp-only", false },
	{ FACT_INNER_LOOPBACK, "container-listener-loopback", false },
};

enum { LISTENERS = sizeof(listeners) / sizeof(*listeners) };

static void
what_was_found_of_sockets_is_the_first_and_the_only_one(void **state)
{
	for (size_t i = 0; i < LISTENERS; i++) {
		struct fact_set facts = refused(!listeners[i].is_v6);
		const struct verdict *v;

		if (listeners[i].found != FACT_INNER_LOOPBACK)
			fact_add(&facts, FACT_NO_DNAT);
		v = diag_judge(*state, with(&facts, listeners[i].found));

		assert_string_equal(v->cause->id, listeners[i].cause);
		for (size_t k = 0; k < LISTENERS; k++)
			assert_true(
				k == i ||
				place_in(v, cause_find(listeners[k].cause)) <
					0);
	}
}

static void where_a_socket_takes_the_client_none_of_them_is_told(void **state)
{
	for (size_t i = 0; i < LISTENERS; i++) {
		struct fact_set facts = refused(!listeners[i].is_v6);
		const struct verdict *v =
			diag_judge(*state, with(&facts, FACT_LISTENER_HERE));

		/* Which container it is sent on to is not known here. */
		if (listeners[i].found == FACT_INNER_LOOPBACK)
			continue;
		assert_int_equal(place_in(v, cause_find(listeners[i].cause)),
				 -1);
	}
}

static void not_looked_at_all_of_them_are_left(void **state)
{
	struct fact_set facts =
		FACTS(FACT_AT_SERVER, FACT_SYN_SEEN, FACT_RST_FOR_SYN,
		      FACT_RST_LEFT_SERVER, FACT_IS_V4);
	const struct verdict *v = diag_judge(*state, &facts);

	for (size_t i = 0; i < LISTENERS; i++)
		assert_true(listeners[i].is_v6 ||
			    place_in(v, cause_find(listeners[i].cause)) >= 0);
}

/* Whether it moved there or never started, nobody can tell. */
static void a_program_on_another_port_may_be_the_one_that_is_meant(void **state)
{
	struct fact_set facts = refused(true);
	const struct verdict *v =
		diag_judge(*state, with(&facts, FACT_LISTENER_STRAY));

	assert_true(place_in(v, cause_find("listener-wrong-port")) >= 0);
	assert_true(place_in(v, cause_find("no-listener")) >= 0);
	assert_int_not_equal(v->certainty, CERTAINTY_PROVEN);
}

static void a_port_of_a_container_proves_nothing(void **state)
{
	struct fact_set facts = refused(true);
	const struct verdict *v =
		diag_judge(*state, with(&facts, FACT_LISTENER_ELSEWHERE));

	assert_true(place_in(v, cause_find("listener-other-netns")) >= 0);
	assert_true(place_in(v, cause_find("no-listener")) >= 0);
	assert_int_not_equal(v->certainty, CERTAINTY_PROVEN);
}

static void a_service_that_was_shut_in_is_the_one_that_is_meant(void **state)
{
	struct fact_set facts = refused(true);
	const struct verdict *v =
		diag_judge(*state, with(&facts, FACT_LISTENER_WALLED));

	assert_int_equal(place_in(v, cause_find("listener-other-netns")), 0);
	assert_int_equal(place_in(v, cause_find("no-listener")), -1);
}

static void the_usual_program_on_another_port_is_it(void **state)
{
	struct fact_set facts = refused(true);
	const struct verdict *v =
		diag_judge(*state, with(&facts, FACT_LISTENER_MOVED));

	assert_int_equal(place_in(v, cause_find("listener-wrong-port")), 0);
	assert_int_equal(place_in(v, cause_find("no-listener")), -1);
}

static void a_ttl_that_cannot_suffice_is_the_servers_own(void **state)
{
	struct fact_set facts =
		FACTS(FACT_AT_SERVER, FACT_FORETOLD, FACT_SYN_SEEN,
		      FACT_SYNACK_SEEN, FACT_SYNACK_UNANSWERED, FACT_ICMP_ERROR,
		      FACT_ICMP_TTL, FACT_ICMP_FROM_OTHER);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_int_equal(v->symptom, SYMPTOM_SYNACK_UNANSWERED);
	assert_int_not_equal(v->certainty, CERTAINTY_PROVEN);
	assert_int_equal(place_in(v, cause_find("neigh-table-overflow")), -1);

	v = diag_judge(*state, with(&facts, FACT_OWN_TTL_SMALL));
	assert_string_equal(v->cause->id, "ttl-too-small");
	assert_int_equal(v->certainty, CERTAINTY_PROVEN);
	assert_int_equal(v->place, PLACE_SERVER);
}

/* SYNs that came in and were not answered. */
static struct fact_set swallowed(void)
{
	return FACTS(FACT_AT_SERVER, FACT_SYN_SEEN, FACT_SYN_SILENCE,
		     FACT_SYN_ARRIVED, FACT_SOCKETS_READ, FACT_LISTENER_HERE,
		     FACT_SOCKET_QUEUES_READ, FACT_SOCKET_FILTER_NONE,
		     FACT_IS_V4);
}

static const struct {
	enum fact_kind found, proves, maybe;
	const char *cause;
} drops[] = {
	{ FACT_ACCEPT_QUEUE_FULL, FACT_ACCEPT_QUEUE_DROPPED,
	  FACT_ACCEPT_QUEUE_COUNTED, "accept-queue-full" },
	{ FACT_SYN_QUEUE_FULL, FACT_SYN_QUEUE_DROPPED, FACT_SYN_QUEUE_COUNTED,
	  "syn-flood-no-cookies" },
	{ FACT_KEY_DROPPED, FACT_KEY_DROPPED, FACT_KEY_COUNTED,
	  "tcp-md5-required" },
	{ FACT_TTL_DROPPED, FACT_TTL_DROPPED, FACT_TTL_COUNTED, "min-ttl" },
};

enum { DROPS = sizeof(drops) / sizeof(*drops) };

static void drops_that_are_the_clients_own_prove_it(void **state)
{
	for (size_t i = 0; i < DROPS; i++) {
		struct fact_set facts = swallowed();
		const struct verdict *v;

		fact_add(&facts, drops[i].found);
		fact_add(&facts, drops[i].proves);
		v = diag_judge(*state, &facts);
		assert_string_equal(v->cause->id, drops[i].cause);
		assert_int_equal(v->certainty, CERTAINTY_PROVEN);
	}
}

static void drops_that_may_be_anybodys_prove_nothing(void **state)
{
	for (size_t i = 0; i < DROPS; i++) {
		struct fact_set facts = swallowed();
		const struct verdict *v =
			diag_judge(*state, with(&facts, drops[i].maybe));

		assert_true(place_in(v, cause_find(drops[i].cause)) >= 0);
		assert_int_not_equal(v->certainty, CERTAINTY_PROVEN);
	}
}

static void counters_that_did_not_move_exclude_it(void **state)
{
	const struct fact_set facts = swallowed();
	const struct verdict *v = diag_judge(*state, &facts);

	for (size_t i = 0; i < DROPS; i++)
		assert_int_equal(place_in(v, cause_find(drops[i].cause)), -1);
	assert_int_equal(place_in(v, cause_find("socket-filter-drop")), -1);
}

/* A connection that was made, and is silent. */
static struct fact_set silent(void)
{
	return FACTS(FACT_AT_SERVER, FACT_SYN_SEEN, FACT_SYNACK_SEEN,
		     FACT_HANDSHAKE_DONE, FACT_SERVER_SILENT, FACT_SOCKETS_READ,
		     FACT_LISTENER_HERE, FACT_CONNECTION_WAITS, FACT_IS_V4);
}

static const struct {
	enum fact_kind found, excludes;
	const char *cause;
} states[] = {
	{ FACT_PROCESS_STOPPED, FACT_PROCESS_FILES_FULL, "service-hung" },
	{ FACT_PROCESS_FILES_FULL, FACT_PROCESS_FILES_LEFT,
	  "service-accept-emfile" },
	{ FACT_PROCESS_PAUSED, FACT_PROCESS_STOPPED, "max-clients" },
	{ FACT_PROCESS_WORKER_HANGS, FACT_PROCESS_WORKERS_RUN,
	  "reuseport-hung-worker" },
	{ FACT_SOCKET_DEFERS, FACT_SOCKET_DEFERS_NOT, "defer-accept-silent" },
};

static void the_state_of_a_process_names_why_it_is_silent(void **state)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		struct fact_set found = silent(), other = silent();
		const struct cause *c = cause_find(states[i].cause);
		const struct verdict *v =
			diag_judge(*state, with(&found, states[i].found));

		assert_ptr_equal(v->cause, c);
		v = diag_judge(*state, with(&other, states[i].excludes));
		assert_int_equal(place_in(v, c), -1);
	}
}

static void what_a_program_took_does_not_wait_for_it(void **state)
{
	struct fact_set facts = silent();
	const struct verdict *v;

	fact_remove(&facts, FACT_CONNECTION_WAITS);
	v = diag_judge(*state, with(&facts, FACT_CONNECTION_TAKEN));
	assert_int_equal(place_in(v, cause_find("service-accept-emfile")), -1);
	assert_int_equal(place_in(v, cause_find("reuseport-hung-worker")), -1);
	assert_int_equal(place_in(v, cause_find("max-clients")), -1);
	assert_true(place_in(v, cause_find("service-hung")) >= 0);
	assert_true(place_in(v, cause_find("reverse-dns-slow")) >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIAG(
			what_was_found_of_sockets_is_the_first_and_the_only_one),
		WITH_DIAG(where_a_socket_takes_the_client_none_of_them_is_told),
		WITH_DIAG(not_looked_at_all_of_them_are_left),
		WITH_DIAG(
			a_program_on_another_port_may_be_the_one_that_is_meant),
		WITH_DIAG(a_port_of_a_container_proves_nothing),
		WITH_DIAG(a_service_that_was_shut_in_is_the_one_that_is_meant),
		WITH_DIAG(the_usual_program_on_another_port_is_it),
		WITH_DIAG(a_ttl_that_cannot_suffice_is_the_servers_own),
		WITH_DIAG(drops_that_are_the_clients_own_prove_it),
		WITH_DIAG(drops_that_may_be_anybodys_prove_nothing),
		WITH_DIAG(counters_that_did_not_move_exclude_it),
		WITH_DIAG(the_state_of_a_process_names_why_it_is_silent),
		WITH_DIAG(what_a_program_took_does_not_wait_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
