"""Address translation of one host, by the engine and family of the run."""


def _nft(host, text):
    host.nft(f'table {"ip" if host.lab.family == 4 else "ip6"} nat {{ {text}; }}')


def dnat(host, outer, port, inner, inner_port):
    """tcp/port at outer is handed on to inner."""
    if host.lab.engine == 'nft':
        to = f'[{inner}]:{inner_port}' if ':' in inner else f'{inner}:{inner_port}'
        ip = 'ip6' if ':' in outer else 'ip'
        _nft(host, f'chain prerouting {{ type nat hook prerouting priority -100; {ip} daddr {outer} tcp dport {port} dnat to {to}; }}')
        return
    to = f'[{inner}]:{inner_port}' if ':' in inner else f'{inner}:{inner_port}'
    host.iptables(f'-t nat -A PREROUTING -d {outer} -p tcp --dport {port} -j DNAT --to-destination {to}')


def undo_dnat(host):
    if host.lab.engine == 'nft':
        host.nft(f'flush chain {"ip" if host.lab.family == 4 else "ip6"} nat prerouting')
    else:
        host.iptables('-t nat -F PREROUTING')


def masquerade(host, dest, port):
    """What goes to tcp/port of dest comes from this host."""
    if host.lab.engine == 'nft':
        ip = 'ip6' if ':' in dest else 'ip'
        _nft(host, f'chain postrouting {{ type nat hook postrouting priority 100; {ip} daddr {dest} tcp dport {port} masquerade; }}')
    else:
        host.iptables(f'-t nat -A POSTROUTING -d {dest} -p tcp --dport {port} -j MASQUERADE')


def undo_masquerade(host):
    if host.lab.engine == 'nft':
        host.nft(f'flush chain {"ip" if host.lab.family == 4 else "ip6"} nat postrouting')
    else:
        host.iptables('-t nat -F POSTROUTING')
