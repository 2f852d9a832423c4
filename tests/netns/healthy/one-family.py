"""The name has one family only, and the server too."""
from services import some_service


def build(lab):
    name = 'only.example'
    lab.client.write('/etc/hosts', lab.client.read('/etc/hosts') + f'{lab.address} {name}\n')
    device, other = lab.server.device, 10 - lab.family
    lab.server.run(f'ip -{other} addr flush dev {device}')
    lab.service = some_service(lab)
    lab.asks('tcp', host=name)
