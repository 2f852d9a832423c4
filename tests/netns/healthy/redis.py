"""Redis answers PING."""
from services import redis


def build(lab):
    lab.port = 6379
    lab.service = redis(lab.server)
    lab.command = lab.rng.choice([[lab.target], ['redis://' + lab.target]])
