#include "diag/next.h"

#include "base/i18n.h"
#include "diag/blockers.h"

struct row {
	uint32_t symptoms;
	enum fact_kind with; /* FACT_NONE: always */
	enum fact_kind without;
	struct next_step step;
};

#define S(name) SYMPTOM_BIT(name)
#define F(name) FACT_##name

static const struct
	row
		rows
			[] = {
				{ S(SYN_UNANSWERED) | S(UDP_UNANSWERED) |
					  S(REFUSED_BY_ICMP) |
					  S(UDP_REFUSED_BY_ICMP) |
					  S(REFUSED_BY_RST) |
					  S(HANDSHAKE_INCOMPLETE) |
					  S(CLOSED_AFTER_CONNECT) |
					  S(RESET_AFTER_CONNECT) |
					  S(SILENT_AFTER_CONNECT),
				  F(PROBED),
				  F(ICMP_FROM_CLIENT),
				  { "server",
				    "kiriwake server PROTO/PORT --from CLIENT",
				    N_("Waits there for one more attempt, and names the rule, the socket, the route or whatever else stops it; or shows that nothing arrives.") } },
				{ S(SYN_UNANSWERED),
				  F(PATH_PARTS_EARLIER),
				  F(NONE),
				  { "router",
				    "iptables-save -c; nft list ruleset",
				    N_("At the first router that only another port's packets get past: the rule whose counter moves with one more attempt drops them.") } },
				{ S(SYN_UNANSWERED) | S(UDP_UNANSWERED),
				  F(NONE),
				  F(AT_SERVER),
				  { "server",
				    "tcpdump -ni any 'host CLIENT and PROTO port PORT'",
				    N_("If the packets arrive there, the path is innocent and the host itself swallows them; if they do not, something on the way does.") } },
				{ S(SYN_UNANSWERED) | S(UDP_UNANSWERED),
				  F(NONE),
				  F(HOST_PINGS),
				  { "client", "ping -c 4 SERVER",
				    N_("An answer shows that the path and the host work and that only this service is affected; no answer by itself shows nothing.") } },
				{ S(SYN_UNANSWERED) | S(UDP_UNANSWERED) |
					  S(REFUSED_BY_ICMP) |
					  S(UDP_REFUSED_BY_ICMP) |
					  S(REFUSED_BY_RST),
				  F(RULES_BLURRED),
				  F(PROBE_SENT),
				  { "server",
				    "kiriwake server PROTO/PORT --from CLIENT --probe",
				    N_("Has the kernel take one packet as the client's and follows that one through the rules, whatever other traffic moves their counters.") } },
				{ S(SYN_UNANSWERED) | S(UDP_UNANSWERED) |
					  S(REFUSED_BY_ICMP) |
					  S(UDP_REFUSED_BY_ICMP) |
					  S(REFUSED_BY_RST),
				  F(RULES_BLURRED),
				  F(DROPS_WATCHED),
				  { "server",
				    "iptables -t raw -I PREROUTING -s CLIENT -p PROTO --dport PORT -j TRACE; dmesg -w",
				    N_("Where the kernel can follow no packet for kiriwake, its log names each rule that the client's next ones meet; take the rule away again (-D).") } },
				{ S(SYN_UNANSWERED) | S(UDP_UNANSWERED),
				  F(AT_SERVER),
				  F(RULES_BLURRED),
				  { "server",
				    "iptables-save -c; nft list ruleset",
				    N_("Before and after one more attempt: the rule whose counter moved with it is the one that drops it.") } },
				{ S(SYN_UNANSWERED),
				  F(AT_SERVER),
				  F(NONE),
				  { "server",
				    "nstat -az TcpExtListenOverflows TcpExtListenDrops IpOutNoRoutes TcpExtIPReversePathFilter",
				    N_("A counter that moves with the attempt tells a full queue, a missing route back or the reverse path filter from the firewall.") } },
				{ S(REFUSED_BY_RST),
				  F(NONE),
				  F(NONE),
				  { "server", "ss -ltnp 'sport = :PORT'",
				    N_("Shows whether anything listens on that port, and on which address.") } },
				{ S(REFUSED_BY_RST),
				  F(NONE),
				  F(AT_SERVER),
				  { "server",
				    "tcpdump -ni any 'host CLIENT and tcp port PORT'",
				    N_("If the RST is not seen leaving there, somebody on the way made it.") } },
				{ S(REFUSED_BY_ICMP) | S(UDP_REFUSED_BY_ICMP),
				  F(ICMP_FROM_TARGET),
				  F(NONE),
				  { "server",
				    "iptables -nvL --line-numbers; nft -a list ruleset", N_("The REJECT rule that matches first is the one; an ACCEPT for this port below it is out of order.") } },
				{ S(REFUSED_BY_ICMP) | S(UDP_REFUSED_BY_ICMP),
				  F(ICMP_FROM_OTHER),
				  F(NONE),
				  { "router",
				    "ip route get SERVER; iptables -nvL FORWARD; nft list ruleset",
				    N_("The sender of the ICMP error decided: its route or its forward rules say why.") } },
				{ S(REFUSED_BY_ICMP) | S(UDP_REFUSED_BY_ICMP),
				  F(ICMP_FROM_CLIENT),
				  F(NONE),
				  { "client",
				    "iptables -nvL OUTPUT; nft list ruleset",
				    N_("The client's own address sent the error: its output rules refuse the connection.") } },
				{ S(UDP_REFUSED_BY_ICMP),
				  F(ICMP_PORT),
				  F(NONE),
				  { "server", "ss -lunp 'sport = :PORT'",
				    N_("Shows whether anything is bound to that UDP port.") } },
				{ S(SYNACK_UNANSWERED),
				  F(NONE),
				  F(NONE),
				  { "client",
				    "tcpdump -ni any 'host SERVER and tcp port PORT'",
				    N_("If the SYN-ACK arrives there, the client itself drops it; if it does not, the way back loses it.") } },
				{ S(HANDSHAKE_INCOMPLETE),
				  F(NONE),
				  F(NONE),
				  { "server",
				    "ss -tnoi state syn-recv 'sport = :PORT'",
				    N_("Shows whether the server still waits for the last ACK of the handshake.") } },
				{ S(RESET_AFTER_CONNECT) |
					  S(CLOSED_AFTER_CONNECT) |
					  S(RESET_MID_STREAM) |
					  S(SERVICE_ERROR),
				  F(NONE),
				  F(NONE),
				  { "server",
				    "journalctl -n 50; tail /var/log/syslog",
				    N_("The service that closed the connection usually logs why, at this very time.") } },
				{ S(CLOSED_AFTER_CONNECT) |
					  S(RESET_AFTER_CONNECT),
				  F(NONE),
				  F(NONE),
				  { "server",
				    "ss -ltnp 'sport = :PORT'; cat /etc/hosts.allow /etc/hosts.deny",
				    N_("The owner of the listener tells who decides: a daemon behind tcpd or linked with libwrap obeys these files.") } },
				{ S(SILENT_AFTER_CONNECT),
				  F(NONE),
				  F(NONE),
				  { "server",
				    "ss -ltnp 'sport = :PORT'; ss -tnp 'sport = :PORT'",
				    N_("A Recv-Q above zero on the listener means that the program does not accept; an accepted connection means that it waits for something else.") } },
				{ S(DATA_UNANSWERED) |
					  S(ONLY_LARGE_SEGMENTS_LOST),
				  F(NONE),
				  F(NONE),
				  { "client",
				    "ping -M do -s 1472 -c 3 SERVER; tracepath -n SERVER",
				    N_("Shows the largest packet that the way carries, and where it gets smaller.") } },
				{ S(PEER_WINDOW_ZERO),
				  F(NONE),
				  F(NONE),
				  { "server", "ss -tnmip 'sport = :PORT'",
				    N_("A full Recv-Q names the process that stopped reading.") } },
				{ S(TLS_FAILED) | S(WRONG_SERVICE),
				  F(NONE),
				  F(NONE),
				  { "client",
				    "gnutls-cli --insecure SERVER:PORT",
				    N_("Shows the certificate, the version and the alert, or that the port does not speak TLS.") } },
				{ S(WRONG_SERVICE),
				  F(NONE),
				  F(NONE),
				  { "server", "ss -ltnp 'sport = :PORT'",
				    N_("Names the program that owns the port.") } },
				{ S(NAME_NOT_RESOLVED),
				  F(NONE),
				  F(PROBED),
				  { "client",
				    "getent ahosts NAME; dig @SERVER NAME",
				    N_("Compares what the application gets with what the name server says.") } },
				{ S(NAME_NOT_RESOLVED),
				  F(PROBED),
				  F(NONE),
				  { "client",
				    "getent ahosts NAME; dig NAME; cat /etc/resolv.conf",
				    N_("Compares what the application gets with what the name server says.") } },
				{ S(ARP_UNANSWERED),
				  F(NONE),
				  F(NONE),
				  { "server",
				    "ip -br link; ip -br addr; tcpdump -eni any arp or icmp6",
				    N_("Shows whether the host is up, has that address, and sees the question.") } },
				{ S(LOSSY) | S(SLOW),
				  F(NONE),
				  F(NONE),
				  { "client", "mtr -rwzc 100 SERVER",
				    N_("Shows at which hop the loss or the delay begins.") } },
			};

static bool fits(const struct row *r, const struct verdict *v,
		 const struct fact_set *facts)
{
	if (!(r->symptoms >> v->symptom & 1))
		return false;
	if (r->with && !fact_has(facts, r->with))
		return false;

	return !r->without || !fact_has(facts, r->without);
}

/* Before any packet came there is one step: to let one come. */
static const struct next_step let_it_try = {
	"client", "kiriwake check SERVER:PORT",
	N_("Or any other attempt from there, while `kiriwake server' waits for it here: only a packet proves what is foretold.")
};

const struct next_step *next_at(const struct verdict *v,
				const struct fact_set *facts, size_t i)
{
	if (blockers_foretell(facts))
		return i ? NULL : &let_it_try;

	for (size_t k = 0; k < sizeof(rows) / sizeof(*rows); k++)
		if (fits(&rows[k], v, facts) && i-- == 0)
			return &rows[k].step;

	return NULL;
}
