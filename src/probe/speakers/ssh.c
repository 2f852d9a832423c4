#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "base/i18n.h"
#include "probe/first_bytes.h"
#include "probe/speaker.h"
#include "probe/talk_facts.h"

/*
 * SSH (RFC 4253): the banner, then the server's lists of algorithms, compared
 * with those that an OpenSSH client of today offers. No key is exchanged and
 * nobody logs in.
 */
enum {
	KEXINIT = 20,
	COOKIE = 16,
	PACKET_MOST = 35000,
	LISTS = 4, /* that both sides must agree on */
};

static const char our_banner[] = "SSH-2.0-OpenSSH_9.2 kiriwake\r\n";

struct offer {
	const char *what;    /* as OpenSSH complains of it */
	const char *ours;    /* of ssh_config(5) as it comes; OpenSSH 9.2 */
	unsigned name_lists; /* how many follow for the same */
};

/* In the order of the packet (RFC 4253 7.1); ciphers and MACs stand there twice,
 * once a direction. */
static const struct offer offers[LISTS] = {
	{ "key exchange method",
	  "sntrup761x25519-sha512@openssh.com,curve25519-sha256,"
	  "curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
	  "ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
	  "diffie-hellman-group-exchange-sha256,"
	  "diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"
	  "diffie-hellman-group14-sha256,"
	  "sntrup761x25519-sha512,mlkem768x25519-sha256",
	  1 },
	{ "host key type",
	  "ssh-ed25519-cert-v01@openssh.com,"
	  "ecdsa-sha2-nistp256-cert-v01@openssh.com,"
	  "ecdsa-sha2-nistp384-cert-v01@openssh.com,"
	  "ecdsa-sha2-nistp521-cert-v01@openssh.com,"
	  "sk-ssh-ed25519-cert-v01@openssh.com,"
	  "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,"
	  "rsa-sha2-512-cert-v01@openssh.com,"
	  "rsa-sha2-256-cert-v01@openssh.com,ssh-ed25519,"
	  "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"
	  "sk-ssh-ed25519@openssh.com,"
	  "sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,"
	  "rsa-sha2-256",
	  1 },
	{ "cipher",
	  "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,"
	  "aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com",
	  2 },
	{ "MAC",
	  "umac-64-etm@openssh.com,umac-128-etm@openssh.com,"
	  "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,"
	  "hmac-sha1-etm@openssh.com,umac-64@openssh.com,"
	  "umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1",
	  2 },
};

static const char *const schemes[] = { "ssh", "sftp", "scp", NULL };
static const uint16_t ports[] = { 22, 2222, 0 };

static bool starts(const char *data, size_t len, const char *with)
{
	size_t most = strlen(with);

	return len >= most && !memcmp(data, with, most);
}

static size_t line_length(const char *data, size_t len)
{
	const char *end = len ? memchr(data, '\n', len) : NULL;

	return end ? (size_t)(end - data) + 1 : 0;
}

static bool is_full(const struct talk *t)
{
	return starts(t->in.data, t->in.len, "Exceeded MaxStartups") ||
	       starts(t->in.data, t->in.len, "Not allowed at this time");
}

static void tell_full(struct talk *t)
{
	struct text shown = TEXT_NULL;

	first_bytes_clean(&shown, t->in.data, t->in.len);
	talk_tell_data(t);
	fact_tell(t->facts, FACT_SSH_MAXSTARTUPS, talk_source, NULL,
		  _("The SSH server answered that it takes no more "
		    "unauthenticated connections: \"%s\"."),
		  text_string(&shown));
	talk_says(t, STEP_FAIL, _("is full: \"%s\""), text_string(&shown));
	text_done(&shown);
}

/* Lines may stand before the banner (RFC 4253 4.2). Where it begins, or -1. */
static ptrdiff_t find_banner(const struct talk *t)
{
	size_t at = 0, len;

	while (at < t->in.len &&
	       !starts(t->in.data + at, t->in.len - at, "SSH-")) {
		len = line_length(t->in.data + at, t->in.len - at);
		if (!len)
			return -1;
		at += len;
	}

	return at < t->in.len ? (ptrdiff_t)at : -1;
}

/* The banner as a whole. 1: *at and *end are where it stands; or as
 * talk_greeting(). */
static int read_banner(struct talk *t, size_t *at, size_t *end)
{
	int64_t until_ns = talk_answer_until(t);
	int n = talk_greeting(t, "SSH");

	while (n > 0) {
		ptrdiff_t found = find_banner(t);
		size_t len = 0;

		if (is_full(t)) {
			tell_full(t);
			return 0;
		}
		if (found >= 0)
			len = line_length(t->in.data + found,
					  t->in.len - (size_t)found);
		if (len) {
			*at = (size_t)found;
			*end = *at + len;
			return 1;
		}
		if (found < 0 && (first_bytes_name(t->in.data, t->in.len) ||
				  t->in.len > TALK_RAW))
			break;
		n = talk_read(t, until_ns);
	}
	if (n == -EINTR)
		return n;
	if (t->in.len)
		talk_tell_other(t, "SSH");

	return 0;
}

/* Whether the list, of which there are commas only between names, holds it. */
static bool is_ours(const char *ours, const char *name, size_t len)
{
	for (;;) {
		size_t n = strcspn(ours, ",");

		if (n == len && !memcmp(ours, name, n))
			return true;
		if (!ours[n])
			return false;
		ours += n + 1;
	}
}

/* Whether both lists have a name in common; theirs is not terminated. */
static bool share(const char *ours, const char *theirs, size_t len)
{
	while (len > 0) {
		const char *comma = memchr(theirs, ',', len);
		size_t n = comma ? (size_t)(comma - theirs) : len;

		if (is_ours(ours, theirs, n))
			return true;
		theirs += comma ? n + 1 : n;
		len -= comma ? n + 1 : n;
	}

	return false;
}

/* The payload of the first packet, which is to be KEXINIT; bad: it is not all
 * there, or another. */
static struct cursor kexinit(const struct talk *t, size_t at)
{
	struct cursor c = talk_cursor(t, at);
	uint32_t len = cursor_be32(&c);
	struct cursor packet;

	if (len > PACKET_MOST)
		return (struct cursor){ .bad = true };
	packet = cursor_take(&c, len);
	cursor_skip(&packet, 1); /* padding length */
	if (cursor_u8(&packet) != KEXINIT)
		packet.bad = true;
	cursor_skip(&packet, COOKIE);

	return packet;
}

static void tell_no_kex(struct talk *t, const struct offer *o,
			const void *theirs, size_t len)
{
	struct text shown = TEXT_NULL;

	first_bytes_clean(&shown, theirs, len);
	fact_tell(t->facts, FACT_SSH_NO_KEX, talk_source, NULL,
		  _("No matching %s: the server offers only %s, which an "
		    "OpenSSH client of today does not take unless told to."),
		  o->what, text_string(&shown));
	talk_says(t, STEP_FAIL, _("no matching %s: it offers %s"), o->what,
		  text_string(&shown));
	text_done(&shown);
}

/* Whether all lists have a common name; one that has none is told. */
static bool agree(struct talk *t, struct cursor lists)
{
	for (int i = 0; i < LISTS; i++) {
		for (unsigned k = 0; k < offers[i].name_lists; k++) {
			uint32_t len = cursor_be32(&lists);
			const uint8_t *theirs = cursor_bytes(&lists, len);

			if (!theirs)
				return true; /* nothing to compare with */
			if (share(offers[i].ours, (const char *)theirs, len))
				continue;
			tell_no_kex(t, &offers[i], theirs, len);
			return false;
		}
	}

	return true;
}

/* The lists, where they come. 0, or -errno. */
static int compare_lists(struct talk *t, size_t at)
{
	int64_t until_ns = talk_answer_until(t);
	int n = talk_write_text(t, our_banner, until_ns);

	while (n >= 0) {
		struct cursor lists = kexinit(t, at);

		if (cursor_ok(&lists)) {
			talk_tell_data(t);
			return agree(t, lists) ? 1 : 0;
		}
		n = talk_read(t, until_ns);
		if (n == 0)
			break;
	}
	if (is_full(t))
		tell_full(t);
	else
		talk_tell_nothing(t, n == -EPIPE ? 0 : n, true);

	return n == -EINTR ? n : 0;
}

static int speak(struct talk *t)
{
	struct text banner = TEXT_NULL;
	size_t at = 0, end = 0;
	int n = read_banner(t, &at, &end);

	if (n > 0)
		n = compare_lists(t, end);
	if (n > 0) {
		first_bytes_clean(&banner, t->in.data + at, end - at);
		talk_tell_well(t, "%s", text_string(&banner));
	}
	text_done(&banner);

	return n < 0 ? n : 0;
}

const struct speaker speaker_ssh = {
	.id = "ssh",
	.schemes = schemes,
	.ports = ports,
	.protocol = IPPROTO_TCP,
	.speaks_first = true,
	.speak = speak,
};
