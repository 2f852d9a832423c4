"""What watching the kernel's drops costs: from start to armed, nanoseconds an event (the kernel's own count, bpf_stats), and
whether anything of the watched flow is lost under a flood of 200,000 drops/s of others. As root, in namespaces of its own.

As a program of its own it is what runs inside: drops_cost.py WATCH_DROPS FLOOD SECONDS
"""
import ctypes
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import time

RATE, ATTEMPTS, STARTS = 200_000, 40, 15
BPF_CALL = {"x86_64": 321, "aarch64": 280}
ENABLE_STATS, RUN_TIME = 32, 0
SETUP = """
mount -t tmpfs none /run && mkdir -p /run/netns
ip link set lo up
for n in client elsewhere; do ip netns add $n; ip -n $n link set lo up; done
ip link add c0 type veth peer name s0 netns client
ip addr add 10.9.1.1/24 dev c0; ip link set c0 up
ip -n client addr add 10.9.1.2/24 dev s0; ip -n client link set s0 up
ip -n elsewhere link add e0 type veth peer name c1 netns client
ip -n elsewhere addr add 10.9.2.1/24 dev e0; ip -n elsewhere link set e0 up
ip -n client addr add 10.9.2.2/24 dev c1; ip -n client link set c1 up
"""
RULES = """table ip t {
  chain c {
    type filter hook input priority 0
    udp dport 9 drop
    tcp dport 1001 drop
  }
}
"""
ATTEMPT = """
import socket, sys, time
kept = []
for i in range(int(sys.argv[1])):
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex(("10.9.1.1", 1001))
    print(s.getsockname()[1])
    kept.append(s)
    time.sleep(0.02)
"""


class Stats:
    """The kernel counts run time while this is open."""

    def __enter__(self):
        attr = (ctypes.c_uint32 * 4)(RUN_TIME, 0, 0, 0)
        self.fd = ctypes.CDLL(None, use_errno=True).syscall(BPF_CALL[platform.machine()], ENABLE_STATS, attr, 16)
        return self

    def __exit__(self, *_):
        if self.fd >= 0:
            os.close(self.fd)


def sh(text):
    subprocess.run(["sh", "-ec", text], check=True)


class Watch:
    def __init__(self, program, *options):
        self.p = subprocess.Popen([program, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.p.stdout.readline()
        if not line.startswith("armed"):
            sys.exit(line.strip() or 1)
        self.armed = float(line.split()[1])

    def collector(self):
        """Its process, by what it has open."""
        here = os.readlink("/proc/self/ns/net")
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if (path.name != str(self.p.pid) and os.readlink(path / "ns/net") == here
                        and (path / "comm").read_text().strip() == "watch_drops"):
                    return path
            except OSError:
                pass
        return None

    def programs(self):
        """{name: (runs, ns)} of its own."""
        path = self.collector()
        ids = set()
        for info in path.glob("fdinfo/*") if path else []:
            ids |= set(re.findall(r"^prog_id:\s*(\d+)", info.read_text(), re.M))
        found = {}
        for one in ids:
            said = subprocess.run(["bpftool", "-j", "prog", "show", "id", one], capture_output=True, text=True, check=False)
            about = json.loads(said.stdout or "{}")
            found[about.get("name", "")] = (about.get("run_cnt", 0), about.get("run_time_ns", 0))
        return found

    def of_drops(self):
        """Runs and ns of the one that watches drops: of two, the one that this kernel takes."""
        return next((of for name, of in self.programs().items() if name.startswith("watch_kfree_skb")), (0, 0))

    def cpu(self):
        path = self.collector()
        words = (path / "stat").read_text().rsplit(")", 1)[1].split() if path else []
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK") if words else 0

    def end(self):
        return self.p.communicate()[0]


def one(title, watch, flood, target, sources, seconds, options, namespace):
    """A flood, attempts at the watched port meanwhile, and what came of both."""
    w = Watch(watch, *options)
    began = w.cpu()
    f = subprocess.Popen(["ip", "netns", "exec", namespace, flood, target, "9", str(RATE), str(seconds), str(sources)],
                         stdout=subprocess.PIPE, text=True)
    time.sleep(0.3)
    made = subprocess.run(["ip", "netns", "exec", "client", sys.executable, "-c", ATTEMPT, str(ATTEMPTS)],
                          capture_output=True, text=True, check=True)
    sent, took, cpu = (float(x) for x in f.communicate()[0].split())
    time.sleep(0.1)
    runs, ns = w.of_drops()
    own = w.cpu() - began
    said = w.end()
    ports = set(made.stdout.split())
    told = {m[1] for m in re.finditer(r"what=packet protocol=6 from_port=(\d+) to_port=1001 ", said)}
    lost = re.search(r"lost=(\d+)", said)[1]
    counted = sum(int(n) for n in re.findall(r"what=packet protocol=17 .*? count=(\d+)", said))
    each = ns / runs if runs else 0
    print(f"  {title:44} {sent / took:8,.0f}/s {each:6.0f} ns, at {RATE:,}/s {each * RATE / 1e7:5.2f} % of a core,"
          f" the reader {100 * own / took:4.2f} %;  watched {len(told & ports)} of {len(ports)}, lost {lost}"
          + (f", counted {100 * counted / sent:.2f} % of the others" if counted else ""))
    return len(told & ports) == len(ports) and lost == "0"


def inside(watch, flood, seconds):
    sh(SETUP)
    subprocess.run(["nft", "-f", "-"], input=RULES, text=True, check=True)
    for n in ("elsewhere",):
        subprocess.run(["ip", "netns", "exec", n, "nft", "-f", "-"], input=RULES, text=True, check=True)
    armed = []
    for _ in range(STARTS):
        w = Watch(watch, "-p", "1001")
        armed.append(w.armed)
        w.end()
    print(f"  {'start to armed':44} median {statistics.median(armed):5.0f} ms, least {min(armed):.0f}, most {max(armed):.0f}"
          "; bar 250")
    narrow = ["-p", "1001", "-c", "10.9.1.2"]
    told = []
    for _ in range(STARTS):
        w = Watch(watch, *narrow)
        subprocess.run(["ip", "netns", "exec", "client", sys.executable, "-c", ATTEMPT, "1"], stdout=subprocess.DEVNULL,
                       check=True)
        told.append(int(re.search(r"told_us=(\d+)", w.end())[1]))
    print(f"  {'from the drop to us':44} median {statistics.median(told) / 1000:5.2f} ms, least {min(told) / 1000:.2f},"
          f" most {max(told) / 1000:.2f}; bar 5")
    good = one("others, another network namespace", watch, flood, "10.9.2.1", 1, seconds, narrow, "client")
    good &= one("others, the same namespace", watch, flood, "10.9.1.1", 1, seconds, narrow, "client")
    good &= one("others, 500 sources", watch, flood, "10.9.1.1", 500, seconds, narrow, "client")
    good &= one("all asked for, one source", watch, flood, "10.9.1.1", 1, seconds, [], "client")
    good &= one("all asked for, 500 sources", watch, flood, "10.9.1.1", 500, seconds, [], "client")
    return 0 if good else 1


def show(build, flood, seconds=3):
    print("\nwatching drops: a flood of others, attempts at the watched port meanwhile; bar 5 % of a core, all told, 0 lost")
    watch = os.path.join(build, "tests", "watch_drops")
    if os.geteuid():
        print("  not measured: that needs root")
    elif not os.path.exists(watch):
        print(f"  not measured: {watch} is not there")
    else:
        with Stats():
            subprocess.run(["unshare", "-n", "-m", sys.executable, __file__, os.path.abspath(watch), flood, str(seconds)],
                           check=False)


if __name__ == "__main__":
    sys.exit(inside(sys.argv[1], sys.argv[2], float(sys.argv[3])))
