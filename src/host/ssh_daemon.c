#include "host/ssh_daemon.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "host/reader.h"

enum { LINE_MOST = 4096, FILE_MOST = 1 << 20, USUAL = 22, PORT_DIGITS = 5 };

#define FILE_NAME "/etc/ssh/sshd_config"
#define FOLDER "/etc/ssh/sshd_config.d"

/* "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups": sshd.c, main() */
bool ssh_daemon_is_usual_line(const char *line)
{
	static const char prefix[] = "sshd: /";
	const char *end = strstr(line, " [listener]");
	const char *word = strchr(line, ' ');

	if (strncmp(line, prefix, sizeof(prefix) - 1) != 0 || !end)
		return false;

	for (; word && word < end; word = strchr(word + 1, ' ')) {
		size_t length = strcspn(word + 1, " ");

		/* -f FILE, -o OPTION, -p PORT, also behind another letter. */
		if (word[1] == '-' && strcspn(word + 1, "fop") < length)
			return false;
	}
	return true;
}

bool ssh_daemon_is_usual(int pid)
{
	struct text path = TEXT_NULL, line = TEXT_NULL;
	bool is_usual;

	text_format(&path, "/proc/%d/cmdline", pid);
	is_usual = !reader_file(text_string(&path), LINE_MOST, &line) &&
		   ssh_daemon_is_usual_line(text_string(&line));
	text_done(&path);
	text_done(&line);
	return is_usual;
}

/* The next word of a line; 0: there is none. Between the keyword and what it is
 * set to a "=" may stand. */
static size_t next_word(const char *line, size_t len, size_t *at)
{
	size_t end;

	while (*at < len && strchr(" \t\r\f=", line[*at]))
		++*at;
	for (end = *at; end < len && !strchr(" \t\r\f=", line[end]);)
		end++;
	return end - *at;
}

static bool is_word(const char *word, size_t len, const char *what)
{
	return len == strlen(what) && !strncasecmp(word, what, len);
}

static void add_port(struct ssh_daemon_ports *p, const char *word, size_t len)
{
	uint32_t port = 0;

	for (size_t i = 0; i < len && i <= PORT_DIGITS; i++) {
		if (word[i] < '0' || word[i] > '9') {
			p->is_unsure = true;
			return;
		}
		port = port * 10 + (uint32_t)(word[i] - '0');
	}
	if (!port || port > UINT16_MAX || p->count == SSH_DAEMON_PORTS) {
		p->is_unsure = true;
		return;
	}

	p->list[p->count++] = (uint16_t)port;
}

/* "10.0.0.1:22", "[::]:22" or "[::]", but not "::". */
static bool may_have_port(const char *address, size_t len)
{
	const char *colon = memchr(address, ':', len);

	if (!len || *address == '[' || !colon)
		return len && *address == '[';

	colon++;
	return !memchr(colon, ':', len - (size_t)(colon - address));
}

/* Which port an address stands with is left to the daemon. */
static void read_line(struct ssh_daemon_ports *p, const char *line, size_t len)
{
	size_t at = 0;
	size_t size = next_word(line, len, &at);
	const char *keyword = line + at;
	const char *value;
	size_t value_len;

	if (!size || *keyword == '#')
		return;

	at += size;
	value_len = next_word(line, len, &at);
	value = line + at;
	if (is_word(keyword, size, "Port"))
		add_port(p, value, value_len);
	else if (is_word(keyword, size, "Include") &&
		 is_word(value, value_len, FOLDER "/*.conf"))
		p->has_folder = true;
	else if (is_word(keyword, size, "Include") ||
		 (is_word(keyword, size, "ListenAddress") &&
		  may_have_port(value, value_len)))
		p->is_unsure = true;
}

void ssh_daemon_ports_read(struct ssh_daemon_ports *p, const char *text,
			   size_t len)
{
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t size = end ? (size_t)(end - text) : len;

		read_line(p, text, size);
		size += end ? 1 : 0;
		text += size;
		len -= size;
	}
}

bool ssh_daemon_ports_has(const struct ssh_daemon_ports *p, uint16_t port)
{
	if (!p->count)
		return port == USUAL;

	for (size_t i = 0; i < p->count; i++)
		if (p->list[i] == port)
			return true;

	return false;
}

static int read_file(struct ssh_daemon_ports *p, const char *path)
{
	struct text t = TEXT_NULL;
	int error = reader_file(path, FILE_MOST, &t);

	if (!error)
		ssh_daemon_ports_read(p, text_string(&t), t.len);
	text_done(&t);
	return error;
}

static bool is_conf(const char *name)
{
	size_t len = strlen(name);

	return *name != '.' && len > 5 && !strcmp(name + len - 5, ".conf");
}

/* A pattern that matches nothing includes nothing. */
static int read_folder(struct ssh_daemon_ports *p)
{
	struct text names = TEXT_NULL, path = TEXT_NULL;
	int error = reader_names(FOLDER, &names);
	const char *name;
	size_t at = 0;

	while (!error && (name = reader_string(&names, &at))) {
		if (!is_conf(name))
			continue;
		text_clear(&path);
		text_format(&path, FOLDER "/%s", name);
		error = read_file(p, text_string(&path));
	}
	text_done(&names);
	text_done(&path);
	return error == -ENOENT ? 0 : error;
}

int ssh_daemon_ports(struct ssh_daemon_ports *ret)
{
	int error;

	*ret = (struct ssh_daemon_ports){ 0 };
	error = read_file(ret, FILE_NAME);
	if (!error && ret->has_folder)
		error = read_folder(ret);

	return error ? error : ret->is_unsure ? -ENOTSUP : 0;
}
