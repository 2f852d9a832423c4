"""The client has more connections open than a rule of the server allows."""
from services import hold_connections, silent_server

EXPECT = {'symptom': ['refused-by-rst', 'syn-unanswered']}


def build(lab):
    lab.service = silent_server(lab.server, lab.port)
    lab.limit = lab.rng.randrange(3, 9)
    how = lab.rng.choice(['DROP', 'REJECT --reject-with tcp-reset'])
    lab.expect['symptom'] = 'syn-unanswered' if how == 'DROP' else 'refused-by-rst'
    lab.server.iptables(f'-A INPUT -p tcp --syn --dport {lab.port} -m connlimit --connlimit-above {lab.limit} -j {how}')


def fault(lab):
    hold_connections(lab.client, lab.address, lab.port, lab.limit)
