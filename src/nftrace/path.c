#include "nftrace/path.h"

int nftrace_read(const void *data, size_t size, struct arena *arena,
		 struct nftrace_list *ret)
{
	(void)data;
	(void)size;
	(void)arena;
	*ret = (struct nftrace_list){ 0 };
	return 0;
}

const struct nftrace_step *nftrace_end(const struct nftrace_packet *p,
				       bool is_dropped)
{
	(void)p;
	(void)is_dropped;
	return NULL;
}
