"""The router answers for the server's IPv6 address as for its own, so the server's kernel gives it up (dadfailed)."""
import time

from services import some_service

FAMILY = 6
EXPECT = {'symptom': ['refused-by-rst', 'syn-unanswered']}


def build(lab):
    lab.service = some_service(lab)
    lab.asked_address = lab.address


def fault(lab):
    device = lab.server.device
    lab.router.ip(f'addr add {lab.server.addr6}/128 dev {lab.router.device_to(lab.server)} nodad')
    lab.server.sysctl(f'net.ipv6.conf.{device}.accept_dad=1', f'net.ipv6.conf.{device}.dad_transmits=1')
    lab.server.ip(f'addr del {lab.server.addr6}/{lab.server_net.net6.prefixlen} dev {device}',
                  f'addr add {lab.server.addr6}/{lab.server_net.net6.prefixlen} dev {device}')
    while 'tentative' in lab.server.run(f'ip -6 addr show dev {device}').replace('dadfailed tentative', ''):
        time.sleep(0.1)
