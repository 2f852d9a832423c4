"""Rules that limit how often and how many: the client is far below."""
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    new = f'-A INPUT -p tcp --dport {lab.port} -m conntrack --ctstate NEW'
    lab.server.iptables(f'{new} -m recent --set --name lab')
    lab.server.iptables(f'{new} -m recent --update --seconds 5 --hitcount 20 --name lab -j DROP')
    lab.server.iptables(f'-A INPUT -p tcp --syn --dport {lab.port} -m hashlimit --hashlimit-above 100/sec --hashlimit-burst 100 '
                        '--hashlimit-mode srcip --hashlimit-name lab -j DROP')
    lab.server.iptables(f'-A INPUT -p tcp --syn --dport {lab.port} -m connlimit --connlimit-above 50 -j DROP')
