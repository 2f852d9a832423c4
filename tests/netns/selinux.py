"""An SELinux that is only told of: no lab has one in its kernel. What kiriwake reads of it says that it enforces, and the audit
log of the host holds the records of auditd.

    enforces(lab.server)
    denial(lab.server, lab.port, pid=1234)          # more: command, at, permissive, transport
    lab.wrap = [*client_landlock.only_ports(80), *denied_itself(lab.port)]   # what refuses is another module of the kernel

As a program: selinux.py PORT COMMAND...: notes that connect() to that port is denied to it, and becomes the command.
"""
import os
import sys
import time


def enforces(host):
    host.run('mount -t tmpfs tmpfs /sys/fs && mkdir -p /sys/fs/selinux && echo 1 > /sys/fs/selinux/enforce')


def denial(host, port, *, pid=1234, command='nginx', at=None, permissive=0, transport='tcp', permission='name_bind'):
    log = host.path('/var/log/audit/audit.log')
    log.parent.mkdir(exist_ok=True)
    with open(log, 'a', encoding='ascii') as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(record(port, pid, command, at, permissive, transport, permission))


def record(port, pid, command, at, permissive, transport, permission):
    at = time.time() if at is None else at
    name = 'src' if permission == 'name_bind' else 'dest'
    head = f'msg=audit({at:.3f}:{time.monotonic_ns() // 1000}):'
    return f'''type=AVC {head} avc:  denied  {{ {permission} }} for  pid={pid} comm="{command}" \
{name}={port} scontext=system_u:system_r:httpd_t:s0 tcontext=system_u:object_r:unreserved_port_t:s0 tclass={transport}_socket \
permissive={permissive}
type=SYSCALL {head} arch=c000003e syscall=49 success=no exit=-13 a0=6 a1=55d0c a2=10 a3=0 items=0 ppid=1 pid={pid} \
auid=4294967295 uid=0 gid=0 comm="{command}" exe="/usr/sbin/{command}" subj=system_u:system_r:httpd_t:s0 key=(null)
'''


def denied_itself(port):
    return [sys.executable, os.path.abspath(__file__), str(port)]


def main(port, *command):
    os.makedirs('/var/log/audit', exist_ok=True)
    with open('/var/log/audit/audit.log', 'a', encoding='ascii') as file:
        file.write(record(int(port), os.getpid(), 'kiriwake', None, 0, 'tcp', 'name_connect'))
    os.execvp(command[0], command)


if __name__ == '__main__':
    main(*sys.argv[1:])
