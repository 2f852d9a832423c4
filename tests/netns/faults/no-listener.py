"""The service was stopped."""

EXPECT = {'symptom': 'refused-by-rst'}


def fault(lab):
    lab.service.stop()
