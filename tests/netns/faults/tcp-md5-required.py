"""The service's socket takes signed segments only (RFC 2385, as BGP has it)."""
from drops import md5_key
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    lab.service.stop()
    lab.service = some_service(lab, prepare=md5_key(lab.client.address), address='0.0.0.0' if lab.family == 4 else '::')
