#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_fd_limit = {
	.id = "client-fd-limit",
	.number = 101,
	.title = N_("The client process may open no more files"),
	.meaning = N_(
		"The process has reached its limit of open descriptors, and "
		"a socket is one: socket() fails with \"Too many open files\" "
		"before anything is tried."),
	.told_apart =
		N_("Nothing is wrong with the network. Other programs of the "
		   "same user work; this one works again after a restart, for "
		   "a while."),
	.separate_by = N_(
		"On the client: `ls /proc/PID/fd | wc -l` against \"Max open "
		"files\" in /proc/PID/limits."),
	.fix = N_("Find what leaks descriptors, or raise the limit (`ulimit "
		  "-n`, LimitNOFILE= of the unit)."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(LOCAL_REFUSED),
	.needs = { FACT_CONNECT_EMFILE },
	.proven_by = FACT_FD_LIMIT,
};
