"""A real systemd on one host: as PID 1 of namespaces of its own, in the host's network, with its /etc and /run.

    lab.systemd = systemd(lab.server, {'web.service': '[Service]\\nExecStart=/bin/false\\n'}, start=['web.service'])

As a program: systemd.py, in a host: makes a cgroup, runs systemd in it, and takes the cgroup away.
"""
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

PREFIX = 'kiriwake-systemd-'
PROGRAM = '/usr/lib/systemd/systemd'
INSIDE = '''set -e
mount -t proc proc /proc
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
umount -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --bind /run /run
exec env container=lxc %s --system --unit=lab.target --log-target=console --show-status=no --default-standard-output=null
''' % PROGRAM


def systemd(host, units, start=()):
    """units: {name: text}; those of start are started. Waits until all of them have been."""
    from lab import Skip, wait_until

    if not host.path(PROGRAM).exists() or not host.path('/sys/fs/cgroup/cgroup.procs').exists():
        raise Skip('no systemd here, or no cgroup2')
    host.write('/etc/machine-id', '0123456789abcdef0123456789abcdef\n')
    for name, text in units.items():
        unit, _, rest = text.partition('\n')
        assert unit.startswith('['), 'a unit begins with its section'
        host.write('/etc/systemd/system/' + name, f'[Unit]\nDefaultDependencies=no\n{unit}\n{rest}')
    host.write('/etc/systemd/system/lab.target', f'[Unit]\nDefaultDependencies=no\nWants={" ".join(start)}\n')
    host.path('/run/systemd/system').mkdir(parents=True, exist_ok=True)
    # systemctl takes a lab for a chroot, whose PID 1 has another root; and systemd answers nobody of another PID namespace.
    host.run('cp /usr/bin/systemctl /run/systemctl.real')
    host.write('/run/systemctl', '#!/bin/sh\nexport SYSTEMD_IGNORE_CHROOT=1\n'
               'exec nsenter --pid=/proc/$(cat /run/systemd.pid)/ns/pid_for_children /run/systemctl.real "$@"\n', 0o755)
    host.run('mount --bind /run/systemctl /usr/bin/systemctl')
    running = host.start([sys.executable, os.path.abspath(__file__)])

    def are_started():
        if not running.alive():
            raise Skip('systemd does not run here: ' + running.log()[-300:])
        return host.run(['systemctl', 'show', '-p', 'ActiveState', '--', 'lab.target'], check=False) == 'ActiveState=active\n'
    try:
        wait_until('systemd', are_started)
    except TimeoutError as error:
        raise RuntimeError(running.log()) from error
    return running


def state(host, unit, name='ActiveState'):
    return host.run(['systemctl', 'show', '-p', name, '--value', '--', unit], check=False).strip()


def take_away(top):
    for folder, _, _ in os.walk(top, topdown=False):
        try:
            os.rmdir(folder)
        except OSError:
            pass


def main():
    cgroups = pathlib.Path('/sys/fs/cgroup')
    for old in cgroups.glob(PREFIX + '*'):  # of labs that were killed; those of others may only be beginning
        with contextlib.suppress(FileNotFoundError):
            if time.time() - old.stat().st_mtime > 120:
                take_away(old)
    own = cgroups / f'{PREFIX}{os.urandom(6).hex()}'
    own.mkdir()
    child = subprocess.Popen(['unshare', '-p', '-m', '-C', '--fork', '--kill-child', 'sh', '-c', INSIDE],
                             preexec_fn=lambda: (own / 'cgroup.procs').write_text('0'))
    pathlib.Path('/run/systemd.pid').write_text(str(child.pid))
    signal.signal(signal.SIGTERM, lambda *_: child.kill())
    child.wait()
    take_away(own)


if __name__ == '__main__':
    main()
