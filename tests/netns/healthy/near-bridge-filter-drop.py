"""The server's address is on a bridge that filters another port."""
from noise import knock
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    device = lab.server.device
    routes = [lab.server.run(f'ip -{n} route show default').split('dev')[0].strip() for n in (4, 6)]
    four, six = lab.server_net.net4.prefixlen, lab.server_net.net6.prefixlen
    lab.server.ip('link add br0 type bridge forward_delay 0 mcast_snooping 0', 'link set br0 up',
                  f'addr flush dev {device}', f'link set {device} master br0', f'addr add {lab.server.addr4}/{four} dev br0',
                  f'addr add {lab.server.addr6}/{six} dev br0 nodad', *[f'route replace {r} dev br0' for r in routes])
    lab.router.run('ip neigh flush all; ip -6 neigh flush all')
    lab.server.nft('table bridge filter { chain input { type filter hook input priority 0; '
                   f'tcp dport {lab.port + 1} drop; }}; }}')
    knock(lab.client, lab.address, lab.port + 1)
