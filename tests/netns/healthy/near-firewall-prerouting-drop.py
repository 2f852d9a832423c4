"""The raw table and the hook of the device drop other ports, which somebody tries."""
from noise import knock
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    lab.server.iptables(f'-t raw -A PREROUTING -p tcp --dport {lab.port + 1} -j DROP')
    lab.server.nft(f'table netdev early {{ chain in {{ type filter hook ingress device {lab.server.device} priority 0; '
                   f'tcp dport {lab.port + 2} drop; }}; }}')
    knock(lab.client, lab.address, lab.port + 1, lab.port + 2)
