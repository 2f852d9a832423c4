"""Somebody sends SYNs in the names of others, and the server may not use SYN cookies."""
import time

from noise import spoof
from services import some_service

FAMILY = 4
EXPECT = {'symptom': 'syn-unanswered'}


def build(lab):
    lab.service = some_service(lab, backlog=8)
    lab.server.sysctl('net.ipv4.tcp_syncookies=0', 'net.ipv4.tcp_max_syn_backlog=16')
    lab.router.run('ip route add blackhole 198.18.0.0/15')


def fault(lab):
    spoof(lab.router, lambda number: f'198.18.{number >> 8 & 255}.{number & 255}', lab.address, lab.port,
          pause=lambda number: 0.002 if number < 200 else 0.02)
    time.sleep(0.6)
