#include "trace/live.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "priv/recorder.h"
#include "trace/pcapng_write.h"

enum {
	SNAPLEN = 2048,
	BUFFER = 1 << 20,
	BYTES_MOST = 64 << 20, /* of a file: more is not evidence any more */
};

struct device {
	pcap_t *pcap;
	uint32_t index;
	int file;
	size_t *bytes;
};

static int error_of(int status)
{
	if (status == PCAP_ERROR_PERM_DENIED ||
	    status == PCAP_ERROR_PROMISC_PERM_DENIED)
		return -EPERM;
	if (status == PCAP_ERROR_NO_SUCH_DEVICE)
		return -ENODEV;
	if (status == PCAP_ERROR_IFACE_NOT_UP)
		return -ENETDOWN;

	return -EIO;
}

/* Files have numbers of their own where systems differ (pcap-linktype(7)). */
static uint16_t linktype_of(pcap_t *pcap)
{
	enum { LINKTYPE_RAW = 101 };

	int link = pcap_datalink(pcap);

	return link == DLT_RAW ? LINKTYPE_RAW : (uint16_t)link;
}

static int open_device(struct device *d, const char *name, const char *filter)
{
	char why[PCAP_ERRBUF_SIZE];
	struct bpf_program program;
	int status;

	d->pcap = pcap_create(name, why);
	if (!d->pcap)
		return -ENOMEM;
	(void)pcap_set_snaplen(d->pcap, SNAPLEN);
	(void)pcap_set_immediate_mode(d->pcap, 1);
	(void)pcap_set_buffer_size(d->pcap, BUFFER);
	(void)pcap_set_tstamp_precision(d->pcap, PCAP_TSTAMP_PRECISION_NANO);
	status = pcap_activate(d->pcap);
	if (status < 0)
		return error_of(status);
	if (pcap_compile(d->pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN))
		return -EINVAL;
	status = pcap_setfilter(d->pcap, &program);
	pcap_freecode(&program);
	if (status || pcap_setnonblock(d->pcap, 1, why))
		return -EIO;

	return pcapng_write_interface(d->file, linktype_of(d->pcap), SNAPLEN,
				      name);
}

static void on_packet(u_char *context, const struct pcap_pkthdr *h,
		      const u_char *data)
{
	struct device *d = (struct device *)(void *)context;
	const int64_t at = (int64_t)h->ts.tv_sec * CLOCK_SECOND + h->ts.tv_usec;

	if (*d->bytes + h->caplen > BYTES_MOST)
		return;
	*d->bytes += h->caplen;
	(void)pcapng_write_packet(d->file, d->index, at, data, h->caplen,
				  h->len);
}

static void drain(struct device *devices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		(void)pcap_dispatch(devices[i].pcap, -1, on_packet,
				    (u_char *)&devices[i]);
}

/* A byte says that more was written; those that nobody takes say nothing new. */
static void loop(struct device *devices, size_t count, int control)
{
	struct pollfd fds[LIVE_DEVICES + 1];
	const size_t *written = count ? devices->bytes : NULL;
	size_t told = 0;

	for (size_t i = 0; i < count; i++)
		fds[i] = (struct pollfd){
			pcap_get_selectable_fd(devices[i].pcap), POLLIN, 0
		};
	fds[count] = (struct pollfd){ control, POLLIN, 0 };
	do {
		if (poll(fds, count + 1, -1) < 0)
			break;
		drain(devices, count);
		if (written && *written != told)
			(void)send(control, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
		told = written ? *written : 0;
	} while (!fds[count].revents);
	drain(devices, count);
}

/* Packets are untrusted: nobody reads them. */
static void capture(const void *request, int file, int control)
{
	const struct live_request *q = request;
	struct device devices[LIVE_DEVICES];
	size_t bytes = 0, count = 0;
	int err = pcapng_write_head(file);

	recorder_alone(file, control);
	for (size_t i = 0; i < q->count && !err; i++) {
		devices[count] = (struct device){ .index = (uint32_t)count,
						  .file = file,
						  .bytes = &bytes };
		err = open_device(&devices[count], q->devices[i], q->filter);
		if (!err)
			count++;
		else if (i)
			err = 0;
	}
	if (!err)
		err = recorder_give_up();
	if (recorder_tell(control, err))
		loop(devices, count, control);
	_exit(0);
}

int live_capture_start(const struct live_request *request, int *file,
		       int *control)
{
	*file = *control = -1;
	if (request->count > LIVE_DEVICES)
		return -EINVAL;

	return recorder_start(capture, request, file, control);
}
