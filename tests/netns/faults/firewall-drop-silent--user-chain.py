"""The drop stands in a chain of the user's, behind a jump and among rules for others."""
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
VARIANTS = [{'engine': e} for e in ('iptables-legacy', 'iptables-nft', 'nft')]


def build(lab):
    lab.service = some_service(lab)


def fault(lab):
    port, other = lab.port, lab.port + 1
    if lab.engine == 'nft':
        lab.server.nft(f'table inet own {{ chain guests {{ tcp dport {other} drop; ip saddr 198.51.100.0/24 accept; '
                       f'tcp dport {{ 25, {port} }} counter drop; }}; chain in {{ type filter hook input priority 0; policy accept; '
                       'ct state established,related accept; iifname "lo" accept; jump guests; }; }')
        return
    source = '198.51.100.0/24' if lab.family == 4 else '2001:db8::/48'
    for line in ('-N guests', f'-A guests -p tcp --dport {other} -j DROP', f'-A guests -s {source} -j ACCEPT',
                 f'-A guests -p tcp -m multiport --dports 25,{port} -j DROP',
                 '-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT', '-A INPUT -j guests'):
        lab.server.iptables(line)
