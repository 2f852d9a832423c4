#include "cli/server.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/i18n.h"
#include "cli/case_output.h"
#include "cli/target.h"
#include "nftrace/nftrace.h"
#include "priv/confine.h"

/*
 * From the words of a command line to a host that can be looked at, and to the
 * end of it: the same for `server' and for `fix'.
 */

/* "5555/tcp", as nmap writes it. */
static bool turned_port(const char *word, uint8_t *protocol, uint16_t *port)
{
	const char *slash = strchr(word, '/');
	char number[8];
	size_t len = slash ? (size_t)(slash - word) : 0;

	if (!len || len >= sizeof(number))
		return false;
	if (!strcasecmp(slash, "/udp"))
		*protocol = IPPROTO_UDP;
	else if (strcasecmp(slash, "/tcp") != 0)
		return false;
	memcpy(number, word, len);
	number[len] = '\0';
	return target_port(number, protocol, port);
}

bool server_is_service(const char *word)
{
	uint8_t protocol = IPPROTO_TCP;
	uint16_t port;

	return target_port(word, &protocol, &port) ||
	       turned_port(word, &protocol, &port);
}

/* A service by its port: then the host is to name itself; ADDRESS:PORT, when the
 * address is to be this one. */
static int read_service(struct server *s, const struct server_request *r)
{
	struct look_question *q = &s->question;
	struct case_record *c = s->record;
	const char *word = r->service;
	struct text url = TEXT_NULL, why = TEXT_NULL;
	struct address a;
	int err;

	q->protocol = IPPROTO_TCP;
	if (target_port(word, &q->protocol, &q->port) ||
	    turned_port(word, &q->protocol, &q->port)) {
		text_format(&url, "%s://127.0.0.1:%u",
			    q->protocol == IPPROTO_UDP ? "udp" : "tcp",
			    q->port);
		word = text_string(&url);
	}
	err = target_parse(&c->target, c->arena, word, NULL, &why);
	if (err == -EINVAL)
		err = cli_usage(
			r->command,
			_("\"%s\" is no service of this host: give its port (5555, udp/53) or its name (ssh)"),
			word);
	s->is_unnamed = url.len > 0;
	if (!err && !url.len) {
		q->protocol = c->target.protocol;
		q->port = c->target.port;
		q->has_server = address_parse(&a, c->target.host,
					      strlen(c->target.host));
		if (q->has_server)
			q->server = a;
	}
	text_done(&url);
	text_done(&why);
	return err;
}

static int read_client(struct look_question *q, const struct server_request *r)
{
	const char *word = r->from;
	const char *device = word ? strchr(word, '%') : NULL;

	if (!word)
		return 0;
	q->has_client =
		address_parse(&q->client, word,
			      device ? (size_t)(device - word) : strlen(word));
	if (q->has_client && device) {
		q->device = if_nametoindex(device + 1);
		if (!q->device)
			return cli_usage(r->command,
					 _("this host has no device \"%s\""),
					 device + 1);
	}
	if (q->has_client)
		return 0;

	return cli_usage(r->command,
			 _("--from takes the client's address, not \"%s\""),
			 word);
}

/* Packets, rules and files are read by a process that can do little else. An old
 * kernel has no such filters. */
static int confine(void)
{
	int err = confine_enter();

	return err == -EINVAL ? 0 : err;
}

/* A run that was killed while it traced left them. */
static void restore_settings(void)
{
	if (nftrace_restore() > 0)
		(void)fputs(
			_("kiriwake: a run that was killed left settings of net.netfilter.nf_log changed: they are as before again\n"),
			stderr);
}

/* All that is opened, before the rights are given up. */
static int open_all(struct server *s, const struct server_request *r)
{
	int err = case_output_open(&s->pcap_file, &s->case_file, r->pcap,
				   r->save);

	if (!err && r->save)
		err = case_output_open_host(&s->host.file, r->save);
	if (!err && r->host)
		return server_host_load(&s->host, r->host);
	/* With the rights that are there only now. */
	restore_settings();
	if (!err)
		err = check_rights_start(&s->rights, NULL);
	/* Whoever had nothing to give up asks the tools himself. */
	if (!err && s->rights.priv)
		err = confine();
	return err;
}

int server_words(struct server *s, const struct server_request *r,
		 struct case_record *c)
{
	int err;

	*s = (struct server){ .record = c,
			      .timeout_ns = (int64_t)(r->timeout_s * 1e9),
			      .is_foretelling = r->is_foretelling || r->host,
			      .is_mute = r->is_mute || r->host,
			      .probe = { .is_wanted = r->is_probing },
			      .pcap_file = -1,
			      .case_file = -1,
			      .host = { .file = -1 },
			      .watch = { .capture = recording_none() },
			      .drops = { .recording = recording_none() } };
	err = read_service(s, r);
	return err ? err : read_client(&s->question, r);
}

int server_open(struct server *s, const struct server_request *r,
		struct case_record *c)
{
	int err = server_words(s, r, c);

	return err ? err : open_all(s, r);
}

int server_look(struct server *s, const struct cli *cli)
{
	int err = server_host_begin(&s->host);

	if (!err && s->is_unnamed)
		err = server_host_name(s->record);
	if (err)
		return err;

	check_screen_init(&s->screen, cli, s->record);
	return server_run(s);
}

int server_save(struct server *s)
{
	int err;

	if (s->host.file >= 0)
		server_host_complete(&s->host);
	err = case_output_save(s->case_file, s->record);
	return err ? err : server_host_save(&s->host);
}

static int close_files(struct server *s)
{
	const int files[] = { s->pcap_file, s->case_file, s->host.file };
	int err = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (files[i] >= 0 && close(files[i]) && !err)
			err = -errno;

	return err;
}

int server_close(struct server *s)
{
	looks_free(s->looks);
	server_rules_free(s->rules);
	recording_done(&s->watch.capture);
	server_drops_end(s);
	diag_free(s->diag);
	server_host_end(&s->host);
	check_rights_end(&s->rights);
	return close_files(s);
}
