"""The server's device is shaped, and the service needs less."""
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    lab.server.run(f'tc qdisc add dev {lab.server.device} root ' + lab.rng.choice(['tbf rate 10mbit burst 32k latency 50ms', 'pfifo limit 100']))
