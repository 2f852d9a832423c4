#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_protocol_mismatch = {
	.id = "protocol-mismatch",
	.number = 153,
	.title = N_("Client and server speak different protocols"),
	.meaning = N_("The client speaks TLS to a plain port, plain text to "
		      "a TLS port, or one protocol to a service of another, "
		      "or leaves out STARTTLS."),
	.told_apart = N_("A service that closes by itself does so before it "
			 "has read anything strange. Here the first bytes "
			 "of either side tell: 0x16 0x03 is TLS, \"SSH-\", "
			 "\"HTTP/\" and \"220 \" name themselves."),
	.separate_by = N_("On the client: `openssl s_client -connect "
			  "SERVER:PORT </dev/null` and `nc SERVER PORT "
			  "</dev/null`; the one that gets a sensible answer "
			  "shows what the port speaks."),
	.fix = N_("Use the port or the scheme that belongs to the protocol "
		  "(https and 443, imaps and 993, STARTTLS on 587), or "
		  "switch TLS on or off for this listener."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(CLOSED_AFTER_CONNECT) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT) | SYMPTOM_BIT(WRONG_SERVICE),
	.needs_any = { FACT_PLAIN_TO_TLS, FACT_NOT_TLS_ANSWER,
		       FACT_OTHER_PROTOCOL, FACT_SERVER_CLOSED_FIRST,
		       FACT_RST_BEFORE_DATA, FACT_SERVER_SILENT,
		       FACT_CLIENT_RST },
	.ruled_out_by = { FACT_WOKEN, FACT_CLIENT_RST_AT_ONCE,
			  FACT_WRAPPERS_DENY, FACT_WRAPPERS_PARANOID,
			  FACT_SUPERSERVER_DENIES, FACT_SUPERSERVER_PROGRAM,
			  FACT_CONNECTION_WAITS, FACT_SOCKET_DEFERS,
			  FACT_PROCESS_UNASKED },
	.favoured_by = { FACT_PLAIN_TO_TLS, FACT_NOT_TLS_ANSWER,
			 FACT_OTHER_PROTOCOL },
};
