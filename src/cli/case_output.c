#include "cli/case_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "cli/cli.h"
#include "fact/case_file.h"

enum { OPEN_TO_ALL = 0644, OPEN_TO_OWNER = 0600 };

static int open_output(int *ret, int folder, const char *path, mode_t mode)
{
	*ret = openat(folder, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		      mode);
	/* One that was there already may be open to more. */
	if (*ret >= 0 && (mode == OPEN_TO_ALL || !fchmod(*ret, mode)))
		return 0;

	(void)fprintf(stderr, _("kiriwake: cannot write %s: %s\n"), path,
		      strerror(errno));
	return EXIT_USAGE;
}

static int open_folder(int *ret, const char *path)
{
	if (mkdir(path, 0755) && errno != EEXIST) {
		(void)fprintf(stderr, _("kiriwake: cannot make %s: %s\n"), path,
			      strerror(errno));
		return EXIT_USAGE;
	}
	*ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret >= 0)
		return 0;

	(void)fprintf(stderr, _("kiriwake: cannot write %s: %s\n"), path,
		      strerror(errno));
	return EXIT_USAGE;
}

/* The folder, and the files in it. */
static int open_case(int *pcap, int *file, const char *path)
{
	int folder, err = open_folder(&folder, path);

	if (err)
		return err;

	err = open_output(file, folder, CASE_FILE, OPEN_TO_ALL);
	if (!err && *pcap < 0)
		err = open_output(pcap, folder, CASE_PACKETS, OPEN_TO_ALL);
	(void)close(folder);
	return err;
}

int case_output_open(int *pcap, int *file, const char *pcap_path,
		     const char *folder)
{
	int err = 0;

	if (pcap_path)
		err = open_output(pcap, AT_FDCWD, pcap_path, OPEN_TO_ALL);
	if (!err && folder)
		err = open_case(pcap, file, folder);

	return err;
}

int case_output_open_host(int *ret, const char *folder)
{
	int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;

	if (at < 0)
		return -errno;

	err = open_output(ret, at, CASE_HOST, OPEN_TO_OWNER);
	(void)close(at);
	return err;
}

int case_output_open_plan(int *ret, const char *folder)
{
	int at, err = open_folder(&at, folder);

	if (err)
		return err;

	err = open_output(ret, at, CASE_PLAN, OPEN_TO_OWNER);
	(void)close(at);
	return err;
}

int case_output_save(int file, const struct case_record *c)
{
	struct text out = TEXT_NULL;
	int err = -ENOMEM;

	if (file < 0)
		return 0;

	case_write(&out, c);
	if (text_ok(&out))
		err = file_write(file, out.data, out.len);
	text_done(&out);
	return err;
}
