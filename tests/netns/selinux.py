"""An SELinux that is only told of: no lab has one in its kernel. What kiriwake reads of it says that it enforces, and the audit
log of the host holds the records of auditd.

    enforces(lab.server)
    denial(lab.server, lab.port, pid=1234)          # more: command, at, permissive, transport
"""
import time


def enforces(host):
    host.run('mount -t tmpfs tmpfs /sys/fs && mkdir -p /sys/fs/selinux && echo 1 > /sys/fs/selinux/enforce')


def denial(host, port, *, pid=1234, command='nginx', at=None, permissive=0, transport='tcp', permission='name_bind'):
    at = time.time() if at is None else at
    name = 'src' if permission == 'name_bind' else 'dest'
    log = host.path('/var/log/audit/audit.log')
    old = log.read_text() if log.exists() else ''
    head = f'msg=audit({at:.3f}:{old.count(chr(10)) + 100}):'
    host.write('/var/log/audit/audit.log', f'''{old}type=AVC {head} avc:  denied  {{ {permission} }} for  pid={pid} comm="{command}" \
{name}={port} scontext=system_u:system_r:httpd_t:s0 tcontext=system_u:object_r:unreserved_port_t:s0 tclass={transport}_socket \
permissive={permissive}
type=SYSCALL {head} arch=c000003e syscall=49 success=no exit=-13 a0=6 a1=55d0c a2=10 a3=0 items=0 ppid=1 pid={pid} \
auid=4294967295 uid=0 gid=0 comm="{command}" exe="/usr/sbin/{command}" subj=system_u:system_r:httpd_t:s0 key=(null)
''', 0o600)
