/* What a confined process cannot do any more, and what it must still do. Each is
 * tried in a process of its own, because there is no way back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <libintl.h>
#include <linux/bpf.h>
#include <locale.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "priv/confine.h"

enum { PAGE = 4096, SECONDS_MOST = 30 };

/* In the child: a claim that does not hold ends it with its line. */
#define HOLDS(claim)                                                           \
	do {                                                                   \
		if (!(claim)) {                                                \
			(void)fprintf(stderr, "line %d: %s (errno %d)\n",      \
				      __LINE__, #claim, errno);                \
			_exit(1);                                              \
		}                                                              \
	} while (0)

#define REFUSED(call) HOLDS((errno = 0, (call) == -1) && errno == EACCES)

/* 77: the kernel has no filters. */
static void in_child(void (*claims)(void))
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child) {
		int error;

		(void)alarm(SECONDS_MOST);
		error = confine_enter();
		if (error == -EINVAL)
			_exit(77);
		HOLDS(!error);
		claims();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

static void starts_nothing(void)
{
	char *const args[] = { (char *)"true", NULL };

	REFUSED(execv("/bin/true", args));
	REFUSED(execvpe("true", args, args));
	REFUSED((int)syscall(SYS_execveat, AT_FDCWD, "/bin/true", args, args,
			     0));
}

static void no_program_is_started(void **state)
{
	(void)state;
	in_child(starts_nothing);
}

static void writes_nothing(void)
{
	REFUSED(open("/tmp/kiriwake-confined", O_WRONLY | O_CREAT | O_CLOEXEC,
		     0600));
	REFUSED(open("/dev/null", O_WRONLY | O_CLOEXEC));
	REFUSED(open("/dev/null", O_RDWR | O_CLOEXEC));
	REFUSED(open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
	REFUSED(open("/dev/null", O_RDONLY | O_TRUNC | O_CLOEXEC));
	REFUSED((int)syscall(SYS_openat, AT_FDCWD, "/dev/null", O_WRONLY));
	REFUSED(creat("/tmp/kiriwake-confined", 0600));
	REFUSED(mkdir("/tmp/kiriwake-confined", 0700));
	REFUSED(unlink("/tmp/kiriwake-confined"));
	REFUSED(rename("/tmp/kiriwake-confined", "/tmp/kiriwake-other"));
	REFUSED(symlink("/", "/tmp/kiriwake-confined"));
	REFUSED(link("/dev/null", "/tmp/kiriwake-confined"));
	REFUSED(chmod("/tmp/kiriwake-confined", 0777));
	REFUSED(truncate("/tmp/kiriwake-confined", 0));
	HOLDS(syscall(SYS_openat2, AT_FDCWD, "/dev/null", NULL, 0) == -1 &&
	      errno == ENOSYS);
}

static void nothing_is_opened_for_writing(void **state)
{
	(void)state;
	in_child(writes_nothing);
}

static void reaches_nobody(void)
{
	union bpf_attr attr = { .start_id = 0 };

	REFUSED((int)syscall(SYS_bpf, BPF_PROG_GET_NEXT_ID, &attr,
			     sizeof(attr)));
#ifndef __SANITIZE_ADDRESS__
	REFUSED((int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
#endif
	REFUSED((int)syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0,
			     0));
	REFUSED(setns(0, CLONE_NEWNET));
	REFUSED(unshare(CLONE_NEWUSER));
	REFUSED((int)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
	REFUSED(mount("none", "/tmp", "tmpfs", 0, NULL));
	REFUSED((int)syscall(SYS_keyctl, 0, 0, 0, 0, 0));
	REFUSED((int)syscall(SYS_io_uring_setup, 1, NULL));
	REFUSED((int)syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0));
	REFUSED(setuid(0));
	REFUSED(chroot("/"));
	REFUSED(prctl(PR_SET_MM, 0, 0, 0, 0));
	REFUSED(ioctl(0, TIOCSTI, "x"));
	HOLDS(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) >= 0);
}

static void no_kernel_interface_beyond_its_work_is_left(void **state)
{
	(void)state;
	in_child(reaches_nobody);
}

static void odd_sockets(void)
{
	REFUSED(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
	REFUSED(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
	REFUSED(socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0));
	REFUSED(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 12));
	REFUSED(socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
	HOLDS(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0);
	HOLDS(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0) >= 0 ||
	      errno == EAFNOSUPPORT);
	HOLDS(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0) >= 0);
}

static void only_the_internet_is_spoken_to(void **state)
{
	(void)state;
	in_child(odd_sockets);
}

static void executable_memory(void)
{
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	HOLDS(p != MAP_FAILED);
	REFUSED(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
	HOLDS(!mprotect(p, PAGE, PROT_READ));
	HOLDS(mmap(NULL, PAGE, PROT_READ | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
	HOLDS(mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
}

static void memory_does_not_become_code(void **state)
{
	(void)state;
	in_child(executable_memory);
}

static void descriptors(void)
{
	char *big = malloc(64 << 20);
	struct pollfd p = { .events = POLLIN };
	char bytes[8] = "";
	int ends[2], fd = memfd_create("test", MFD_CLOEXEC);

	HOLDS(big);
	memset(big, 1, 64 << 20);
	big = realloc(big, 128 << 20);
	HOLDS(big);
	free(big);
	HOLDS(write(fd, "answer", 6) == 6 && !lseek(fd, 0, SEEK_SET));
	HOLDS(read(fd, bytes, 6) == 6 && !strcmp(bytes, "answer"));
	HOLDS(!close(fd));
	HOLDS(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
	HOLDS(send(ends[0], "q", 1, MSG_NOSIGNAL) == 1);
	p.fd = ends[1];
	HOLDS(poll(&p, 1, 1000) == 1 && p.revents & POLLIN);
	HOLDS(recv(ends[1], bytes, 1, 0) == 1);
	fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	HOLDS(fd >= 0 && read(fd, bytes, 4) == 4 && !close(fd));
}

static void descriptors_and_memory_are_as_before(void **state)
{
	(void)state;
	in_child(descriptors);
}

/* All of it for the first time, so that what it loads is loaded now. */
static void words_and_hours(void)
{
	struct timex clock = { .modes = 0 };
	time_t when = 1700000000;
	char out[64];
	struct tm tm;

	HOLDS(setlocale(LC_ALL, "C.UTF-8"));
	HOLDS(bindtextdomain("kiriwake", "/usr/share/locale"));
	HOLDS(textdomain("kiriwake"));
	HOLDS(!strcmp(gettext("a message"), "a message"));
	HOLDS(!setenv("TZ", ":/usr/share/zoneinfo/Asia/Tokyo", 1));
	tzset();
	HOLDS(localtime_r(&when, &tm));
	HOLDS(strftime(out, sizeof(out), "%H:%M", &tm) == 5);
	if (!access("/usr/share/zoneinfo/Asia/Tokyo", R_OK))
		HOLDS(!strcmp(out, "07:13"));
	/* Whether it is kept right, where the machine tells anybody. */
	HOLDS(adjtimex(&clock) >= 0 || errno == EPERM);
}

static void messages_and_local_time_are_as_before(void **state)
{
	(void)state;
	in_child(words_and_hours);
}

static void names_and_children(void)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	int status;
	pid_t child = fork();

	if (!child) {
		char *const args[] = { (char *)"true", NULL };

		/* It is no way out. */
		REFUSED(execv("/bin/true", args));
		_exit(7);
	}
	HOLDS(child > 0 && waitpid(child, &status, 0) == child);
	HOLDS(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	HOLDS(!getaddrinfo("localhost", "80", &hints, &found));
	freeaddrinfo(found);
}

static void names_are_looked_up_and_children_waited_for(void **state)
{
	(void)state;
	in_child(names_and_children);
}

static gnutls_session_t tls_end(unsigned flags, int fd,
				const gnutls_anon_client_credentials_t *client,
				const gnutls_anon_server_credentials_t *server)
{
	gnutls_session_t s;

	HOLDS(!gnutls_init(&s, flags | GNUTLS_NONBLOCK));
	HOLDS(!gnutls_priority_set_direct(
		s, "NORMAL:-VERS-ALL:+VERS-TLS1.2:+ANON-ECDH", NULL));
	HOLDS(!gnutls_credentials_set(s, GNUTLS_CRD_ANON,
				      client ? (void *)*client
					     : (void *)*server));
	gnutls_transport_set_int(s, fd);
	return s;
}

/* A client and a server by turns. */
static void speaks_tls(void)
{
	gnutls_certificate_credentials_t trust;
	gnutls_anon_client_credentials_t client;
	gnutls_anon_server_credentials_t server;
	gnutls_session_t ends[2];
	int fds[2], done[2] = { -1, -1 };

	HOLDS(!gnutls_global_init());
	HOLDS(!gnutls_certificate_allocate_credentials(&trust));
	HOLDS(gnutls_certificate_set_x509_system_trust(trust) >= 0);
	HOLDS(!gnutls_anon_allocate_client_credentials(&client));
	HOLDS(!gnutls_anon_allocate_server_credentials(&server));
	HOLDS(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			  0, fds));
	ends[0] = tls_end(GNUTLS_CLIENT, fds[0], &client, NULL);
	ends[1] = tls_end(GNUTLS_SERVER, fds[1], NULL, &server);
	for (int turn = 0; turn < 100 && (done[0] || done[1]); turn++)
		for (int i = 0; i < 2; i++)
			if (done[i])
				done[i] = gnutls_handshake(ends[i]);
	HOLDS(!done[0] && !done[1]);
	for (int i = 0; i < 2; i++)
		gnutls_deinit(ends[i]);
	gnutls_anon_free_client_credentials(client);
	gnutls_anon_free_server_credentials(server);
	gnutls_certificate_free_credentials(trust);
}

static void tls_is_spoken_as_before(void **state)
{
	(void)state;
	in_child(speaks_tls);
}

static void connects(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int answer = connect(fd, (struct sockaddr *)&to, sizeof(to));

	/* The host's answer, not the filter's. */
	HOLDS(!answer || errno == ECONNREFUSED || errno == ENETUNREACH);
}

static void a_service_can_be_tried(void **state)
{
	(void)state;
	in_child(connects);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_program_is_started),
		cmocka_unit_test(nothing_is_opened_for_writing),
		cmocka_unit_test(no_kernel_interface_beyond_its_work_is_left),
		cmocka_unit_test(only_the_internet_is_spoken_to),
		cmocka_unit_test(memory_does_not_become_code),
		cmocka_unit_test(descriptors_and_memory_are_as_before),
		cmocka_unit_test(messages_and_local_time_are_as_before),
		cmocka_unit_test(names_are_looked_up_and_children_waited_for),
		cmocka_unit_test(tls_is_spoken_as_before),
		cmocka_unit_test(a_service_can_be_tried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
