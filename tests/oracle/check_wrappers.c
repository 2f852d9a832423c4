/*
 * The two readers of hosts.allow and hosts.deny, ours and libwrap's, on files
 * made at random from a seed: the answers and the deciding lines must be the
 * same. libwrap is loaded as the library that the daemons load; what it would
 * tell syslog is caught here, for there it names the line that matched.
 *
 * check_wrappers LIBWRAP FOLDER SEED COUNT   makes COUNT pairs of files
 * check_wrappers --match TCPDMATCH FOLDER SEED COUNT   the same with tcpdmatch,
 *	which tells no lines
 * check_wrappers --make FOLDER SEED   makes a pair
 * check_wrappers --ask FOLDER DAEMON SERVER CLIENT [NAME]   what we say of it
 * check_wrappers --xinetd FILE CLIENT...   whom xinetd.conf lets in, a row of
 *	0 and 1 for each service
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "net/wrappers.h"
#include "net/xinetd_conf.h"

enum { REQUEST = 8192, PATH = 512, MOST = 1 << 20 };

enum {
	END,
	RQ_FILE,
	RQ_DAEMON,
	RQ_USER,
	RQ_CLIENT_NAME,
	RQ_CLIENT_ADDR,
	RQ_CLIENT_SIN,
	RQ_SERVER_NAME,
	RQ_SERVER_ADDR,
	RQ_SERVER_SIN
};

static struct {
	unsigned line;
	char file[PATH];
	char said[PATH * 2];
} heard;

/* What libwrap calls where it was built with _FORTIFY_SOURCE. */
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
__attribute__((visibility("default"), format(printf, 3, 4))) void
__syslog_chk(int priority, int flag, const char *format, ...);
__attribute__((visibility("default"), format(printf, 3, 0))) void
__vsyslog_chk(int priority, int flag, const char *format, va_list ap);

void __vsyslog_chk(int priority, int flag, const char *format, va_list ap)
{
	char line[PATH * 2];

	(void)priority;
	(void)flag;
	(void)vsnprintf(line, sizeof(line), format, ap);
	if (!sscanf(line, "matched:  %511s line %u", heard.file, &heard.line))
		(void)snprintf(heard.said, sizeof(heard.said), "%s", line);
}

void __syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	__vsyslog_chk(priority, flag, format, ap);
	va_end(ap);
}

// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

struct libwrap {
	void *(*init)(void *request, ...);
	int (*access)(void *request);
	const char **allow, **deny;
	int *verbose, *dry_run;
};

static uint64_t rng;

static uint32_t any(uint32_t below)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)(rng >> 33) % below;
}

#define PICK(list) ((list)[any(sizeof(list) / sizeof(*(list)))])

static const char *const daemons[] = { "sshd", "in.telnetd", "vsftpd", "SSHD",
				       "a.b",  "unknown",    "x" };
static const char *const addresses[] = {
	"10.1.0.7",   "10.1.0.70",   "192.168.1.5",   "127.0.0.1",
	"8.8.8.8",    "2001:db8::7", "2001:db8:1::7", "::1",
	"fd00::a:7",  "10.10.0.1",   "0.0.0.0",       "255.255.255.255",
	"172.16.5.4",
};
static const char *const names[] = {
	"client.example.org", "client",        "bad.example.org", "CLIENT.lab",
	"localhost",          "10.1.0.7.evil", "a.b.c.d",         "unknown",
	"paranoid",           "x.tue.nl",
};
static const char *const patterns[] = {
	"ALL",
	"all",
	"LOCAL",
	"KNOWN",
	"UNKNOWN",
	"PARANOID",
	"EXCEPT",
	"EXCEPT",
	"EXCEPT",
	"except",
	".example.org",
	".org",
	".lab",
	"client",
	"client.example.org",
	"10.1.",
	"10.1.0.",
	"10.",
	"192.168.1.",
	"10.1.0.7",
	"10.1.0.70",
	"10.1.0.0/255.255.255.0",
	"10.1.0.0/24",
	"10.1.0.7/24",
	"10.1.0.7/32",
	"10.1.0.7/255.255.255.255",
	"0.0.0.0/0",
	"0.0.0.0/0.0.0.0",
	"10.0.0.0/8",
	"10.0.0.0/255.0.0.0",
	"192.168.0.0/0xffff",
	"192.168.0.0/16x",
	"0x0a.1.0.7/32",
	"012.1.0.0/16",
	"10.1/16",
	"10.1.0.0/",
	"[2001:db8::7]",
	"[2001:db8::]/32",
	"[2001:db8::]/48",
	"[2001:db8::7]/64",
	"[::]/0",
	"[::1]",
	"[::1]/128",
	"[::1]/129",
	"[::1]/-1",
	"[10.1.0.7]",
	"[2001:db8::7",
	"2001:db8::7",
	"fd00::a:7",
	"[fd00:0:0::a:7]",
	"[fd00::]/7",
	"[fd00::]/9",
	"[fd00::]/33",
	"*",
	"?",
	"*.org",
	"10.1.0.?",
	"10.*",
	"*7",
	"**7",
	"*?7",
	"c*t",
	"C?IENT*",
	"*.*.*",
	"?*?",
	"[*]",
	"joe@ALL",
	"ALL@10.1.0.7",
	"KNOWN@ALL",
	"UNKNOWN@10.1.",
	"un*@.example.org",
	"root@",
	"@",
	"/f",
	"PATHFILE",
	"PATHNONE",
	"ALL@PATHFILE",
	"unknown",
	"paranoid",
	".",
	"..",
	"...",
	"10.1.0.7.",
	"10.1.0.07",
	"#10.1.0.7",
	"10.1.0.7#",
	"\\",
	"\"ALL\"",
	"'ALL'",
	"ALL.",
	"]",
	"[",
	"[]",
	"[]/64",
	"a]b",
	"255.255.255.255",
	"0.0.0.0",
	"8.8.8.8/32 ",
	"172.16.0.0/12",
	"172.16.0.0/13",
	"172.16.0.0/255.240.0.0",
	"172.16.0.0/255.0.255.0",
	"[::ffff:10.1.0.7]",
	"[::ffff:10.1.0.0]/120",
	"::ffff:10.1.0.7",
	"10.1.0.7/4294967320",
	"[2001:DB8::7]/+64",
	"[2001:db8::7]/ 64",
	"10.1.0.0/24/24",
	"10.1.0.0/[24]",
	"+",
	"-",
	"x",
	"sshd",
	"1.2.3",
	"127.",
	"127.0.0.1/8",
	"127.0.0.0/8",
};
static const char *const daemon_patterns[] = {
	"ALL",
	"ALL",
	"ALL",
	"sshd",
	"in.telnetd",
	"vsftpd",
	"EXCEPT",
	"EXCEPT",
	"s*",
	"*d",
	"in.",
	".b",
	"22",
	"23",
	"+22",
	"4294967318",
	"-22",
	"22x",
	"65558",
	"KNOWN",
	"UNKNOWN",
	"LOCAL",
	"sshd@10.1.0.1",
	"ALL@10.1.0.",
	"ALL@ALL",
	"sshd@server",
	"sshd@",
	"@sshd",
	"ALL@[2001:db8::1]",
	"22@LOCAL",
	"ALL@KNOWN",
	"x",
	"a.b",
	"in.*@10.1.0.0/24",
	"[::1]",
	"sshd@PATHFILE",
	"/f",
	"22:",
	"sshd@UNKNOWN",
	"all@paranoid",
	"?",
	"??hd",
};
static const char *const option_texts[] = {
	"ALLOW",
	"DENY",
	"allow",
	"deny",
	" ALLOW ",
	"ALLOW ",
	"spawn echo hi",
	"spawn",
	"twist echo",
	"twist = echo",
	"twist",
	"TWIST echo \\: x",
	"banners /nowhere",
	"banners",
	"nice",
	"nice 5",
	"nice = 5",
	"nice x",
	"nice 5x",
	"umask 022",
	"umask 888",
	"umask 1777",
	"umask -1",
	"linger 5",
	"linger -5",
	"linger 9999999999",
	"linger",
	"keepalive",
	"keepalive 3",
	"rfc931",
	"rfc931 5",
	"rfc931 0",
	"rfc931 -4",
	"rfc931 x",
	"setenv A b",
	"setenv A",
	"setenv",
	"severity mail.info",
	"severity info",
	"severity auth.x",
	"severity authpriv.info",
	"severity",
	"severity LOCAL0.DEBUG",
	"severity .info",
	"severity info.",
	"user root",
	"group root",
	"user root.root",
	"user",
	"user nobodyhere",
	"group nosuch",
	"user root.nosuch",
	"user nobody.",
	"bogus",
	"bogus x",
	"",
	" ",
	"=",
	"= x",
	"allow=",
	"allow =",
	"deny x",
	"deny = ",
	"spawn=(echo)",
	"spawn\techo",
	"(/bin/echo %h)&",
	"ALLOW # so",
	"aclexec",
	"umask\v022",
	"umask +022",
	"nice +3",
	"nice -3",
	"umask",
};
static const char *const between[] = { " ",  ",",  ", ",    "\t",     " , ",
				       ",,", "\r", " \\\n", "\\\n\t", "  " };

static void put_list(struct text *t, const char *const *list, uint32_t count)
{
	uint32_t n = any(8) ? 1 + any(4) : any(12);

	for (uint32_t i = 0; i < n; i++) {
		const char *word = list[any(count)];

		if (i)
			text_str(t, PICK(between));
		if (i && !any(4))
			text_str(t, "EXCEPT ");
		text_str(t, word);
	}
}

static void put_junk(struct text *t)
{
	static const char letters[] = "ab: ,\t\\#[]@/.*?\n\r0129%=";
	uint32_t n = any(60);

	if (!any(12))
		text_fill(t, 'a', 1900 + any(300));
	for (uint32_t i = 0; i < n; i++)
		text_char(t,
			  any(60) ? letters[any(sizeof(letters) - 1)] : '\0');
}

static void put_line(struct text *t)
{
	uint32_t options = any(3) ? 0 : 1 + any(3);

	if (!any(40)) {
		put_junk(t);
	} else if (!any(25)) {
		text_str(t, any(2) ? "# ALL: ALL" : "  ");
	} else {
		put_list(t, daemon_patterns,
			 sizeof(daemon_patterns) / sizeof(*daemon_patterns));
		text_str(t, any(20) ? (any(2) ? ":" : " : ") : "");
		put_list(t, patterns, sizeof(patterns) / sizeof(*patterns));
		for (uint32_t i = 0; i < options; i++) {
			text_str(t, any(10) ? ":" : " : ");
			text_str(t, PICK(option_texts));
		}
	}
	if (!any(30))
		text_str(t, "\\");
	if (any(200))
		text_char(t, '\n');
}

/* PATHFILE and PATHNONE stand for files in the folder. */
static void fill_paths(struct text *t, const char *folder)
{
	struct text out = TEXT_NULL;
	size_t at = 0;

	while (at < t->len) {
		if (t->len - at >= 8 && !memcmp(t->data + at, "PATHFILE", 8)) {
			text_format(&out, "%s/f", folder);
			at += 8;
		} else if (t->len - at >= 8 &&
			   !memcmp(t->data + at, "PATHNONE", 8)) {
			text_format(&out, "%s/n", folder);
			at += 8;
		} else {
			text_char(&out, t->data[at++]);
		}
	}
	text_done(t);
	*t = out;
}

static int write_file(const char *path, const struct text *t)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return -errno;
	(void)fwrite(t->data, 1, t->len, f);
	return fclose(f) ? -errno : 0;
}

static int read_pattern_file(void *with, const char *path, struct text *out)
{
	(void)with;
	return file_load(out, path, MOST);
}

static bool has_account(void *with, bool is_group, const char *name)
{
	(void)with;
	// NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread
	return is_group ? getgrnam(name) != NULL : getpwnam(name) != NULL;
}

struct lab {
	char allow[PATH], deny[PATH], pattern[PATH];
	struct text texts[2];
};

static void make_files(struct lab *l, const char *folder)
{
	struct text f = TEXT_NULL;

	for (int i = 0; i < 2; i++) {
		uint32_t n = any(6);

		text_done(&l->texts[i]);
		while (n--)
			put_line(&l->texts[i]);
		fill_paths(&l->texts[i], folder);
	}
	put_list(&f, patterns, sizeof(patterns) / sizeof(*patterns));
	(void)write_file(l->pattern, &f);
	text_done(&f);
	(void)write_file(l->allow, &l->texts[0]);
	(void)write_file(l->deny, &l->texts[1]);
	if (!any(20))
		(void)unlink(any(2) ? l->allow : l->deny);
}

static struct wrappers_file our_file(const char *path, struct text *t)
{
	struct wrappers_file f = { .name = path };

	text_clear(t);
	if (file_load(t, path, MOST))
		f.state = WRAPPERS_MISSING;
	f.text = t->data ? t->data : "";
	f.len = t->len;
	return f;
}

struct question {
	const char *daemon, *server, *client, *name;
	uint16_t port;
};

static void we_say(struct wrappers_decision *ret, struct lab *l,
		   const struct question *q)
{
	struct wrappers_ask ask = { .daemon = q->daemon,
				    .read = read_pattern_file,
				    .has_account = has_account };
	struct wrappers_file allow = our_file(l->allow, &l->texts[0]);
	struct wrappers_file deny = our_file(l->deny, &l->texts[1]);

	(void)address_parse(&ask.client.address, q->client, strlen(q->client));
	(void)address_parse(&ask.server.address, q->server, strlen(q->server));
	ask.server.asked = WRAPPERS_NAME_NONE;
	ask.server_port = q->port;
	ask.client.asked = q->name ? WRAPPERS_NAME_KNOWN : WRAPPERS_NAME_NONE;
	ask.client.name = q->name;
	wrappers_decide(ret, &allow, &deny, &ask);
}

/* 0: denied, 1: allowed, 2: twisted. */
static int libwrap_says(const struct libwrap *w, struct lab *l,
			const struct question *q)
{
	static char request[REQUEST];
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	void *sin = &v4;
	int r;

	memset(request, 0, sizeof(request));
	memset(&heard, 0, sizeof(heard));
	v4.sin_port = v6.sin6_port = htons(q->port);
	if (inet_pton(AF_INET, q->server, &v4.sin_addr) != 1) {
		(void)inet_pton(AF_INET6, q->server, &v6.sin6_addr);
		sin = &v6;
	}
	*w->allow = l->allow;
	*w->deny = l->deny;
	*w->verbose = 2;
	*w->dry_run = 1;
	w->init(request, RQ_DAEMON, q->daemon, RQ_USER, "unknown",
		RQ_CLIENT_NAME, q->name, RQ_CLIENT_ADDR, q->client,
		RQ_SERVER_ADDR, q->server, RQ_SERVER_SIN, sin, END);
	r = w->access(request);
	return *w->dry_run ? r : 2;
}

static void show(const char *path)
{
	struct text t = TEXT_NULL;

	if (!file_load(&t, path, MOST))
		printf("--- %s\n%s\n", path, text_string(&t));
	text_done(&t);
}

static const int as_libwrap[] = { [WRAPPERS_ALLOWED] = 1,
				  [WRAPPERS_DENIED] = 0,
				  [WRAPPERS_TWISTED] = 2,
				  [WRAPPERS_UNKNOWN] = -1 };

static bool differs(const struct libwrap *w, struct lab *l,
		    const struct question *q)
{
	struct wrappers_decision d;
	int says = libwrap_says(w, l, q);

	we_say(&d, l, q);
	/* We ask nobody for netgroups and run no command. */
	if (d.why == WRAPPERS_NETGROUP || d.why == WRAPPERS_COMMAND) {
		if (d.answer == WRAPPERS_UNKNOWN ||
		    as_libwrap[d.answer] == says)
			return false;
	} else if (as_libwrap[d.answer] == says &&
		   (heard.line ? d.file && !strcmp(d.file, heard.file) &&
					 d.last_line == heard.line
			       : !d.file || d.is_broken))
		return false;

	printf("daemon %s server %s port %u client %s name %s\n"
	       "libwrap: %d %s %u (%s)\nwe: %d %s %u-%u why %d\n",
	       q->daemon, q->server, q->port, q->client, q->name, says,
	       heard.file, heard.line, heard.said, as_libwrap[d.answer],
	       d.file ? d.file : "", d.line, d.last_line, (int)d.why);
	show(l->allow);
	show(l->deny);
	show(l->pattern);
	return true;
}

static int load(struct libwrap *w, const char *path)
{
	void *h = dlopen(path, RTLD_NOW);

	if (!h) {
		printf("%s\n", dlerror());
		return 77;
	}
	*(void **)&w->init = dlsym(h, "request_init");
	*(void **)&w->access = dlsym(h, "hosts_access");
	w->allow = dlsym(h, "hosts_allow_table");
	w->deny = dlsym(h, "hosts_deny_table");
	w->verbose = dlsym(h, "hosts_access_verbose");
	w->dry_run = dlsym(h, "dry_run");
	return w->init && w->access && w->allow && w->deny && w->verbose &&
			       w->dry_run
		       ? 0
		       : 77;
}

static void name_files(struct lab *l, const char *folder)
{
	(void)snprintf(l->allow, PATH, "%s/hosts.allow", folder);
	(void)snprintf(l->deny, PATH, "%s/hosts.deny", folder);
	(void)snprintf(l->pattern, PATH, "%s/f", folder);
}

static void draw(struct question *q)
{
	static const char *const servers[] = { "10.1.0.1", "2001:db8::1",
					       "127.0.0.1" };

	*q = (struct question){ PICK(daemons), PICK(servers), PICK(addresses),
				PICK(names), any(2) ? 22 : 23 };
}

static void seed_with(const char *seed)
{
	rng = strtoull(seed, NULL, 10) * 2654435769U + 88172645463325252U;
}

static int tell(unsigned asked, unsigned pairs, const char *seed,
		unsigned different)
{
	printf("%u questions of %u pairs of files, seed %s: %u answers differ\n",
	       asked, pairs, seed, different);
	return different ? 1 : 0;
}

static int compare(const char *library, const char *folder, const char *seed,
		   unsigned count)
{
	unsigned different = 0, asked = 0;
	struct libwrap w;
	struct lab l = { 0 };
	int r = load(&w, library);

	if (r)
		return r;

	seed_with(seed);
	name_files(&l, folder);
	for (unsigned i = 0; i < count && different < 5; i++) {
		make_files(&l, folder);
		for (int k = 0; k < 10; k++, asked++) {
			struct question q;

			draw(&q);
			different += differs(&w, &l, &q);
		}
	}
	return tell(asked, count, seed, different);
}

static int tcpdmatch_says(const char *program, const char *folder,
			  const struct question *q)
{
	char line[PATH * 4], quiet[] = "2>/dev/null";
	int says = -1;
	FILE *f;

	(void)snprintf(line, sizeof(line),
		       "cd '%s' && '%s' -d %s@%s %s </dev/null %s", folder,
		       program, q->daemon, q->server, q->client, quiet);
	// NOLINTNEXTLINE(cert-env33-c): a test runs the tool it is about
	f = popen(line, "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (!strcmp(line, "access:   granted\n"))
			says = 1;
		else if (!strcmp(line, "access:   denied\n"))
			says = 0;
		else if (!strcmp(line, "access:   delegated\n"))
			says = 2;
	}
	if (f)
		(void)pclose(f);
	return says;
}

static int match(const char *program, const char *folder, const char *seed,
		 unsigned count)
{
	unsigned different = 0, asked = 0;
	struct lab l = { 0 };

	seed_with(seed);
	name_files(&l, folder);
	for (unsigned i = 0; i < count && different < 5; i++) {
		struct wrappers_decision d;
		struct question q;
		int says;

		make_files(&l, folder);
		draw(&q);
		/* It knows no port, and looks names up. */
		q.port = 0;
		q.name = NULL;
		q.server = any(2) ? "10.1.0.1" : "2001:db8::1";
		says = tcpdmatch_says(program, folder, &q);
		if (says < 0)
			continue;
		asked++;
		we_say(&d, &l, &q);
		if (d.answer == WRAPPERS_UNKNOWN ||
		    as_libwrap[d.answer] == says)
			continue;
		different++;
		printf("daemon %s server %s client %s: tcpdmatch %d, we %d %s %u\n",
		       q.daemon, q.server, q.client, says, as_libwrap[d.answer],
		       d.file ? d.file : "", d.line);
		show(l.allow);
		show(l.deny);
		show(l.pattern);
	}
	return tell(asked, count, seed, different);
}

static int ask_us(char **argv, const char *name)
{
	static const char *const says[] = { [WRAPPERS_ALLOWED] = "allowed",
					    [WRAPPERS_DENIED] = "denied",
					    [WRAPPERS_TWISTED] = "twisted",
					    [WRAPPERS_UNKNOWN] = "unknown" };
	struct question q = { argv[3], argv[4], argv[5], name, 0 };
	struct wrappers_decision d;
	struct lab l = { 0 };

	name_files(&l, argv[2]);
	we_say(&d, &l, &q);
	printf("%s %s:%u\n", says[d.answer], d.file ? d.file : "", d.line);
	return 0;
}

static int make(const char *folder, const char *seed)
{
	struct lab l = { 0 };

	seed_with(seed);
	name_files(&l, folder);
	make_files(&l, folder);
	return 0;
}

static void judge_service(const struct xinetd_service *s, char **clients)
{
	for (; *clients; clients++) {
		struct xinetd_ask ask = { .has_name = true, .minute = -1 };
		struct xinetd_decision d;

		(void)address_parse(&ask.client, *clients, strlen(*clients));
		xinetd_conf_decide(&d, s, &ask);
		putchar(d.answer == XINETD_ALLOWED ? '1' : '0');
	}
	putchar('\n');
}

static int judge_xinetd(const char *path, char **clients)
{
	struct problems *p = problems_new();
	struct arena *a = arena_new();
	struct text t = TEXT_NULL;
	struct xinetd_conf *c =
		a && p ? xinetd_conf_new(a, p, NULL, NULL) : NULL;
	int err = c ? file_load(&t, path, MOST) : -ENOMEM;

	if (!err)
		err = xinetd_conf_read(c, path, text_string(&t), t.len);
	if (!err)
		for (const struct xinetd_service *s = xinetd_conf_end(c); s;
		     s = s->next)
			judge_service(s, clients);
	text_done(&t);
	problems_free(p);
	arena_free(a);
	return err ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc > 3 && !strcmp(argv[1], "--xinetd"))
		return judge_xinetd(argv[2], argv + 3);
	if (argc == 4 && !strcmp(argv[1], "--make"))
		return make(argv[2], argv[3]);
	if ((argc == 6 || argc == 7) && !strcmp(argv[1], "--ask"))
		return ask_us(argv, argc == 7 ? argv[6] : NULL);
	if (argc == 6 && !strcmp(argv[1], "--match"))
		return match(argv[2], argv[3], argv[4],
			     (unsigned)strtoul(argv[5], NULL, 10));
	if (argc == 5)
		return compare(argv[1], argv[2], argv[3],
			       (unsigned)strtoul(argv[4], NULL, 10));
	return 2;
}
