"""A rule of the server accepts this port at other hours only."""
import time

from firewall import Firewall
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}


def build(lab):
    lab.service = some_service(lab)
    lab.firewall = Firewall(lab.server, engine=lab.xtables)
    lab.firewall.baseline(22, lab.port, policy='drop')


def fault(lab):
    lab.firewall.delete('input', 'accept', proto='tcp', dport=lab.port)
    hour = time.gmtime().tm_hour
    lab.firewall.add('input', 'accept', proto='tcp', dport=lab.port,
                     more=f'-m time --timestart {(hour + 3) % 24:02}:00 --timestop {(hour + 5) % 24:02}:00')
