"""Namespaces: the few system calls that Python 3.11 does not have, and a host's own root made of them."""
import ctypes
import os
import pathlib
import subprocess

NEWNS, NEWUTS, NEWIPC, NEWPID, NEWNET, NEWCGROUP = 0x20000, 0x4000000, 0x8000000, 0x20000000, 0x40000000, 0x2000000
RDONLY, REMOUNT, BIND, REC, PRIVATE, NOSUID, NODEV = 1, 32, 4096, 16384, 1 << 18, 2, 4
DETACH = 2
libc = ctypes.CDLL(None, use_errno=True)


def _try(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f'{what}: {os.strerror(number)}')


def unshare(flags):
    _try(libc.unshare(flags), 'unshare')


def setns(fd):
    _try(libc.setns(fd, 0), 'setns')


def mount(source, target, kind=None, flags=0, options=None):
    def text(value):
        return None if value is None else os.fsencode(value)
    _try(libc.mount(text(source), text(target), text(kind), ctypes.c_ulong(flags), text(options)),
         f'mount {kind or "bind"} {target}')


def bind(source, target, *, read_only=False):
    """A file or folder, seen at another place too."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        pathlib.Path(target).touch()
    mount(source, target, flags=BIND | REC)
    if read_only:
        mount(None, target, flags=BIND | REMOUNT | RDONLY)


def private():
    """Nothing that is mounted from here on is seen outside."""
    mount(None, '/', flags=REC | PRIVATE)


def permitted():
    """Why there can be no lab here, or None."""
    if os.geteuid() != 0:
        return 'no root here'
    done = subprocess.run(['unshare', '--net', '--mount', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc', 'true'],
                          capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else 'no namespaces here: ' + done.stderr.strip()


class Stage:
    """What the roots of all hosts of a lab have in common: a tmpfs in the lab's own mount namespace.

    base: an empty folder for it; packages: the folder of get-packages, which lies over /usr and /etc; visible: folders that
    hosts see at their own place.
    """

    def __init__(self, base, packages, visible):
        self.base = pathlib.Path(base)
        self.packages = packages
        self.visible = [str(v) for v in visible]
        mount('lab', base, 'tmpfs', NOSUID, 'mode=755')
        usr = self.base / 'usr'
        usr.mkdir()
        if (packages / 'usr').is_dir():
            mount('lab', usr, 'overlay', RDONLY, f'lowerdir={packages}/usr:/usr')
        else:
            mount('/usr', usr, flags=BIND | REC)

    def make_root(self, name):
        """Called in the host's own mount namespace, which is left with this root."""
        upper = self.base / name
        root = upper / 'root'
        for folder in ('etc', 'work', 'root'):
            (upper / folder).mkdir(parents=True)
        mount(root, root, flags=BIND)
        for folder in ('usr', 'etc', 'proc', 'sys', 'dev', 'run', 'root', 'home', 'tmp', 'var', 'mnt', 'opt', '.old'):
            (root / folder).mkdir()
        (root / 'tmp').chmod(0o1777)
        for link in ('bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'):
            if os.path.islink('/' + link):
                os.symlink(os.readlink('/' + link), root / link)
            elif os.path.isdir('/' + link):
                bind('/' + link, root / link, read_only=True)
        mount(self.base / 'usr', root / 'usr', flags=BIND)
        lower = f'{self.packages}/etc:/etc' if (self.packages / 'etc').is_dir() else '/etc'
        mount('lab', root / 'etc', 'overlay', 0, f'lowerdir={lower},upperdir={upper}/etc,workdir={upper}/work')
        for folder in ('lib', 'log', 'cache', 'spool', 'tmp', 'empty', 'www'):
            (root / 'var' / folder).mkdir()
        os.symlink('/run', root / 'var/run')
        for folder in ('netns', 'sshd', 'lock', 'dnsmasq', 'vsftpd/empty', 'softether'):
            (root / 'run' / folder).mkdir(parents=True)
        for folder in self.visible:
            bind(folder, str(root) + folder)
        mount('proc', root / 'proc', 'proc', NOSUID | NODEV)
        mount('sysfs', root / 'sys', 'sysfs', NOSUID | NODEV)
        try:
            mount('cgroup', root / 'sys/fs/cgroup', 'cgroup2')
        except OSError:
            pass
        self._make_dev(root / 'dev')
        os.chdir(root)
        _try(libc.pivot_root(b'.', b'.old'), 'pivot_root')
        os.chroot('.')
        os.chdir('/')
        _try(libc.umount2(b'/.old', DETACH), 'umount')
        os.rmdir('/.old')

    @staticmethod
    def _make_dev(dev):
        """Devices by name, so that no daemon can unlink the machine's own."""
        for name in ('null', 'zero', 'full', 'random', 'urandom', 'tty', 'net/tun'):
            if os.path.exists('/dev/' + name):
                bind('/dev/' + name, str(dev / name))
        for name, folder, options in (('tmpfs', 'shm', 'mode=1777'), ('devpts', 'pts', 'newinstance,ptmxmode=0666,mode=620')):
            (dev / folder).mkdir()
            mount(name, dev / folder, name, NOSUID, options)
        os.symlink('pts/ptmx', dev / 'ptmx')
        os.symlink('/proc/self/fd', dev / 'fd')
