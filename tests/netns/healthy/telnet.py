"""telnetd behind tcpd behind inetd; the client is allowed by name of its network."""
from services import telnetd_behind_tcpd


def build(lab):
    lab.server.write('/etc/hosts.allow', f'ALL: {lab.client_net.net4[0]}/255.255.255.0 [{lab.client_net.net6[0]}]/64\n')
    lab.server.write('/etc/hosts.deny', 'ALL: ALL\n')
    lab.service = telnetd_behind_tcpd(lab.server, lab.port)
    lab.asks('telnet')
