"""A rule as kube-proxy writes it, for another service that has nobody to serve it."""
from noise import knock
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    lab.server.iptables(f'-A INPUT -p tcp -d {lab.address} --dport {lab.port + 1} -m comment --comment '
                        '"default/web:http has no endpoints" -j REJECT')
    knock(lab.client, lab.address, lab.port + 1)
