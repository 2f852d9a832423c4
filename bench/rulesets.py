#!/usr/bin/env python3
"""Makes rulesets in the manner of ClassBench, as iptables-save prints them.

    bench/rulesets.py RULES [--seed N] [--chains N] [--kind acl|fw|ipc]
                      [--changed N] > FILE

Addresses come from a tree of nested prefixes, ports from few services, ranges
and wildcards, so that rules overlap as real ones do: a specific rule stands
among wide ones, some are dead. `fw` has many wildcards, `acl` few. --changed
moves, drops and alters that many rules of the same set.
(Taylor and Turner, ClassBench, INFOCOM 2005, for what such sets look like.)
"""
import argparse
import random

SERVICES = [22, 25, 53, 80, 110, 123, 143, 161, 389, 443, 445, 514, 993, 1433,
            1521, 3306, 3389, 5060, 5432, 5555, 6379, 8080, 8443, 9200]
KINDS = {
    # chances: wildcard source, wildcard destination, wildcard port
    "acl": (0.08, 0.02, 0.10),
    "fw": (0.40, 0.15, 0.10),
    "ipc": (0.15, 0.10, 0.15),
}


class Maker:
    def __init__(self, rules, seed, kind):
        self.random = random.Random(seed)
        self.wild = KINDS[kind]
        hosts = max(20, rules)
        self.sources = self.tree(hosts)
        self.destinations = self.tree(hosts)

    def tree(self, hosts):
        """Nested prefixes: networks, their subnets, their hosts."""
        r = self.random
        prefixes = []
        for _ in range(max(4, hosts // 40)):
            network = r.getrandbits(14) << 18
            prefixes.append((network, r.choice((14, 15, 16))))
            for _ in range(6):
                subnet = network | r.getrandbits(10) << 8
                prefixes.append((subnet, r.choice((20, 22, 24, 24))))
                for _ in range(6):
                    prefixes.append((subnet | r.getrandbits(8), 32))
        return prefixes

    def address(self, prefixes):
        value, length = self.random.choice(prefixes)
        value &= 0xffffffff << 32 - length & 0xffffffff
        dotted = ".".join(str(value >> s & 255) for s in (24, 16, 8, 0))
        return f"{dotted}/{length}"

    def ports(self):
        r = self.random
        if r.random() < 0.8:
            return f"--dport {r.choice(SERVICES)}"
        low = r.choice((0, 1024, 1024, 6000, 49152, r.randrange(65000)))
        return f"--dport {low}:{min(65535, low + r.choice((10, 1000, 64511)))}"

    def rules(self, chain, targets, count):
        """Specific ones rather first, as people write them, or it is dead."""
        made = [self.rule(chain, targets) for _ in range(count)]
        keys = {rule: self.width(rule) + self.random.random()
                for rule in made}
        return sorted(made, key=keys.get)

    @staticmethod
    def width(rule):
        """How many questions are open, roughly."""
        words = rule.split()
        width = 4.0
        for option in ("-s", "-d"):
            if option in words:
                prefix = words[words.index(option) + 1]
                width -= int(prefix.split("/")[1]) / 32
        return width - ("-p" in words) / 2 - ("--dport" in words) / 2

    def rule(self, chain, targets):
        r = self.random
        words = [f"-A {chain}"]
        if r.random() >= self.wild[0]:
            words.append("-s " + self.address(self.sources))
        if r.random() >= self.wild[1]:
            words.append("-d " + self.address(self.destinations))
        protocol = r.choices(("tcp", "udp", "icmp", None), (6, 3, 0.5, 0.5))[0]
        if protocol:
            words.append("-p " + protocol)
        if protocol in ("tcp", "udp") and r.random() >= self.wild[2]:
            words.append(f"-m {protocol} {self.ports()}")
        target = r.choice(targets)
        words.append("-j " + target)
        return " ".join(words)


def change(lines, count, maker):
    r = maker.random
    for _ in range(count):
        i = r.randrange(len(lines))
        what = r.randrange(3)
        if what == 0:
            lines.insert(r.randrange(len(lines)), lines.pop(i))
        elif what == 1:
            del lines[i]
        else:
            lines.insert(i, maker.rule("FORWARD", ("ACCEPT", "DROP")))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("rules", type=int)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--chains", type=int, default=0)
    p.add_argument("--kind", choices=sorted(KINDS), default="acl")
    p.add_argument("--changed", type=int, default=0)
    args = p.parse_args()

    maker = Maker(args.rules, args.seed, args.kind)
    chains = [f"net-{i}" for i in range(args.chains)]
    inner = []
    for chain in chains:
        inner += maker.rules(chain, ("ACCEPT", "DROP", "RETURN"),
                             args.rules // (2 * args.chains))
    targets = ["ACCEPT", "ACCEPT", "DROP"]
    lines = maker.rules("FORWARD", targets,
                        args.rules - len(inner) - len(chains))
    step = max(1, len(lines) // (len(chains) + 1))
    for i, chain in enumerate(chains):
        lines.insert((i + 1) * step, maker.rule("FORWARD", (chain,)))
    change(lines, args.changed, maker)

    print("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n"
          ":OUTPUT ACCEPT [0:0]")
    for chain in chains:
        print(f":{chain} - [0:0]")
    print("\n".join(lines + inner))
    print("COMMIT")


if __name__ == "__main__":
    main()
