#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_peer_not_reading = {
	.id = "peer-not-reading",
	.number = 70,
	.title = N_("A program has stopped reading, so its window is closed"),
	.meaning = N_("The connection is up, but one end takes nothing out "
		      "of its receive buffer. Its window has gone to zero "
		      "and the other end may not send."),
	.told_apart = N_("A packet lost on the way is not acknowledged at "
			 "all; here every probe is answered, always with a "
			 "window of zero. The side that advertises the zero "
			 "window is the one that does not read."),
	.separate_by = N_("On the host that advertises the zero window: `ss "
			  "-tnpi 'sport = :PORT or dport = :PORT'`: a "
			  "Recv-Q that is full and does not shrink names "
			  "the process; `cat /proc/PID/wchan` or `strace "
			  "-fp PID` shows what it waits for."),
	.fix = N_("Find out why that process does not read (stopped, "
		  "blocked on a disk, a lock or its own output) and restart "
		  "it if need be; network settings do not help."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(PEER_WINDOW_ZERO),
	.needs_any = { FACT_CLIENT_WINDOW_ZERO, FACT_SERVER_WINDOW_ZERO },
	.ruled_out_by = { FACT_SYNACK_ZERO_WINDOW },
	.favoured_by = { FACT_SERVER_DATA },
	.found_by = { FACT_PROCESS_READS_NOTHING },
};
