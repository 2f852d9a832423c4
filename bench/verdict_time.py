"""How long a check takes to its verdict, over set-ups of the lab (tests/netns): one at a time, as root."""
import os
import re
import statistics
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GROUPS = [
    ("something answers", 50, ["no-listener", "firewall-reject-icmp", "firewall-reject-rst", "router-no-route",
                               "client-route-blackhole", "ssh", "https", "softether"]),
    ("silence, the host answers otherwise", 1500, ["firewall-drop-silent", "firewall-forward-drop", "client-output-drop"]),
    ("silence, nothing answers", 3500, ["router-route-blackhole", "host-down-onlink", "route-missing-reply"]),
]


def times(program, names):
    run = subprocess.run([f"{ROOT}/tests/netns/run.py", "--program", program, "--jobs", "1", *names],
                         capture_output=True, text=True, check=False)
    return [int(ms) for ms in re.findall(r"^right .* (\d+) ms$", run.stdout, re.M)]


def show(program):
    print("\ntime to verdict of a check (ms), over the lab's set-ups")
    if os.geteuid():
        print("  not measured: that needs root")
        return
    for title, bar, names in GROUPS:
        found = times(program, names)
        if found:
            print(f"  {title:38} median {statistics.median(found):6.0f}   least {min(found):5}   most {max(found):5}"
                  f"   of {len(found):3}   bar {bar}{' + round trips' if bar < 100 else ''}")
        else:
            print(f"  {title:38} not measured: no set-up could be had")
