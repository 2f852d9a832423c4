#include "fix/daemon_conf.h"

#include <string.h>
#include <strings.h>

#include "base/cursor.h"
#include "fix/kit.h"

static const struct daemon_conf daemons[] = {
	{ .programs = "sshd",
	  .option = "-f",
	  .paths = "/etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf",
	  .address = "ListenAddress",
	  .port = "Port",
	  .test = "sshd -t",
	  .usual = { 22 },
	  .more = CONF_MORE_LINE,
	  .reloads = true },
	{ .programs = "nginx",
	  .option = "-c",
	  .paths = "/etc/nginx/nginx.conf /etc/nginx/sites-enabled/* "
		   "/etc/nginx/conf.d/*.conf",
	  .address = "listen",
	  .test = "nginx -t",
	  .usual = { 80, 443 },
	  .more = CONF_MORE_LINE,
	  .reloads = true },
	{ .programs = "apache2 httpd",
	  .option = "-f",
	  .paths = "/etc/apache2/ports.conf /etc/apache2/apache2.conf "
		   "/etc/apache2/sites-enabled/*.conf "
		   "/etc/httpd/conf/httpd.conf /etc/httpd/conf.d/*.conf",
	  .address = "Listen",
	  .test = "apachectl configtest",
	  .usual = { 80, 443 },
	  .more = CONF_MORE_LINE },
	{ .programs = "mysqld mariadbd",
	  .paths = "/etc/mysql/mariadb.conf.d/*.cnf "
		   "/etc/mysql/mysql.conf.d/*.cnf /etc/mysql/conf.d/*.cnf "
		   "/etc/mysql/my.cnf /etc/my.cnf /etc/my.cnf.d/*.cnf",
	  .address = "bind-address bind_address",
	  .port = "port",
	  .all4 = "0.0.0.0",
	  .all6 = "::",
	  .usual = { 3306 },
	  .more = CONF_MORE_NONE },
	{ .programs = "postgres postmaster",
	  .option = "config_file",
	  .paths = "/etc/postgresql/*/main/postgresql.conf "
		   "/var/lib/pgsql/data/postgresql.conf",
	  .address = "listen_addresses",
	  .port = "port",
	  .fresh = "listen_addresses = 'localhost,",
	  .fresh_end = "'",
	  .usual = { 5432 },
	  .more = CONF_MORE_COMMA },
	{ .programs = "redis-server valkey-server",
	  .paths = "/etc/redis/redis.conf /etc/redis.conf "
		   "/etc/valkey/valkey.conf",
	  .address = "bind",
	  .port = "port",
	  .usual = { 6379 },
	  .more = CONF_MORE_SPACE },
	{ .programs = "dnsmasq",
	  .option = "-C",
	  .paths = "/etc/dnsmasq.conf /etc/dnsmasq.d/*",
	  .address = "listen-address",
	  .port = "port",
	  .device = "interface",
	  .test = "dnsmasq --test",
	  .usual = { 53 },
	  .more = CONF_MORE_LINE },
	{ .programs = "vsftpd",
	  .paths = "/etc/vsftpd.conf /etc/vsftpd/vsftpd.conf",
	  .address = "listen_address",
	  .port = "listen_port",
	  .all4 = "0.0.0.0",
	  .usual = { 21 },
	  .more = CONF_MORE_NONE },
	{ .programs = "named",
	  .option = "-c",
	  .paths = "/etc/bind/named.conf.options /etc/bind/named.conf "
		   "/etc/named.conf",
	  .address = "listen-on listen-on-v6",
	  .test = "named-checkconf",
	  .usual = { 53 },
	  .more = CONF_MORE_SEMICOLON,
	  .reloads = true },
	{ .programs = "haproxy",
	  .option = "-f",
	  .paths = "/etc/haproxy/haproxy.cfg",
	  .address = "bind",
	  .device = "bind",
	  .usual = { 80, 443 },
	  .more = CONF_MORE_LINE },
	{ .programs = "memcached",
	  .paths = "/etc/memcached.conf",
	  .address = "-l --listen",
	  .port = "-p",
	  .usual = { 11211 },
	  .more = CONF_MORE_COMMA },
	{ .programs = "mosquitto",
	  .option = "-c",
	  .paths = "/etc/mosquitto/mosquitto.conf "
		   "/etc/mosquitto/conf.d/*.conf",
	  .address = "listener bind_address",
	  .usual = { 1883 },
	  .more = CONF_MORE_LINE },
	{ .programs = "smbd",
	  .option = "-s",
	  .paths = "/etc/samba/smb.conf",
	  .address = "interfaces",
	  .test = "testparm -s",
	  .usual = { 445, 139 },
	  .more = CONF_MORE_SPACE },
	{ .programs = "squid",
	  .option = "-f",
	  .paths = "/etc/squid/squid.conf",
	  .address = "http_port",
	  .usual = { 3128 },
	  .more = CONF_MORE_LINE },
	{ .programs = "dovecot",
	  .paths = "/etc/dovecot/dovecot.conf",
	  .address = "listen",
	  .usual = { 143, 993 },
	  .more = CONF_MORE_COMMA },
	{ .programs = "unbound",
	  .option = "-c",
	  .paths = "/etc/unbound/unbound.conf "
		   "/etc/unbound/unbound.conf.d/*.conf",
	  .address = "interface",
	  .port = "port",
	  .usual = { 53 },
	  .more = CONF_MORE_LINE },
	{ .programs = "slapd",
	  .paths = "/etc/default/slapd",
	  .address = "SLAPD_SERVICES",
	  .usual = { 389, 636 },
	  .more = CONF_MORE_NONE },
	{ .programs = "master",
	  .paths = "/etc/postfix/main.cf",
	  .address = "inet_interfaces",
	  .usual = { 25, 587 },
	  .more = CONF_MORE_COMMA },
};

static bool has_word(const char *list, const char *word, size_t len)
{
	while (list && *list) {
		size_t n = strcspn(list, " ");

		if (n == len && !strncasecmp(list, word, len))
			return true;
		list += n;
		list += *list == ' ';
	}

	return false;
}

const struct daemon_conf *daemon_conf_of(const char *program)
{
	for (size_t i = 0; program && i < sizeof(daemons) / sizeof(*daemons);
	     i++)
		if (has_word(daemons[i].programs, program, strlen(program)))
			return &daemons[i];

	return NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What a word of a value ends at, or begins behind. */
static bool is_edge(char c)
{
	return !c || strchr(" \t\r\n'\",;={}()", c) != NULL;
}

/* One line while it is looked through. */
struct scan {
	const char *line;
	size_t len;
	const char *keys, *word;
	/* Inside the braces of a keyword. */
	bool is_in_block;
};

static size_t comment_at(const char *line, size_t len)
{
	size_t i = 0;

	while (i < len && is_blank(line[i]))
		i++;
	if (i < len && (line[i] == '#' || line[i] == ';' ||
			(line[i] == '/' && i + 1 < len && line[i + 1] == '/')))
		return 0;
	/* Behind a value it is one only with a blank before it. */
	for (; i < len; i++)
		if (line[i] == '#' && i && is_blank(line[i - 1]))
			return i;

	return len;
}

/* Where the value of a keyword begins: at the line's begin, or behind "{" or
 * ";". 0: there is no keyword. */
static size_t value_at(const struct scan *s, size_t from)
{
	bool is_begin = true;

	for (size_t i = from; i < s->len; i++) {
		size_t n = 0;

		if (strchr("{};", s->line[i])) {
			is_begin = true;
			continue;
		}
		if (is_blank(s->line[i]) || !is_begin)
			continue;
		while (i + n < s->len && !strchr(" \t={};", s->line[i + n]))
			n++;
		/* "interface: 10.0.0.1" */
		if (n && has_word(s->keys, s->line + i,
				  s->line[i + n - 1] == ':' ? n - 1 : n))
			return i + n;
		is_begin = false;
		i += n ? n - 1 : 0;
	}

	return 0;
}

/* The word in a value, whole: brackets and a port may stand around it. */
static bool word_in(const struct scan *s, size_t from, struct conf_place *ret)
{
	size_t n = strlen(s->word);

	for (size_t i = from; i + n <= s->len; i++) {
		size_t end = i + n;
		char before = ' ', after = ' ';

		if (strncasecmp(s->line + i, s->word, n) != 0)
			continue;
		if (i)
			before = s->line[i - 1];
		if (end < s->len)
			after = s->line[end];
		if (!is_edge(before) && before != '[' && before != ':' &&
		    before != '/')
			continue;
		if (!is_edge(after) && after != ']' && after != ':' &&
		    after != '/')
			continue;
		/* "::1" is no part of "fe80::1", nor 22 of "::22". */
		if ((before == ':' || after == ':') && strchr(s->word, ':'))
			continue;
		*ret = (struct conf_place){ .at = i, .len = n };
		return true;
	}

	return false;
}

static bool scan_line(struct scan *s, struct conf_place *ret)
{
	size_t at = s->is_in_block || !s->keys ? 0 : value_at(s, 0);
	bool is_found;

	if (!at && !s->is_in_block && s->keys)
		return false;

	is_found = word_in(s, at, ret);
	if (memchr(s->line + at, '{', s->len - at))
		s->is_in_block = true;
	if (memchr(s->line + at, '}', s->len - at))
		s->is_in_block = false;
	return is_found;
}

bool daemon_conf_find(const char *content, const char *keys, const char *word,
		      struct conf_place *ret)
{
	struct cursor c = cursor_over(content, strlen(content));
	struct scan s = { .keys = keys, .word = word };
	uint64_t number = 0;

	while (*word && cursor_left(&c)) {
		const char *line = (const char *)c.pos;
		size_t len = strcspn(line, "\n");

		number++;
		s.line = line;
		s.len = comment_at(line, len);
		if (scan_line(&s, ret)) {
			ret->line = number;
			return true;
		}
		cursor_skip(&c, len + (len < cursor_left(&c)));
	}

	return false;
}

/* IPv6 belongs in brackets where a port follows. */
static bool needs_brackets(const char *line, const struct conf_place *at,
			   const char *word)
{
	bool has = at->at && line[at->at - 1] == '[';

	return strchr(word, ':') && !has && line[at->at + at->len] == ':';
}

static const char *without(struct fix_planning *p, const char *line,
			   const char *word)
{
	const char *at = strstr(line, word);

	return at ? fix_words(p, "%.*s%s", (int)(at - line), line,
			      at + strlen(word))
		  : line;
}

const char *daemon_conf_words(struct fix_planning *p, const char *line,
			      const struct conf_place *at, const char *word,
			      enum conf_more more)
{
	static const char *const between[] = { [CONF_MORE_COMMA] = ",",
					       [CONF_MORE_SPACE] = " ",
					       [CONF_MORE_SEMICOLON] = "; " };
	size_t begin = at->at, end = at->at + at->len;
	bool had = begin && line[begin - 1] == '[' && line[end] == ']';
	const char *open = "", *close = "";

	if (more == CONF_MORE_COMMA || more == CONF_MORE_SPACE ||
	    more == CONF_MORE_SEMICOLON)
		return fix_words(p, "%.*s%s%s%s", (int)end, line, between[more],
				 word, line + end);

	/* "[::]:80" becomes "10.0.0.2:80", and the other way round. */
	if (had && !strchr(word, ':')) {
		begin--;
		end++;
	} else if (needs_brackets(line, at, word)) {
		open = "[";
		close = "]";
	}
	return without(p,
		       without(p,
			       fix_words(p, "%.*s%s%s%s%s", (int)begin, line,
					 open, word, close, line + end),
			       " ipv6only=on"),
		       " ipv6only=off");
}
