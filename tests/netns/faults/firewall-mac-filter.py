"""The server takes nothing from the client's network card."""
LAYOUT = 'lan'
EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    mac = lab.client.path(f'/sys/class/net/{lab.client.device}/address').read_text().strip()
    if lab.engine == 'nft':
        lab.server.nft('table inet filter { chain input { type filter hook input priority 0; '
                       f'ether saddr {mac} tcp dport {lab.port} drop; }}; }}')
    else:
        lab.server.iptables(f'-A INPUT -p tcp --dport {lab.port} -m mac --mac-source {mac} -j DROP')
