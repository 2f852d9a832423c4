"""A web server, with TLS that is to be verified and without."""
from services import authority, certificate, copy_file, nginx


def build(lab):
    name = lab.name_server_in_hosts()
    tls = lab.rng.random() < 0.5
    lab.service = nginx(lab.server, lab.port, tls=certificate(lab.server, name) if tls else None)
    copy_file(lab.server, authority(lab.server), lab.client, '/etc/ssl/lab-ca.pem')
    lab.asks('https' if tls else 'http', '--ca', '/etc/ssl/lab-ca.pem', host=name)
