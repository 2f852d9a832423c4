"""The name has both families, and both work."""
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    lab.asks('tcp', host=lab.name_server_in_hosts())
