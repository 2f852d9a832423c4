"""How long `kiriwake server PORT --no-wait` takes to look at a busy host: 10,000 TCP sockets and 5,000 rules, in a network
namespace of its own, as root.

As a program of its own it is what runs inside: server_snapshot.py KIRIWAKE ENGINE ROUNDS
"""
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import time

LISTENERS, SOCKETS, RULES, FIRST = 200, 10_000, 5_000, 20_000
BAR, ENGINES = 300, ("none", "iptables-legacy", "iptables-nft", "nft")


def serve(listeners, connections, report):
    """One process of the busy host: sockets that listen, and both ends of connections over the loopback."""
    need = len(listeners) + 2 * connections + 64
    resource.setrlimit(resource.RLIMIT_NOFILE, (need, max(need, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    held = []
    for port in listeners:
        s = socket.socket()
        s.bind(("0.0.0.0", port))
        s.listen(1024)
        held.append(s)
    for number in range(connections):
        to = held[number % len(listeners)]
        client = socket.create_connection(("127.0.0.1", to.getsockname()[1]))
        held += [client, to.accept()[0]]
    os.write(report, b".")
    time.sleep(600)


def fill_sockets(processes=8):
    """Both ends of a connection are sockets here."""
    ready, report = os.pipe()
    children = []
    for i in range(processes):
        ports = range(FIRST + i, FIRST + LISTENERS, processes)
        pid = os.fork()
        if not pid:
            try:
                serve(ports, (SOCKETS - LISTENERS) // 2 // processes, report)
            finally:
                os._exit(1)
        children.append(pid)
    os.close(report)
    for _ in children:
        if not os.read(ready, 1):
            sys.exit("a process of the busy host ended")
    return children


def fill_rules(engine):
    sources = [f"10.{i // 200 % 200 + 1}.{i % 200 + 1}.0/24" for i in range(RULES)]
    if engine == "nft":
        lines = ["table inet filter {", "chain input {", "type filter hook input priority 0; policy accept;"]
        lines += [f"ip saddr {s} tcp dport {1000 + i % 9000} counter drop" for i, s in enumerate(sources)]
        subprocess.run(["nft", "-f", "-"], input="\n".join([*lines, "}", "}", ""]).encode(), check=True)
    elif engine != "none":
        lines = ["*filter", ":INPUT ACCEPT [0:0]", ":FORWARD ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]"]
        lines += [f"-A INPUT -s {s} -p tcp -m tcp --dport {1000 + i % 9000} -j DROP" for i, s in enumerate(sources)]
        subprocess.run([engine + "-restore"], input="\n".join([*lines, "COMMIT", ""]).encode(), check=True)


def inside(program, engine, rounds):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for command in ("link add busy0 type veth peer name busy1", "addr add 10.0.0.9/24 dev busy0", "link set busy0 up", "link set busy1 up"):
        subprocess.run(["ip", *command.split()], check=True)
    children = fill_sockets()
    fill_rules(engine)
    command = [program, "server", str(FIRST + 7), "--from", "10.0.0.1", "--no-wait", "--no-local", "--json"]
    times, cpu = [], []
    try:
        for number in range(rounds + 1):
            began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(command, capture_output=True, check=False)
            if number:
                times.append((time.monotonic() - began) * 1000)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                cpu.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000)
            if done.returncode not in (0, 1):
                sys.exit(done.stderr.decode() + done.stdout.decode()[-2000:])
        said = json.loads(done.stdout)
        print(json.dumps({"times": times, "cpu": cpu, "steps": {s["step"]: s["ms"] for s in said["steps"]}, "text": said["verdict"]["text"]}))
    finally:
        for pid in children:
            os.kill(pid, 9)


def show(program, rounds=10):
    print(f"\ntime to what is foretold (ms): {SOCKETS:,} sockets of TCP, {LISTENERS} of them listen; {RULES:,} rules")
    if os.geteuid():
        print("  not measured: that needs root")
        return
    for engine in ENGINES:
        tool = engine if engine == "nft" else engine + "-restore"
        if engine != "none" and not shutil.which(tool):
            print(f"  {engine:16} not measured: {tool} is not installed")
            continue
        run = subprocess.run(["unshare", "-n", "-m", sys.executable, __file__, program, engine, str(rounds)],
                             capture_output=True, text=True, check=False)
        if run.returncode:
            print(f"  {engine:16} not measured: {run.stderr.strip()[-200:]}")
            continue
        said = json.loads(run.stdout.splitlines()[0])
        most = sorted(said["steps"].items(), key=lambda s: -(s[1] or 0))[:3]
        print(f"  {engine:16} median {statistics.median(said['times']):6.0f}   least {min(said['times']):5.0f}   most {max(said['times']):5.0f}"
              f"   bar {BAR}   CPU {statistics.median(said['cpu']):4.0f}   " + ", ".join(f"{step} {ms:.0f}" for step, ms in most if ms))


if __name__ == "__main__":
    inside(sys.argv[1], sys.argv[2], int(sys.argv[3]))
