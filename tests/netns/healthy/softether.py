"""SoftEther VPN server, as it comes, with the certificate that it made for itself."""
from services import softether


def build(lab):
    lab.port = lab.rng.choice([5555, 443, 992, 1194])
    lab.service = softether(lab.server)
    lab.asks('softether')
