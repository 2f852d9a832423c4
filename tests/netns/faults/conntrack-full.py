"""The server's table of connections is full."""
from lab import Skip
from services import some_service

EXPECT = {'symptom': 'syn-unanswered'}
FAMILY = 4
EXPECT_FIX = {'skip': 'the kernel lets only its first network namespace set it'}


def build(lab):
    lab.service = some_service(lab)
    lab.server.iptables('-A INPUT -m conntrack --ctstate INVALID -j DROP')


def fault(lab):
    most = int(lab.server.sysctl_value('net.netfilter.nf_conntrack_max'))
    if most > 300000:
        raise Skip(f'{most} connections are too many to make')
    lines = (f'-A -t 36000 -s 198.18.{n >> 8 & 255}.{n & 255} -d {lab.server.addr4} -p tcp --sport {1024 + (n >> 16)} '
             f'--dport {lab.port} --state ESTABLISHED -u ASSURED,SEEN_REPLY\n' for n in range(most + 8))
    lab.server.write('/tmp/entries', ''.join(lines))
    try:
        lab.server.run('conntrack -R /tmp/entries >/dev/null', timeout=80, check=False)  # the last are refused
    except TimeoutError as why:
        raise Skip('this machine has no time for so many connections') from why
    assert int(lab.server.sysctl_value('net.netfilter.nf_conntrack_count')) >= most
