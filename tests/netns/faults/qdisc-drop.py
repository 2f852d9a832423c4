"""The queue of the server's device is so short that nothing fits into it."""
EXPECT = {'symptom': 'syn-unanswered'}
EXPECT_SERVER = {'symptom': ['synack-unanswered', 'syn-unanswered']}


def fault(lab):
    # Else it would look as if nobody were there: answers to ARP do not leave either.
    mac = lab.server.path(f'/sys/class/net/{lab.server.device}/address').read_text().strip()
    lab.router.run(f'ip neigh replace {lab.address} lladdr {mac} dev {lab.router.device_to(lab.server)} nud permanent')
    lab.server.run(f'tc qdisc add dev {lab.server.device} root ' + lab.rng.choice(['pfifo limit 0', 'tbf rate 8bit burst 1 limit 1']))
