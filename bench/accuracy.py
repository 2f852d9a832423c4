"""Compares what kiriwake says of each flow with what generate knows of it."""
import collections
import functools
import ipaddress
import json
import subprocess

MISSING = "(flow not told)"
Truth = collections.namedtuple("Truth", "first scenario symptoms where client")
Said = collections.namedtuple("Said", "first symptom certainty client")


@functools.lru_cache(maxsize=None)
def address(text):
    return ipaddress.ip_address(text).compressed


def end_of(host, port):
    return address(host), int(port) if port not in (None, "-", "") else 0


def key_of(transport, one, other):
    """The same for both directions: who is the client is looked at apart."""
    transport = transport.lower()
    if transport.startswith("icmp"):
        return "icmp", *sorted([(one[0], 0), (other[0], 0)])
    return transport, *sorted([one, other])


def read_truth(path):
    flows = collections.defaultdict(list)
    with open(path, encoding="ascii") as f:
        for line in f:
            (proto, client, cport, server, sport, first, scenario,
             symptoms) = line.rstrip("\n").split("\t")
            one = end_of(client, cport)
            flows[key_of(proto, one, end_of(server, sport))].append(
                Truth(float(first), scenario, symptoms.split("/"),
                      f"{proto} {client} {cport} > {server} {sport}", one))
    return flows


def read_said(lines):
    """Of {"flow": …, "verdict": …} lines; those of anything else are passed."""
    flows = collections.defaultdict(list)
    for line in lines:
        told = json.loads(line)
        if "flow" not in told:
            continue
        flow, verdict = told["flow"], told["verdict"]
        client, server = (end_of(flow[side]["address"], flow[side].get("port"))
                          for side in ("client", "server"))
        flows[key_of(flow["transport"], client, server)].append(
            Said(str(flow.get("first")), verdict["symptom"] or "none",
                 verdict.get("certainty"), client))
    return flows


class Tally:
    def __init__(self):
        self.of = collections.Counter()
        self.right = collections.Counter()
        self.wrong = collections.Counter()
        self.proven = collections.Counter()
        self.example = {}
        self.turned = 0
        self.extra = 0

    def add(self, truth, said):
        self.of[truth.scenario] += 1
        if said and said.symptom in truth.symptoms:
            self.right[truth.scenario] += 1
            self.turned += (said.client != truth.client
                            and not truth.where.startswith("icmp"))
            return
        pair = ("/".join(truth.symptoms), said.symptom if said else MISSING,
                truth.scenario)
        self.wrong[pair] += 1
        self.proven[pair] += bool(said) and said.certainty == "proven"
        self.example.setdefault(pair, truth.where)

    def print(self):
        of, right = sum(self.of.values()), sum(self.right.values())
        print(f"  {right:,} of {of:,} flows right "
              f"({100 * right / max(of, 1):.3f} %), "
              f"{sum(self.proven.values())} wrong ones graded proven, "
              f"{self.turned} with client and server exchanged, "
              f"{self.extra} flows told that are not there")
        if not self.wrong:
            return
        print(f"  {'right':38} {'said':26} {'scenario':26} {'flows':>7}"
              f" {'of':>7} {'proven':>7}  one of them")
        for pair, count in self.wrong.most_common():
            print(f"  {pair[0]:38} {pair[1]:26} {pair[2]:26} {count:7}"
                  f" {self.of[pair[2]]:7} {self.proven[pair]:7}"
                  f"  {self.example[pair]}")


def compare(truth, said):
    tally = Tally()
    for key, flows in truth.items():
        told = sorted(said.pop(key, []), key=lambda s: s.first)
        for i, flow in enumerate(flows):
            tally.add(flow, told[i] if i < len(told) else None)
        tally.extra += max(0, len(told) - len(flows))
    tally.extra += sum(map(len, said.values()))
    return tally


def report(program, path, truth):
    """Prints how explain does on a file. 0 when everything is right, else 1."""
    print(f"\n{path}", flush=True)
    with subprocess.Popen([program, "explain", "--jsonl", path],
                          stdout=subprocess.PIPE, text=True) as p:
        try:
            said = read_said(p.stdout)
        except (ValueError, KeyError, TypeError) as e:
            p.kill()
            print(f"  its JSON cannot be read: {type(e).__name__}: {e}")
            return 1
    if p.returncode not in (0, 1):
        print(f"  kiriwake ended with {p.returncode}")
    tally = compare(read_truth(truth), said)
    tally.print()
    return int(bool(tally.wrong) or bool(tally.extra))
