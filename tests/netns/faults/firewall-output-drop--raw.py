"""The answer is dropped in the raw table of the way out."""
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'symptom': ['synack-unanswered', 'syn-unanswered']}


def build(lab):
    lab.service = some_service(lab)


def fault(lab):
    if lab.engine == 'nft':
        hook = lab.rng.choice(['output', 'postrouting'])
        lab.server.nft(f'table inet out {{ chain out {{ type filter hook {hook} priority -300; tcp sport {lab.port} drop; }}; }}')
    else:
        lab.server.iptables(f'-t {lab.rng.choice(["raw", "mangle"])} -A OUTPUT -p tcp --sport {lab.port} -j DROP')
