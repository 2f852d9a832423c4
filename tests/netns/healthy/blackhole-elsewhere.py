"""The client has a blackhole and a prohibit route, for other networks."""
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    other = lab.draw_network()
    lab.client.run(f'ip route add blackhole {other.net4}; ip -6 route add blackhole {other.net6}')
    lab.client.run('ip route add prohibit 203.0.113.0/24; ip rule add to 203.0.113.0/24 prohibit')
    lab.client.run('ip link add down0 type veth peer name down1; ip addr add 198.51.100.7/24 dev down0')
