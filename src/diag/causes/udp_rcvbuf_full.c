#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_udp_rcvbuf_full = {
	.id = "udp-rcvbuf-full",
	.number = 128,
	.title = N_("The UDP socket's receive buffer is full"),
	.meaning = N_("The datagrams reach the socket, but the program "
		      "reads too slowly or not at all, so its receive "
		      "buffer is full and the kernel drops what comes next."),
	.told_apart = N_("A firewall drop moves a rule's counter; here "
			 "Udp:RcvbufErrors moves, and the datagrams pass "
			 "every rule. A service that reads and chooses not "
			 "to answer has an empty Recv-Q."),
	.separate_by = N_("On the server: `ss -lunmp 'sport = :PORT'` shows "
			  "a large Recv-Q and a growing d count in skmem, "
			  "and `nstat -az UdpRcvbufErrors` goes up."),
	.fix = N_("Find out why the process does not read (`ps -o "
		  "pid,stat,wchan:32,cmd -p PID`) and restart it if it "
		  "hangs; for bursts raise `net.core.rmem_max` and the "
		  "program's own receive buffer."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(UDP_UNANSWERED),
	.found_by = { FACT_UDP_BUFFER_FULL },
	.looked_by = { FACT_SOCKET_QUEUES_READ },
	.proven_by = FACT_UDP_BUFFER_DROPPED,
	.dropped_as = { FACT_DROP_BACKLOG },
};
