"""The client's own firewall drops what one user sends; root starts the program, which becomes that user."""
import run_side
from firewall import Firewall
from services import some_service

SIDES = ('run',)
NEEDS_ROOT = True
EXPECT = {'symptom': 'syn-not-sent', 'root': {'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'firewall-rule'}}}
VARIANTS = [{'engine': e, 'family': f} for e, f in (('iptables-legacy', 4), ('iptables-nft', 6), ('nft', 4))]


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.client)
    lab.uid = lab.rng.randrange(1000, 60000)
    lab.program = ['setpriv', f'--reuid={lab.uid}', f'--regid={lab.uid}', '--clear-groups', *run_side.client(lab)]


def fault(lab):
    user = f'meta skuid {lab.uid}' if lab.engine == 'nft' else f'-m owner --uid-owner {lab.uid}'
    lab.firewall.add('output', 'drop', proto='tcp', more=user)
