"""A rule as kube-proxy writes it for a service that has nobody to serve it."""
EXPECT = {'symptom': 'refused-by-icmp'}


def fault(lab):
    lab.server.iptables(f'-A INPUT -p tcp -d {lab.address} --dport {lab.port} -m comment --comment '
                        '"default/web:http has no endpoints" -j REJECT')
