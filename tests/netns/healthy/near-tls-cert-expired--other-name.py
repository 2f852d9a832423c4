"""The certificate that has expired is another name's; who asks for this one is shown a good one."""
from services import authority, certificate, copy_file, tls_client, tls_server
import ssl

DAY = 86400


def build(lab):
    lab.name = lab.name_server_in_hosts()
    good = certificate(lab.server, lab.name)
    old = certificate(lab.server, 'other.example', start=-400 * DAY, end=-lab.rng.randrange(1, 60) * DAY)

    def prepare(context):
        other = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        other.load_cert_chain(*map(lab.server.path, good))

        def choose(connection, name, _):
            if name == lab.name:
                connection.context = other
        context.sni_callback = choose

    lab.service = tls_server(lab.server, lab.port, *old, prepare=prepare)
    copy_file(lab.server, authority(lab.server), lab.client, '/etc/ssl/lab-ca.pem')
    lab.asks('https', '--ca', '/etc/ssl/lab-ca.pem', host=lab.name)
    lab.real_client = tls_client(lab, lab.name, '/etc/ssl/lab-ca.pem', '-tls1_2')
