#!/usr/bin/env python3
"""How long it takes until the kernel's own trace names the rule.

    bench/rule_trace.py PROBE [ROUNDS]      (as root; PROBE is the build's tests/nftrace_probe)

In a network namespace of its own, on a connection from this host that a rule drops.
"""
import os
import shutil
import statistics
import subprocess
import sys
import time

RULES = 5000
BARS = {"armed": 250, "named, warm": 5, "start to name": 100}
ENGINES = {
    "nft": (["nft", "-f", "-"], "table inet t {{ chain o {{ type filter hook output priority 0; {filler} tcp dport 80 drop; }}; }}",
            "tcp dport {} drop;", []),
    "iptables-nft": (["iptables-nft-restore"], "*filter\n{filler}-A OUTPUT -p tcp --dport 80 -j DROP\nCOMMIT\n",
                     "-A OUTPUT -p tcp --dport {} -j DROP\n", []),
    "iptables-legacy": (["iptables-legacy-restore"], "*filter\n{filler}-A OUTPUT -p tcp --dport 80 -j DROP\nCOMMIT\n",
                        "-A OUTPUT -p tcp --dport {} -j DROP\n", ["-l"]),
}


def load(engine, rules):
    command, text, rule, options = ENGINES[engine]
    filler = "".join(rule.format(1000 + i % 60000) for i in range(rules))
    subprocess.run(command, input=text.format(filler=filler).encode(), check=True)
    return options


def times(probe, options, count):
    """Milliseconds until armed and named, and of the whole first name."""
    began = time.monotonic()
    run = subprocess.Popen([probe, "-P", "80", "-s", "10.9.0.2", "-h", "-t", str(count), *options],
                           stdout=subprocess.PIPE, text=True)
    said, first = [], 0.0
    for line in run.stdout:
        said.append((line.split()[0], int(line.split()[1]) / 1000))
        if line.startswith("named") and not first:
            first = (time.monotonic() - began) * 1000
    run.wait()
    return [t for what, t in said if what == "armed"], [t for what, t in said if what == "named"], first


def inside(probe, engine, rules, rounds):
    for command in ("link set lo up", "link add a0 type veth peer name a1", "addr add 10.9.0.1/24 dev a0",
                    "link set a0 up", "link set a1 up", "neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev a0"):
        subprocess.run(["ip", *command.split()], check=True)
    options = load(engine, rules)
    armed, cold = [], []
    for _ in range(rounds):
        a, _, first = times(probe, options, 1)
        armed += a
        cold.append(first)
    _, named, _ = times(probe, options, 30)
    for what, all_of in (("armed", armed), ("named, warm", named[1:]), ("start to name", cold)):
        print(f"  {engine:16} {rules + 1:6,} rules  {what:14} median {statistics.median(all_of):6.2f}   least {min(all_of):6.2f}"
              f"   most {max(all_of):6.2f}   bar {BARS[what]}")


def show(build, rounds=50):
    print(f"\ntime to the rule that the kernel names (ms), {rounds} times")
    probe = os.path.join(build, "tests", "nftrace_probe")
    if os.geteuid() or not os.path.exists(probe):
        print("  not measured: that needs root, and the build's tests")
        return
    for engine, (command, *_) in ENGINES.items():
        for rules in (0, RULES):
            if not shutil.which(command[0]):
                print(f"  {engine:16} not measured: {command[0]} is not installed")
                break
            run = subprocess.run(["unshare", "-n", "-m", sys.executable, __file__, "--inside", probe, engine, str(rules),
                                  str(rounds)], capture_output=True, text=True, check=False)
            print(run.stdout.rstrip() if not run.returncode else f"  {engine:16} not measured: {run.stderr.strip()[-200:]}")


if __name__ == "__main__":
    if sys.argv[1] == "--inside":
        inside(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
    else:
        show(os.path.dirname(os.path.dirname(os.path.abspath(sys.argv[1]))), int(sys.argv[2]) if len(sys.argv) > 2 else 50)
