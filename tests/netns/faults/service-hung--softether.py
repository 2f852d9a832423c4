"""The VPN server was stopped in its tracks."""
import signal

from services import softether

EXPECT = {'symptom': ['silent-after-connect', 'tls-failed']}
EXPECT_SERVER = {'symptom': ['silent-after-connect', 'data-unanswered', 'tls-failed']}


def build(lab):
    lab.port = 5555
    lab.service = softether(lab.server)
    lab.asks('softether')


def fault(lab):
    lab.service.signal(signal.SIGSTOP)
