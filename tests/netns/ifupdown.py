"""The network as a host keeps it in interfaces(5)."""


def keep(lab, host, router, network):
    """Addresses of the host on that network, and the router as its gateway."""
    four, six, device = lab.on(host, network)
    by4, by6, _ = lab.on(router, network)
    host.write('/etc/network/interfaces',
               f'auto {device}\n'
               f'iface {device} inet static\n\taddress {four}/{network.net4.prefixlen}\n\tgateway {by4}\n'
               f'iface {device} inet6 static\n\taddress {six}/{network.net6.prefixlen}\n\tgateway {by6}\n')
