"""The program itself has taken all ports that it may connect from."""
import run_side

SIDES = ('run',)
EXPECT = {'symptom': 'local-refused', 'certainty': 'proven', 'place': 'client', 'culprit': {'kind': 'sysctl'}}
VARIANTS = [{'family': 4}, {'family': 6}]


def build(lab):
    from services import some_service
    lab.service = some_service(lab)
    lab.number = lab.rng.randrange(4, 20, 2)
    first = lab.rng.randrange(33000, 60000, 2)
    lab.client.sysctl(f'net.ipv4.ip_local_port_range={first} {first + lab.number - 1}')
    lab.program = run_side.client(lab, '--many', lab.number // 2 - 1)


def fault(lab):
    lab.program = run_side.client(lab, '--many', lab.number)
