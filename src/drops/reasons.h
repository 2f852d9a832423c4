#pragma once

#include <stddef.h>
#include <stdint.h>

struct btf;

/*
 * Why the kernel drops or resets, in its own words: the numbers differ from
 * kernel to kernel, so they are taken from its BTF ("NETFILTER_DROP"), those of
 * Wi-Fi and Open vSwitch from their modules'.
 */
enum { REASONS_MOST = 512, REASONS_NAME = 48 };

struct reason {
	uint32_t value;
	uint32_t is_reset; /* of enum sk_rst_reason */
	char name[REASONS_NAME];
};

struct reasons {
	struct reason list[REASONS_MOST];
	size_t count;
};

/* What is not there is left out. */
void reasons_read(struct reasons *ret, const struct btf *kernel);

/* "" if it is not known. */
const char *reasons_drop(const struct reasons *r, uint32_t value);
const char *reasons_reset(const struct reasons *r, uint32_t value);
