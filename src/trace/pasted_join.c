#include "trace/pasted_join.h"

#include <string.h>

#include "trace/pasted_scan.h"

/* Words of tcpdump's, in alphabetical order; behind those with a number a blank
 * and the number follow. */
static const struct word {
	const char *s;
	bool takes_number;
} words[] = {
	{ "A", true },
	{ "AAAA", true },
	{ "ACK", false },
	{ "ARP", false },
	{ "B", false },
	{ "CNAME", false },
	{ "DF", false },
	{ "Flags", false },
	{ "ICMP", true },
	{ "ICMP6", false },
	{ "IP", true },
	{ "IP6", false },
	{ "In", true },
	{ "M", false },
	{ "MX", false },
	{ "NXDomain", true },
	{ "Out", true },
	{ "P", true },
	{ "PTR", false },
	{ "Reply", true },
	{ "Request", false },
	{ "SERVFAIL", true },
	{ "SOA", false },
	{ "TCP", false },
	{ "TS", false },
	{ "UDP", false },
	{ "ack", true },
	{ "address", true },
	{ "admin", false },
	{ "advertisement", false },
	{ "at", false },
	{ "available", false },
	{ "bad", false },
	{ "beyond", false },
	{ "big", false },
	{ "cksum", true },
	{ "class", true },
	{ "code", true },
	{ "correct", false },
	{ "destination", false },
	{ "discovery", false },
	{ "echo", false },
	{ "ecr", true },
	{ "ethertype", false },
	{ "exceeded", false },
	{ "failed", false },
	{ "filter", false },
	{ "flags", false },
	{ "flowlabel", true },
	{ "frag", false },
	{ "has", true },
	{ "hlim", true },
	{ "host", true },
	{ "id", true },
	{ "in", false },
	{ "in-transit", false },
	{ "incorrect", false },
	{ "information", false },
	{ "is", true },
	{ "is-at", true },
	{ "isolated", false },
	{ "length", true },
	{ "listener", false },
	{ "mask", false },
	{ "missing", false },
	{ "mss", true },
	{ "mtu", true },
	{ "multicast", false },
	{ "need", false },
	{ "neighbor", false },
	{ "net", true },
	{ "octet", true },
	{ "offset", true },
	{ "ok", false },
	{ "options", false },
	{ "packet", false },
	{ "parameter", false },
	{ "payload", false },
	{ "port", true },
	{ "precedence", false },
	{ "problem", false },
	{ "prohibited", true },
	{ "proto", true },
	{ "protocol", true },
	{ "quench", false },
	{ "query", false },
	{ "reassembly", false },
	{ "redirect", false },
	{ "reply", false },
	{ "report", false },
	{ "request", false },
	{ "route", true },
	{ "router", false },
	{ "sack", true },
	{ "sackOK", false },
	{ "scope", true },
	{ "seq", true },
	{ "solicitation", false },
	{ "source", false },
	{ "sum", false },
	{ "tcp", true },
	{ "tell", true },
	{ "tgt", false },
	{ "time", false },
	{ "timestamp", true },
	{ "to", true },
	{ "too", false },
	{ "tos", true },
	{ "truncated-ip", false },
	{ "ttl", true },
	{ "udp", true },
	{ "unknown", false },
	{ "unreachable", true },
	{ "urg", true },
	{ "val", true },
	{ "violation", false },
	{ "vlan", true },
	{ "who", false },
	{ "who-has", true },
	{ "win", true },
	{ "wscale", true },
};

static const struct word *word_of(const char *s, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strlen(words[i].s) == len && !memcmp(words[i].s, s, len))
			return &words[i];
	}

	return NULL;
}

static bool is_word_byte(char c)
{
	return scan_is_letter((uint8_t)c) || scan_is_digit((uint8_t)c);
}

/* "who-has" is one word. */
static bool is_inside_word(char c)
{
	return is_word_byte(c) || c == '-';
}

/* The letters and digits at the end of left and the beginning of right. */
struct ends {
	const char *left;
	size_t left_len;
	const char *right;
	size_t right_len;
};

static struct ends ends_of(const char *left, size_t left_len, const char *right,
			   size_t right_len)
{
	struct ends e = { .left = left + left_len, .right = right };

	while (e.left_len < left_len && e.left_len < 32 &&
	       is_inside_word(e.left[-1])) {
		e.left--;
		e.left_len++;
	}
	while (e.right_len < right_len && e.right_len < 32 &&
	       is_inside_word(e.right[e.right_len]))
		e.right_len++;

	return e;
}

/* Whether a list of options is open at the end. */
static bool inside_options(const char *s, size_t len)
{
	for (size_t i = len; i > 0; i--) {
		if (s[i - 1] == ']' || s[i - 1] == '>')
			return false;
		if (s[i - 1] == '[' || s[i - 1] == '<')
			return true;
	}

	return false;
}

/* A word that stands for itself, not the end of a name. */
static bool stands_alone(const struct ends *e, const char *start)
{
	return e->left == start || strchr(" ([<,{", e->left[-1]);
}

/* Two words of tcpdump's, or one that was cut? */
static bool between_words(const struct ends *e, const char *start,
			  const char *end)
{
	char whole[64];
	const char *behind = e->right + e->right_len;
	const struct word *left = NULL;
	bool right_is_number = scan_is_digit((uint8_t)e->right[0]);

	memcpy(whole, e->left, e->left_len);
	memcpy(whole + e->left_len, e->right, e->right_len);
	/* "IP" and "6.1.2.3" are not IP6. */
	if (word_of(whole, e->left_len + e->right_len) &&
	    (behind == end || *behind != '.'))
		return false;
	if (stands_alone(e, start))
		left = word_of(e->left, e->left_len);
	if (left && !right_is_number &&
	    inside_options(start, (size_t)(e->left - start)))
		return word_of(e->right, e->right_len);
	if (left && (left->takes_number || !right_is_number))
		return true;

	return word_of(e->right, e->right_len) &&
	       scan_is_digit((uint8_t)e->left[e->left_len - 1]);
}

/* Behind "… > host.port:" a blank follows, inside an address none. */
static bool after_colon(const char *left, size_t left_len, char right)
{
	const char *blank = memrchr(left, ' ', left_len);
	size_t dots = 0;

	if (right >= 'A' && right <= 'Z')
		return true;
	if (!blank || blank - left < 2 || blank[-1] != '>')
		return false;

	for (const char *p = blank; p < left + left_len; p++)
		dots += *p == '.';
	return dots >= 4;
}

/* tcpdump 3 writes "1:22(21)". */
static bool after_range(const char *left, size_t left_len)
{
	while (left_len && scan_is_digit((uint8_t)left[left_len - 1]))
		left_len--;

	return left_len && left[left_len - 1] == ':';
}

/* Before a character that is neither letter nor digit. */
static bool before_mark(const char *left, size_t left_len, const char *right,
			size_t right_len)
{
	char last = left[left_len - 1];
	char mark = right[0];

	if (mark == '>' || mark == '[' || mark == '<')
		return last != '-' && last != '|';
	if (mark == '(')
		return !after_range(left, left_len);
	if (mark == '{')
		return scan_is_digit((uint8_t)last);

	return mark == '-' && right_len > 1 && right[1] == ' ';
}

/* Between such a character and a letter or digit. */
static bool after_mark(const char *left, size_t left_len, const char *right)
{
	char mark = left[left_len - 1];

	if (mark == ',')
		return !inside_options(left, left_len);
	if (mark == ':')
		return after_colon(left, left_len, right[0]);
	if (mark == '-')
		return left_len > 1 && left[left_len - 2] == ' ';

	return mark == '>' || mark == ')' || mark == '+' || mark == '?' ||
	       mark == ']';
}

bool pasted_join_with_blank(const char *left, size_t left_len, size_t piece_len,
			    const char *right, size_t right_len, size_t width)
{
	struct ends e;
	char last;

	if (!left_len || !right_len)
		return false;

	last = left[left_len - 1];
	if (last == ' ' || right[0] == ' ')
		return false;
	if (!is_word_byte(right[0]))
		return before_mark(left, left_len, right, right_len);
	if (!is_word_byte(last))
		return after_mark(left, left_len, right);

	/* No two numbers stand side by side. */
	if (scan_is_digit((uint8_t)last) && scan_is_digit((uint8_t)right[0]))
		return false;

	e = ends_of(left, left_len, right, right_len);
	if (between_words(&e, left, right + right_len))
		return true;

	/* A piece that is clearly shorter was broken between words. */
	return width && piece_len + 1 < width;
}

static bool begins(const char *s, size_t len, const char *with)
{
	return len >= strlen(with) && !memcmp(s, with, strlen(with));
}

static bool holds(const char *s, size_t len, const char *what)
{
	struct cursor c = cursor_over(s, len);

	return scan_find_bytes(&c, what, strlen(what));
}

/* "8 packets captured", "0 packets dropped by kernel" */
static bool is_count(const char *s, size_t len)
{
	struct cursor c = cursor_over(s, len);
	uint64_t n;

	return scan_u64(&c, &n) && SCAN(&c, " packet") &&
	       (SCAN_FIND(&c, " captured") || SCAN_FIND(&c, " received") ||
		SCAN_FIND(&c, " dropped"));
}

bool pasted_join_is_chatter(const char *s, size_t len)
{
	static const char *const starts[] = {
		"tcpdump",   "listening on",  "reading from", "^C",  "$ ",
		"# ",        "dropped privs", "Got ",         "```", "{code",
		"{noformat", "{quote",        "--",
	};

	if (!len)
		return true;
	if (is_count(s, len))
		return true;
	/* user@host:~# */
	if (holds(s, len, "$ tcpdump") || holds(s, len, "# tcpdump") ||
	    holds(s, len, "sudo "))
		return true;

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		if (begins(s, len, starts[i]))
			return true;
	}

	return false;
}

bool pasted_join_is_hex(const char *s, size_t len)
{
	struct cursor c = cursor_over(s, len);

	if (!SCAN(&c, "0x"))
		return false;
	for (int i = 0; i < 4; i++) {
		if (!scan_is_hex(cursor_u8(&c)))
			return false;
	}

	return SCAN(&c, ":");
}
