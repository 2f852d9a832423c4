#include "trace/pasted_line.h"

#include "trace/pasted_link.h"

/* The longest of the wordings that are looked for in one piece. */
enum { WORDING_MOST = 24 };

void pasted_line_wonder(struct pasted_line *l)
{
	/* A wording that is cut in two looks strange until it is joined. */
	if (!l->names && cursor_left(&l->c) < WORDING_MOST)
		return;

	if (!l->strange)
		l->strange = (const char *)l->c.pos;
}

void pasted_line_words(struct pasted_line *l)
{
	size_t len = cursor_left(&l->c);

	if (!len)
		return;

	l->packet->words = (const char *)l->c.pos;
	l->packet->words_len = (uint32_t)len;
	l->may_go_on = true;
	cursor_skip(&l->c, len);
}

/* "    7  09:30:56.355936 …": -# has two blanks behind the number. */
static uint32_t number_read(struct cursor *c)
{
	struct cursor ahead = *c;
	uint32_t number;

	if (!scan_u32(&ahead, &number) || !SCAN(&ahead, "  "))
		return 0;

	scan_blanks(&ahead);
	*c = ahead;
	return number;
}

/* A word that begins packets where no time tells. */
static bool sees_packet_word(const struct cursor *c)
{
	static const char *const words[] = {
		"ARP, ", "arp who-has ", "arp reply ", "MPLS (label",
		"PPPoE", "AF IPv4 (",    "AF IPv6 (",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (scan_sees_bytes(c, words[i], strlen(words[i])))
			return true;
	}

	return false;
}

/* "IP 10.1.0.7.50502 > …", "IP6 (flowlabel …": more than the word, which
 * prose has too. */
static bool sees_ip(const struct cursor *c)
{
	struct cursor ahead = *c;

	if (!SCAN(&ahead, "IP ") && !SCAN(&ahead, "IP6 "))
		return false;
	if (SCAN_SEES(&ahead, "(tos") || SCAN_SEES(&ahead, "(hlim") ||
	    SCAN_SEES(&ahead, "(class") || SCAN_SEES(&ahead, "(flowlabel") ||
	    SCAN_SEES(&ahead, "(ttl") || SCAN_SEES(&ahead, "truncated-ip"))
		return true;

	(void)scan_word(&ahead);
	return SCAN_SEES(&ahead, " > ");
}

/* "10.1.0.7.50502 > 172.16.1.2.5555: " with nothing before it. */
static bool sees_addresses(const struct cursor *c)
{
	struct cursor ahead = *c;
	struct scan_word src = scan_word(&ahead);
	struct scan_word dst;
	struct pasted_end end;

	if (!src.len || !SCAN(&ahead, " > "))
		return false;

	dst = scan_word(&ahead);
	if (dst.len < 2 || dst.s[dst.len - 1] != ':')
		return false;
	if (!pasted_names_end(NULL, src, false, PASTED_PORTS_MAYBE, 0, &end))
		return false;

	/* A real address, not a name: those stand in prose, too. */
	return end.is_v6 ? memchr(src.s, ':', src.len) != NULL
			 : scan_is_digit((uint8_t)src.s[0]) &&
				   memchr(src.s, '.', src.len);
}

static bool sees_link(const struct cursor *c)
{
	struct cursor ahead = *c;
	uint8_t mac[6];

	return pasted_link_mac(&ahead, mac) &&
	       (SCAN_SEES(&ahead, " > ") || SCAN_SEES(&ahead, " ethertype"));
}

/* "eth0  In  IP …", "Out IP …" */
static bool sees_any(const struct cursor *c)
{
	struct cursor ahead = *c;

	for (int i = 0; i < 2; i++) {
		struct scan_word w = scan_word(&ahead);

		scan_blanks(&ahead);
		if ((scan_word_is(w, "In") || scan_word_is(w, "Out") ||
		     scan_word_is(w, "P") || scan_word_is(w, "M") ||
		     scan_word_is(w, "B") || scan_word_is(w, "?")) &&
		    (sees_ip(&ahead) || sees_link(&ahead) ||
		     sees_packet_word(&ahead) ||
		     SCAN_SEES(&ahead, "ethertype ")))
			return true;
	}

	return false;
}

static bool sees_bare(const struct cursor *c)
{
	struct cursor ahead = *c;

	if (SCAN(&ahead, "ip: "))
		return sees_addresses(&ahead) || SCAN_SEES(&ahead, "(tos") ||
		       SCAN_SEES(&ahead, "(hlim");

	return sees_ip(c) || sees_packet_word(c) || sees_link(c) ||
	       sees_addresses(c) || sees_any(c);
}

/* tcpdump writes six or nine digits, more where a file has nonsense; others
 * write three, or none at all. */
static bool is_tcpdumps(const struct pasted_stamp *stamp)
{
	return stamp->digits >= 6;
}

/* "09:30:56.355936 ", as nearly every line begins: nothing more to look at. */
static bool sees_usual_time(const char *s, size_t len)
{
	static const char form[] = "00:00:00.000000 ";

	if (len < sizeof(form))
		return false;

	for (size_t i = 0; i < sizeof(form) - 1; i++) {
		if (form[i] == '0' ? !scan_is_digit((uint8_t)s[i])
				   : s[i] != form[i])
			return false;
	}

	return true;
}

enum pasted_line_start pasted_line_start(const char *s, size_t len)
{
	struct cursor c = cursor_over(s, len);
	struct pasted_stamp stamp;

	if (sees_usual_time(s, len))
		return PASTED_START_TIMED;

	(void)number_read(&c);
	if (scan_is_digit(scan_at(&c, 0)) || scan_at(&c, 0) == '-' ||
	    scan_at(&c, 0) == '[') {
		if (pasted_clock_read(&c, &stamp) &&
		    ((is_tcpdumps(&stamp) &&
		      stamp.form != PASTED_STAMP_DELTA) ||
		     sees_bare(&c)))
			return PASTED_START_TIMED;
		c = cursor_over(s, len);
		(void)number_read(&c);
	}

	return sees_bare(&c) ? PASTED_START_BARE : PASTED_START_NOT;
}

static bool has_arrow(const char *s, size_t len)
{
	return memmem(s, len, " > ", 3) != NULL;
}

enum pasted_line_answer pasted_line_read(struct pasted_line *ret, const char *s,
					 size_t len, struct pasted_names *names,
					 struct packet *packet)
{
	packet_clear(packet);
	*ret = (struct pasted_line){
		.c = cursor_over(s, len),
		.start = s,
		.names = names,
		.packet = packet,
	};

	ret->number = number_read(&ret->c);
	(void)pasted_clock_read(&ret->c, &ret->stamp);
	if (pasted_link_read(ret) && (ret->has_ends || ret->not_ip))
		return PASTED_LINE_PACKET;
	if (!ret->verbose && !ret->wants_inner && !has_arrow(s, len))
		return PASTED_LINE_OTHER;

	/* Asking whether it goes on: nothing stands in its way. */
	if (names)
		pasted_line_wonder(ret);
	return PASTED_LINE_BROKEN;
}
