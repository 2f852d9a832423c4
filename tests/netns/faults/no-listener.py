"""The service was stopped."""

EXPECT = {'symptom': 'refused-by-rst'}
EXPECT_SERVER = {'probe': True}


def fault(lab):
    lab.service.stop()
