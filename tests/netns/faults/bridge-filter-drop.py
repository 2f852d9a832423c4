"""The switch itself filters."""
LAYOUT = 'lan'
EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'skip': 'the switch drops it'}


def fault(lab):
    lab.switch.nft('table bridge filter { chain forward { type filter hook forward priority 0; '
                   f'tcp dport {lab.port} drop; }}; }}')
