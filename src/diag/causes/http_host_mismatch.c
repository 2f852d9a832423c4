#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_http_host_mismatch = {
	.id = "http-host-mismatch",
	.number = 180,
	.title = N_("The web server does not serve this host name here"),
	.meaning = N_("The request's Host header (or the SNI of its "
		      "connection) belongs to no site of this server, which "
		      "answers 421 or shows another site."),
	.told_apart = N_("The TCP and TLS connections work and the server "
			 "is healthy: the same request with another Host "
			 "header succeeds."),
	.separate_by = N_("On the client: `curl -v --resolve "
			  "NAME:PORT:SERVER https://NAME:PORT/` against the "
			  "same with a name that the server is known to "
			  "serve."),
	.fix = N_("Add the name to the site (`server_name` in nginx, "
		  "`ServerAlias` in Apache) and let SNI and Host agree, or "
		  "correct the URL or the proxy that rewrites the header."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(SERVICE_ERROR),
	.needs = { FACT_HTTP_HOST_ERROR },
};
