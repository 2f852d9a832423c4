"""A certificate by an authority that the client is told."""
from services import authority, certificate, copy_file, tls_server


def build(lab):
    name = lab.name_server_in_hosts()
    cert = certificate(lab.server, name)
    lab.service = tls_server(lab.server, lab.port, *cert)
    copy_file(lab.server, authority(lab.server), lab.client, '/etc/ssl/lab-ca.pem')
    lab.asks('https', '--ca', '/etc/ssl/lab-ca.pem', host=name)
