"""How long after an attempt's packet `kiriwake server` says what became of it: every backend of the packet filter, in network
namespaces of its own, as root.

As a program of its own it is what runs inside: server_verdict.py KIRIWAKE SETUP RULES ROUNDS
"""
import json
import os
import select
import shutil
import socket
import statistics
import subprocess
import sys
import time

BAR, PORT, BUSY = 100, 5555, 1000
SETUP = """
mount -t tmpfs none /run && mkdir -p /run/netns
ip link set lo up
ip netns add client; ip -n client link set lo up
ip link add s0 type veth peer name c0 netns client
ip addr add 10.9.1.1/24 dev s0; ip link set s0 up
ip -n client addr add 10.9.1.2/24 dev c0; ip -n client link set c0 up
ping -c 1 -W 2 10.9.1.2 >/dev/null 2>&1 || true
"""
# name: what loads the rules, text, one rule of others, what refuses the client
NFT = "table inet t {{\nchain c {{\ntype filter hook input priority 0;\n{filler}{rule}}}\n}}\n"
TABLES = "*filter\n{filler}{rule}COMMIT\n"
SETUPS = {
    "no rule, nothing listens": (None, "", "", ""),
    "nft drop": (["nft", "-f", "-"], NFT, "tcp dport {} drop\n", f"tcp dport {PORT} drop\n"),
    "nft counter drop": (["nft", "-f", "-"], NFT, "tcp dport {} counter drop\n", f"tcp dport {PORT} counter drop\n"),
    "nft reject": (["nft", "-f", "-"], NFT, "tcp dport {} counter drop\n", f"tcp dport {PORT} counter reject\n"),
    "nft policy": (["nft", "-f", "-"], NFT.replace("priority 0;", "priority 0; policy drop;"), "tcp dport {} counter accept\n", ""),
    "iptables-nft DROP": (["iptables-nft-restore"], TABLES, "-A INPUT -p tcp --dport {} -j DROP\n",
                          f"-A INPUT -p tcp --dport {PORT} -j DROP\n"),
    "iptables-nft REJECT": (["iptables-nft-restore"], TABLES, "-A INPUT -p tcp --dport {} -j DROP\n",
                            f"-A INPUT -p tcp --dport {PORT} -j REJECT --reject-with tcp-reset\n"),
    "iptables-legacy DROP": (["iptables-legacy-restore"], TABLES, "-A INPUT -p tcp --dport {} -j DROP\n",
                             f"-A INPUT -p tcp --dport {PORT} -j DROP\n"),
    "iptables-legacy REJECT": (["iptables-legacy-restore"], TABLES, "-A INPUT -p tcp --dport {} -j DROP\n",
                               f"-A INPUT -p tcp --dport {PORT} -j REJECT\n"),
}
CLIENT = f"""
import socket, sys, time
s = socket.socket()
s.setblocking(False)
sys.stdin.readline()
began = time.monotonic()
s.connect_ex(("10.9.1.1", {PORT}))
print(began, flush=True)
sys.stdin.readline()
"""


def load(name, rules):
    command, text, other, rule = SETUPS[name]
    if command:
        filler = "".join(other.format(10000 + i % 50000) for i in range(rules))
        subprocess.run(command, input=text.format(filler=filler, rule=rule).encode(), check=True)


def wait_for(stream, word):
    said = ""
    while word not in said:
        line = stream.readline()
        if not line:
            sys.exit(said)
        said += line


def attempt(program, seconds):
    """Milliseconds from the packet to the verdict, and to the end of the process; the verdict."""
    client = subprocess.Popen(["ip", "netns", "exec", "client", sys.executable, "-c", CLIENT], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    p = subprocess.Popen([program, "server", str(PORT), "--from", "10.9.1.2", "--json", "--timeout", "10"],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "LC_ALL": "C"})
    wait_for(p.stderr, "waiting for")
    time.sleep(seconds)
    client.stdin.write("\n")
    client.stdin.flush()
    began = float(client.stdout.readline())
    select.select([p.stdout], [], [])
    told = time.monotonic()
    said = json.loads(p.stdout.read())
    p.wait()
    ended = time.monotonic()
    client.communicate("\n")
    return (told - began) * 1000, (ended - began) * 1000, said["verdict"]


def inside(program, name, rules, rounds):
    subprocess.run(["sh", "-ec", SETUP], check=True)
    load(name, rules)
    service = socket.create_server(("0.0.0.0", PORT)) if SETUPS[name][0] else None
    all_of = [attempt(program, 0.5) for _ in range(rounds)]
    if service:
        service.close()
    print(json.dumps({"told": [a[0] for a in all_of], "ended": [a[1] for a in all_of], "verdict": all_of[0][2]["text"],
                      "certainty": sorted({a[2]["certainty"] for a in all_of})}))


def show(program, rounds=10):
    print("\ntime from the packet to the verdict of `kiriwake server` (ms)")
    if os.geteuid():
        print("  not measured: that needs root")
        return
    for name, (command, *_) in SETUPS.items():
        for rules in (0, BUSY) if command else (0,):
            if command and not shutil.which(command[0]):
                print(f"  {name:24} not measured: {command[0]} is not installed")
                break
            run = subprocess.run(["unshare", "-n", "-m", sys.executable, __file__, program, name, str(rules), str(rounds)],
                                 capture_output=True, text=True, check=False)
            if run.returncode:
                print(f"  {name:24} not measured: {run.stderr.strip()[-300:]}")
                continue
            said = json.loads(run.stdout.splitlines()[-1])
            print(f"  {name:24} {rules + 1:5,} rules   median {statistics.median(said['told']):6.1f}   least {min(said['told']):6.1f}"
                  f"   most {max(said['told']):6.1f}   bar {BAR}   {' '.join(said['certainty'])}: {said['verdict'][:70]}", flush=True)


if __name__ == "__main__":
    inside(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
