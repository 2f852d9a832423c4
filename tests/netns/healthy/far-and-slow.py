"""The server is a third of a second away."""
from services import some_service

SERVER = 'remote'


def build(lab):
    lab.add_host('remote', behind=lab.router, wire=lambda frame, outward: 0.16)
    lab.service = some_service(lab, lab.remote)
    lab.asks('tcp', host=lab.remote.address)
