"""Nobody vouches for the certificate; another name's, which has expired, is not the one that the client was shown."""
from services import authority, certificate, copy_file, tls_client, tls_server
import ssl

EXPECT = {'symptom': 'tls-failed'}
EXPECT_SERVER = {'symptom': 'tls-failed', 'certainty': 'inferred', 'culprit': {'kind': 'certificate'}}
DAY = 86400


def serve(lab, shown):
    def prepare(context):
        other = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        other.load_cert_chain(*map(lab.server.path, shown))

        def choose(connection, name, _):
            if name == lab.name:
                connection.context = other
        context.sni_callback = choose

    old = certificate(lab.server, 'other.example', start=-400 * DAY, end=-lab.rng.randrange(1, 60) * DAY)
    return tls_server(lab.server, lab.port, *old, prepare=prepare)


def build(lab):
    lab.name = lab.name_server_in_hosts()
    lab.service = serve(lab, certificate(lab.server, lab.name))
    copy_file(lab.server, authority(lab.server), lab.client, '/etc/ssl/lab-ca.pem')
    lab.asks('https', '--ca', '/etc/ssl/lab-ca.pem', host=lab.name)
    lab.real_client = tls_client(lab, lab.name, '/etc/ssl/lab-ca.pem', '-tls1_2')


def fault(lab):
    lab.service.stop()
    serve(lab, certificate(lab.server, lab.name, folder='/etc/other-ca'))
