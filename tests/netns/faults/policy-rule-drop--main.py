"""The server's rule that looks up the table main is gone. (IPv6 does without, as long as no rule was added.)"""
FAMILY = 4
EXPECT = {'symptom': 'syn-unanswered'}


def fault(lab):
    lab.server.run('ip rule del priority 32766')
