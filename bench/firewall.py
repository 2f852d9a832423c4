"""The group "firewall" of bench/run: rulesets, against the clock and the bars."""
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PACKET = ("in=eth0 out=eth1 src=10.1.2.3 dst=10.2.3.4 tcp sport=50000 "
          "dport=5555 syn state=new")


class Firewall:
    """Makes rulesets, runs the commands, prints a line each."""

    def __init__(self, program, build, measure, folder, rounds):
        self.program, self.build, self.measure = program, build, measure
        self.folder, self.rounds = folder, rounds

    def ruleset(self, rules, *options):
        words = "".join(o.lstrip("-") for o in options)
        path = os.path.join(self.folder, f"rules-{rules}{words}.save")
        if not os.path.exists(path):
            with open(path, "wb") as out:
                subprocess.run([sys.executable,
                                os.path.join(HERE, "rulesets.py"), str(rules),
                                *options], stdout=out, check=True)
        return path

    def row(self, title, bar, *command, rounds=None):
        """Median of CPU time and peak memory: no command here waits."""
        times, peaks = [], []
        for _ in range(rounds or self.rounds):
            done = subprocess.run([self.measure, self.program, *command],
                                  stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.PIPE, check=False)
            status, user, system, _, rss = map(int, done.stdout.split())
            if os.waitstatus_to_exitcode(status) not in (0, 1):
                print(f"  {title:44} exit "
                      f"{os.waitstatus_to_exitcode(status)}")
                return
            times.append((user + system) / 1e6)
            peaks.append(rss / 1024)
        print(f"  {title:44} {statistics.median(times):9.3f} s "
              f"{statistics.median(peaks):7.1f} MiB  bar: {bar}", flush=True)

    def walk(self):
        """Packets a second by the cheap evaluator."""
        tool = os.path.join(self.folder, "walk_speed")
        done = subprocess.run(
            [os.environ.get("CC", "cc"), "-O2", "-D_GNU_SOURCE",
             "-I" + os.path.join(HERE, "..", "src"), "-o", tool,
             os.path.join(HERE, "walk_speed.c"),
             os.path.join(self.build, "src", "libkiriwake.a"), "-lpcap",
             "-lz", "-lzstd", "-llzma", "-ljansson", "-lm"],
            stderr=subprocess.DEVNULL, check=False)
        if done.returncode:
            print("  walk_speed: cannot be built")
            return
        for kind in ("acl", "fw"):
            said = subprocess.run(
                [tool, self.ruleset(500, "--kind", kind), "1000000"],
                stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
            print(f"  {'packets, 500 rules, ' + kind:44} {said}  bar: 1.0",
                  flush=True)

    def run(self, quick):
        print("\nfirewall (median of CPU seconds, with reading)")
        self.row("trace, 5,500 rules", "0.020 s", "firewall", "trace",
                 "--packet", PACKET, self.ruleset(5500))
        self.row("trace, 5,500 rules in chains", "0.020 s", "firewall",
                 "trace", "--packet", PACKET,
                 self.ruleset(5500, "--chains", "40"))
        for kind in ("acl", "fw", "ipc"):
            self.row(f"audit, 10,000 rules, {kind}", "1 s", "firewall",
                     "audit", self.ruleset(10000, "--kind", kind))
        self.row("audit, 10,000 rules in chains", "1 s", "firewall", "audit",
                 self.ruleset(10000, "--chains", "60"))
        for kind in ("acl", "fw"):
            self.row(f"diff, 2 x 5,000 rules, 40 changed, {kind}", "1 s",
                     "firewall", "diff", self.ruleset(5000, "--kind", kind),
                     self.ruleset(5000, "--kind", kind, "--changed", "40"))
        self.row("diff, 2 x 5,000 rules, equal", "1 s", "firewall", "diff",
                 self.ruleset(5000), self.ruleset(5000))
        self.walk()
        for kind in () if quick else ("acl", "fw"):
            self.row(f"audit, 100,000 rules, {kind}", "20 s, 100 MB",
                     "firewall", "audit",
                     self.ruleset(100000, "--kind", kind), rounds=1)
