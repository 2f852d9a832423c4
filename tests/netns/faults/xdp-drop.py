"""A program at the server's device (XDP) drops before anything sees the packet."""
from lab import Skip

EXPECT = {'symptom': 'syn-unanswered'}
PROGRAM = r'''
struct xdp_md { unsigned data, data_end; };
__attribute__((section("xdp"), used)) int drop(struct xdp_md *context)
{
	unsigned char *p = (void *)(long)context->data, *end = (void *)(long)context->data_end;

	if (p + 58 > end)
		return 2;
	if (p[12] == 0x08 && p[13] == 0x00 && p[23] == 6 && p[36] == HIGH && p[37] == LOW)
		return 1;
	if (p[12] == 0x86 && p[13] == 0xdd && p[20] == 6 && p[56] == HIGH && p[57] == LOW)
		return 1;
	return 2;
}
'''


def fault(lab):
    server = lab.server
    server.write('/tmp/drop.c', PROGRAM)
    said = server.run(f'clang -O2 -target bpf -DHIGH={lab.port >> 8} -DLOW={lab.port & 255} -c /tmp/drop.c -o /tmp/drop.o && '
                      f'ip link set dev {server.device} xdpgeneric obj /tmp/drop.o sec xdp', check=False)
    if 'xdp' not in server.run(f'ip link show {server.device}'):
        raise Skip('no XDP here: ' + said.strip())
