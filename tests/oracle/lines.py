#!/usr/bin/python3
"""Compares the lines of `kiriwake read` with tcpdump's, byte for byte.

usage: lines.py KIRIWAKE FILE-OR-FOLDER...

Every file is printed by both under every set of options below. A frame that
kiriwake says is beyond it (read --coverage) is excused; every other byte must
be equal. Where tcpdump gives a file up, only what it printed by then counts,
for kiriwake reads on. The first difference of each file and option set is
shown. Exits 1 when there is one, 77 when tcpdump 4.99.3 is not installed.
"""

import os
import re
import shutil
import subprocess
import sys

OPTIONS = [[], ["-n"], ["-nn"], ["-n", "-t"], ["-n", "-tt"], ["-n", "-ttt"],
           ["-n", "-tttt"], ["-n", "-ttttt"], ["-n", "-S"], ["-n", "-#"]]

# Both ask the resolver for names; where there is none it shall say so soon.
ENVIRONMENT = dict(os.environ, TZ="Asia/Tokyo", LC_ALL="C",
                   RES_OPTIONS="timeout:1 attempts:1")


def run(command):
    done = subprocess.run(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    return done.stdout, done.stderr.decode("utf-8", "replace"), done.returncode


def beyond(stderr):
    """Frame number -> protocol, from the lines of --coverage."""
    found = {}
    for line in stderr.splitlines():
        match = re.fullmatch(r"(\d+) (\S+)", line)
        if match:
            found[int(match[1])] = match[2]
    return found


def packets(output):
    """The text of each packet, from output under -#, where each begins with
    its number; what comes from a packet can look like one, a number that is
    not the next cannot."""
    found = []
    for line in output.splitlines(keepends=True):
        number = len(found) + 1
        if line.startswith(b"%5d  " % number):
            found.append(line)
        elif found:
            found[-1] += line
        else:
            found.append(line)
    return found


def show(name, options, number, theirs, ours):
    print(f"{name} {' '.join(options)}: frame {number}")
    print(f"  tcpdump:  {theirs!r}")
    print(f"  kiriwake: {ours!r}")


class Counts:
    def __init__(self):
        self.captures = 0
        self.lines = 0
        self.beyond = 0
        self.different = 0


def compare(program, name, options, counts):
    # With -# on both sides packets can be told apart; without it, once more,
    # only when every packet is covered, for then the whole must be equal.
    numbered = options if "-#" in options else options + ["-#"]
    theirs, _, refused = run(["tcpdump"] + numbered + ["-r", name])
    ours, stderr, status = run([program, "read", "--coverage"] + numbered +
                               [name])
    excused = beyond(stderr)
    if status < 0:
        print(f"{name} {' '.join(options)}: killed by signal {-status}")
        counts.different += 1
        return

    their_packets = packets(theirs)
    our_packets = packets(ours)
    if refused:
        del our_packets[len(their_packets):]
    is_first = True
    for i in range(max(len(their_packets), len(our_packets))):
        their = their_packets[i] if i < len(their_packets) else b""
        our = our_packets[i] if i < len(our_packets) else b""
        if i + 1 in excused:
            counts.beyond += 1
            continue
        counts.lines += 1
        if their == our:
            continue
        counts.different += 1
        if is_first:
            show(name, options, i + 1, their, our)
            is_first = False

    if numbered != options and not excused and not refused and is_first:
        theirs, _, _ = run(["tcpdump"] + options + ["-r", name])
        ours, _, _ = run([program, "read"] + options + [name])
        if theirs != ours:
            print(f"{name} {' '.join(options)}: equal only with -#")
            counts.different += 1


def files_of(names):
    """The captures among the files and folders named."""
    for name in names:
        if not os.path.isdir(name):
            yield name
            continue
        for entry in sorted(os.listdir(name)):
            if not entry.endswith((".tsv", ".out", ".md")):
                yield os.path.join(name, entry)


def main():
    if len(sys.argv) < 3:
        print(__doc__.strip())
        return 2
    if not shutil.which("tcpdump"):
        print("no tcpdump")
        return 77
    _, version, _ = run(["tcpdump", "--version"])
    stdout, _, _ = run(["tcpdump", "--version"])
    if "4.99.3" not in version + stdout.decode():
        print("tcpdump is not 4.99.3")
        return 77

    counts = Counts()
    for name in files_of(sys.argv[2:]):
        counts.captures += 1
        for options in OPTIONS:
            compare(sys.argv[1], name, options, counts)

    print(f"{counts.captures} captures, {counts.lines} lines compared, "
          f"{counts.beyond} beyond, {counts.different} different")
    return 1 if counts.different else 0


if __name__ == "__main__":
    sys.exit(main())
