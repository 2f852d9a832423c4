"""A rule accepts the port at these hours, and the policy is to drop."""
import time

from firewall import Firewall
from services import some_service


def build(lab):
    lab.service = some_service(lab)
    firewall = Firewall(lab.server, engine=lab.xtables)
    firewall.baseline(22, policy='drop')
    hour = time.gmtime().tm_hour
    firewall.add('input', 'accept', proto='tcp', dport=lab.port,
                 more=f'-m time --timestart {(hour - 1) % 24:02}:00 --timestop {(hour + 3) % 24:02}:00')
