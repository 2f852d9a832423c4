#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spoken.h"

struct row {
	const char *speaker;
	const char *said;
	enum step_status status;
	enum fact_kind fact;
	const char *words; /* what the step holds; NULL: anything */
};

/* As real daemons said it. */
static const struct row rows[] = {
	{ "smtp", "220 mail.example ESMTP Postfix (Debian/GNU)\r\n", STEP_PASS,
	  FACT_SERVICE_SPOKE, "ESMTP Postfix" },
	{ "smtp", "421 4.7.0 too many connections\r\n", STEP_FAIL,
	  FACT_SERVICE_REFUSED, "421 4.7.0" },
	{ "smtp", "220 (vsFTPd 3.0.3)\r\n", STEP_FAIL, FACT_OTHER_PROTOCOL,
	  "FTP" },
	{ "ftp", "220 (vsFTPd 3.0.3)\r\n", STEP_PASS, FACT_SERVICE_SPOKE,
	  "vsFTPd" },
	{ "ftp", "500 OOPS: could not bind listening IPv4 socket\r\n",
	  STEP_FAIL, FACT_SERVICE_REFUSED, NULL },
	{ "ftp", "421 There are too many connected users.\r\n", STEP_FAIL,
	  FACT_SERVICE_REFUSED, NULL },
	{ "imap", "* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n", STEP_PASS,
	  FACT_SERVICE_SPOKE, "Dovecot" },
	{ "imap", "* BYE Maximum number of connections exceeded\r\n", STEP_FAIL,
	  FACT_SERVICE_REFUSED, NULL },
	{ "pop3", "+OK Dovecot ready.\r\n", STEP_PASS, FACT_SERVICE_SPOKE,
	  "Dovecot" },
	{ "vnc", "RFB 003.008\n", STEP_PASS, FACT_SERVICE_SPOKE, "RFB" },
	{ "ssh", "Exceeded MaxStartups\r\n", STEP_FAIL, FACT_SSH_MAXSTARTUPS,
	  "MaxStartups" },
	{ "ssh", "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n", STEP_FAIL,
	  FACT_OTHER_PROTOCOL, "HTTP" },
	{ "ssh", "220 mail.example ESMTP\r\n", STEP_FAIL, FACT_OTHER_PROTOCOL,
	  "SMTP" },
	{ "telnet",
	  "\xff\xfd\x18\xff\xfd\x20\xff\xfb\x03\r\nDebian 12\r\nvm login: ",
	  STEP_PASS, FACT_SERVICE_SPOKE, "vm login:" },
	{ "telnet", "SSH-2.0-OpenSSH_9.2p1\r\n", STEP_FAIL, FACT_OTHER_PROTOCOL,
	  "SSH" },
	{ "http",
	  "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: "
	  "2\r\n\r\nhi",
	  STEP_PASS, FACT_SERVICE_SPOKE, "HTTP 200, nginx/1.22.1" },
	{ "http",
	  "HTTP/1.1 404 Not Found\r\nServer: nginx\r\nContent-Length: "
	  "0\r\n\r\n",
	  STEP_PASS, FACT_SERVICE_SPOKE, "404" },
	{ "http",
	  "HTTP/1.1 502 Bad Gateway\r\nServer: nginx/1.22.1\r\n\r\n<html>",
	  STEP_FAIL, FACT_HTTP_BAD_GATEWAY, "502" },
	{ "http", "HTTP/1.0 503 Service Unavailable\r\n\r\n", STEP_FAIL,
	  FACT_HTTP_GATEWAY_ERROR, "503" },
	{ "http", "HTTP/1.1 421 Misdirected Request\r\n\r\n", STEP_FAIL,
	  FACT_HTTP_HOST_ERROR, "421" },
	{ "http",
	  "HTTP/1.1 407 Proxy Authentication Required\r\n"
	  "Proxy-Authenticate: Basic realm=\"x\"\r\n\r\n",
	  STEP_FAIL, FACT_HTTP_PROXY_REFUSED, "407" },
	{ "http",
	  "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<center>The "
	  "plain HTTP request was sent to HTTPS port</center>",
	  STEP_FAIL, FACT_PLAIN_TO_TLS, "https" },
	{ "http", "\x15\x03\x01", STEP_FAIL, FACT_PLAIN_TO_TLS, "TLS" },
	{ "https", "HTTP/1.1 400 Bad Request\r\n\r\n", STEP_FAIL,
	  FACT_NOT_TLS_ANSWER, "HTTP without TLS" },
	{ "softether", "SSH-2.0-OpenSSH_9.2p1\r\n", STEP_FAIL,
	  FACT_NOT_TLS_ANSWER, "SSH" },
	{ "tls", "220 mail.example ESMTP\r\n", STEP_FAIL, FACT_NOT_TLS_ANSWER,
	  "SMTP" },
	{ "redis", "+PONG\r\n", STEP_PASS, FACT_SERVICE_SPOKE, NULL },
	{ "redis", "-NOAUTH Authentication required.\r\n", STEP_PASS,
	  FACT_SERVICE_SPOKE, "password" },
	{ "redis", "-DENIED Redis is running in protected mode because ...\r\n",
	  STEP_FAIL, FACT_SERVICE_REFUSED, "DENIED" },
	{ "postgres", "S", STEP_PASS, FACT_SERVICE_SPOKE, "with TLS" },
	{ "postgres", "N", STEP_PASS, FACT_SERVICE_SPOKE, "without" },
	{ "postgres", "HTTP/1.1 400 Bad Request\r\n\r\n", STEP_FAIL,
	  FACT_OTHER_PROTOCOL, "HTTP" },
};

static void real_words_are_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];
		struct spoken s;

		spoken_to(&s, r->speaker, r->said);
		if (s.talk.status != r->status || !spoken_has(&s, r->fact) ||
		    (r->words && !strstr(spoken_words(&s), r->words)))
			fail_msg("%s: \"%s\" gives %s: \"%s\"", r->speaker,
				 r->said, step_status_name(s.talk.status),
				 spoken_words(&s));
		spoken_done(&s);
	}
}

static void mysql_says_its_version_or_why_not(void **state)
{
	static const char hello[] = "\x1b\0\0\0\x0a"
				    "5.5.5-10.11.6-MariaDB\0rest";
	static const char full[] = "\x18\0\0\0\xff\x10\x04#08004"
				   "Too many connec";
	struct spoken s;

	(void)state;
	spoken_bytes(&s, "mysql", hello, 4 + 0x1b);
	assert_true(spoken_has(&s, FACT_SERVICE_SPOKE));
	assert_non_null(strstr(spoken_words(&s), "10.11.6-MariaDB"));
	spoken_done(&s);
	spoken_bytes(&s, "mysql", full, sizeof(full) - 1);
	assert_true(spoken_has(&s, FACT_SERVICE_REFUSED));
	assert_non_null(strstr(spoken_words(&s), "Too many conn"));
	spoken_done(&s);
}

/* A packet whose lists are those of an old switch. */
static size_t old_kexinit(char *out)
{
	static const char *const lists[] = {
		"diffie-hellman-group1-sha1",
		"ssh-rsa",
		"aes128-cbc",
		"aes128-cbc",
		"hmac-sha1",
		"hmac-sha1",
		"none",
		"none",
		"",
		"",
	};
	static const char banner[] = "SSH-1.99-Cisco-1.25\n";
	size_t at = sizeof(banner) - 1, start = at;
	uint32_t len;

	memcpy(out, banner, at);
	at += 4;
	out[at++] = 4;
	out[at++] = 20;
	memset(out + at, 7, 16);
	at += 16;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		len = htonl((uint32_t)strlen(lists[i]));
		memcpy(out + at, &len, 4);
		memcpy(out + at + 4, lists[i], strlen(lists[i]));
		at += 4 + strlen(lists[i]);
	}
	memset(out + at, 0, 9);
	at += 9;
	len = htonl((uint32_t)(at - start - 4));
	memcpy(out + start, &len, 4);
	return at;
}

static void ssh_lists_without_a_common_name_are_told(void **state)
{
	char said[1024];
	size_t len = old_kexinit(said);
	struct spoken s;

	(void)state;
	spoken_bytes(&s, "ssh", said, len);
	assert_true(spoken_has(&s, FACT_SSH_NO_KEX));
	assert_non_null(strstr(spoken_words(&s), "diffie-hellman-group1-sha1"));
	spoken_done(&s);
}

static void an_end_without_a_word_is_told_as_such(void **state)
{
	static const char *const speakers[] = { "ssh", "smtp", "telnet",
						"mysql", "vnc" };

	(void)state;
	for (size_t i = 0; i < sizeof(speakers) / sizeof(*speakers); i++) {
		struct spoken s;

		spoken_to(&s, speakers[i], "");
		assert_true(spoken_has(&s, FACT_SERVER_CLOSED_FIRST));
		assert_true(spoken_has(&s, FACT_CLOSED_AT_ONCE));
		assert_false(spoken_has(&s, FACT_SERVER_DATA));
		assert_int_equal(s.talk.status, STEP_FAIL);
		spoken_done(&s);
	}
}

static void what_is_shown_has_no_control_characters(void **state)
{
	/* An escape, a bell, C1's own escape, and a right-to-left override. */
	static const unsigned char said[] = { '2',  '2',  '0',  ' ',  0x1b,
					      '[',  'm',  0x07, 0xc2, 0x9b,
					      0xe2, 0x80, 0xae, 'x',  '\n' };
	struct spoken s;

	(void)state;
	spoken_bytes(&s, "smtp", said, sizeof(said));
	assert_null(strchr(spoken_words(&s), '\x1b'));
	assert_null(strstr(spoken_words(&s), "\xc2\x9b"));
	assert_null(strchr(spoken_words(&s), (char)0xe2));
	spoken_done(&s);
}

static void every_speaker_speaks_and_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < speaker_count; i++) {
		const struct speaker *s = speaker_list[i];

		assert_non_null(s->speak);
		assert_ptr_equal(speaker_find(s->id), s);
		for (size_t k = 0; s->schemes && s->schemes[k]; k++)
			assert_ptr_equal(speaker_of_scheme(s->schemes[k]), s);
		for (size_t k = 0; s->ports && s->ports[k]; k++)
			assert_ptr_equal(
				speaker_of_port(s->protocol, s->ports[k]), s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_words_are_understood),
		cmocka_unit_test(mysql_says_its_version_or_why_not),
		cmocka_unit_test(ssh_lists_without_a_common_name_are_told),
		cmocka_unit_test(an_end_without_a_word_is_told_as_such),
		cmocka_unit_test(what_is_shown_has_no_control_characters),
		cmocka_unit_test(every_speaker_speaks_and_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
