"""The server takes nothing from another network card than the client's."""
from services import some_service

LAYOUT = 'lan'


def build(lab):
    lab.service = some_service(lab)
    lab.server.iptables(f'-A INPUT -p tcp --dport {lab.port} -m mac --mac-source 02:12:34:56:78:9a -j DROP')
