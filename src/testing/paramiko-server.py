# An SSH server on loopback with commands, terminals, forwards and files: paramiko, behaving like its demo servers
# (StubSFTPServer: RENAME is os.rename, attributes are set by name). Arguments: host key, authorized key, "chattr" or
# "no-chattr", bytes between key exchanges (0 leaves paramiko's own). Prints its port.
import os
import pty
import socket
import subprocess
import sys
import threading

import paramiko
from paramiko import SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface
from paramiko.sftp import SFTP_OK, SFTP_OP_UNSUPPORTED

host_key, keys, chattr, rekey_bytes = sys.argv[1], sys.argv[2], sys.argv[3] == 'chattr', int(sys.argv[4])
accepted = open(keys).read().split()[1]


def answer(work):
    try:
        result = work()
        return SFTP_OK if result is None else result
    except OSError as error:
        return SFTPServer.convert_errno(error.errno)


class Handle(SFTPHandle):
    def stat(self):
        return answer(lambda: SFTPAttributes.from_stat(os.fstat(self.readfile.fileno())))

    def chattr(self, attr):
        if not chattr:
            return SFTP_OP_UNSUPPORTED
        return answer(lambda: SFTPServer.set_file_attr(self.filename, attr))


class Files(SFTPServerInterface):
    def canonicalize(self, path):
        return os.path.realpath(path)

    def list_folder(self, path):
        def entries():
            return [SFTPAttributes.from_stat(os.lstat(os.path.join(path, name)), name) for name in os.listdir(path)]
        return answer(entries)

    def stat(self, path):
        return answer(lambda: SFTPAttributes.from_stat(os.stat(path)))

    def lstat(self, path):
        return answer(lambda: SFTPAttributes.from_stat(os.lstat(path)))

    def open(self, path, flags, attr):
        try:
            mode = getattr(attr, 'st_mode', None)
            fd = os.open(path, flags, 0o666 if mode is None else mode)
            kind = {os.O_RDONLY: 'rb', os.O_WRONLY: 'wb', os.O_RDWR: 'r+b'}[flags & os.O_ACCMODE]
            if flags & os.O_APPEND:
                kind = 'ab'
            file = os.fdopen(fd, kind)
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)
        handle = Handle(flags)
        handle.filename = path
        handle.readfile = handle.writefile = file
        return handle

    def remove(self, path):
        return answer(lambda: os.remove(path))

    def rename(self, old, new):
        return answer(lambda: os.rename(old, new))

    posix_rename = rename

    def mkdir(self, path, attr):
        return answer(lambda: os.mkdir(path))

    def rmdir(self, path):
        return answer(lambda: os.rmdir(path))

    def symlink(self, target, path):
        return answer(lambda: os.symlink(target, path))

    def readlink(self, path):
        return answer(lambda: os.readlink(path))

    def chattr(self, path, attr):
        if not chattr:
            return SFTP_OP_UNSUPPORTED
        return answer(lambda: SFTPServer.set_file_attr(path, attr))


def copy(read, write, end):
    try:
        while data := read(32768):
            write(data)
    except OSError:
        pass
    end()


def start(target, *arguments):
    threading.Thread(target=target, args=arguments, daemon=True).start()


def run(channel, command):
    child = subprocess.Popen(['sh', '-c', command], stdin=-1, stdout=-1, stderr=-1, bufsize=0)
    start(copy, channel.recv, child.stdin.write, child.stdin.close)
    errors = threading.Thread(target=copy, args=(child.stderr.read, channel.sendall_stderr, lambda: None))
    errors.start()
    copy(child.stdout.read, channel.sendall, lambda: None)
    errors.join()
    channel.send_exit_status(child.wait())
    channel.close()


def shell(channel, size):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp('sh', ['sh'])
    subprocess.run(['stty', 'cols', str(size[0]), 'rows', str(size[1])], stdin=terminal)
    start(copy, channel.recv, lambda data: os.write(terminal, data), lambda: None)
    copy(lambda most: os.read(terminal, most), channel.sendall, lambda: None)
    channel.send_exit_status(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    channel.close()
    os.close(terminal)


def join(channel, stream):
    start(copy, channel.recv, stream.sendall, lambda: stream.shutdown(socket.SHUT_WR))
    copy(stream.recv, channel.sendall, channel.shutdown_write)


class Server(paramiko.ServerInterface):
    def __init__(self, transport):
        self.transport, self.size, self.onward, self.listeners = transport, (80, 24), {}, {}

    def get_allowed_auths(self, username):
        return 'publickey'

    def check_auth_publickey(self, username, key):
        return paramiko.AUTH_SUCCESSFUL if key.get_base64() == accepted else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, channel_id):
        return paramiko.OPEN_SUCCEEDED if kind == 'session' else paramiko.OPEN_FAILED_UNKNOWN_CHANNEL_TYPE

    def check_channel_pty_request(self, channel, term, width, height, *more):
        self.size = (width, height)
        return True

    def check_channel_shell_request(self, channel):
        start(shell, channel, self.size)
        return True

    def check_channel_exec_request(self, channel, command):
        start(run, channel, command)
        return True

    def check_channel_direct_tcpip_request(self, channel_id, origin, destination):
        try:
            self.onward[channel_id] = socket.create_connection(destination)
            return paramiko.OPEN_SUCCEEDED
        except OSError:
            return paramiko.OPEN_FAILED_CONNECT_FAILED

    def check_port_forward_request(self, address, port):
        listener = socket.create_server(('127.0.0.1', port))
        real = listener.getsockname()[1]
        self.listeners[real] = listener

        def accept():
            try:
                while True:
                    stream, peer = listener.accept()
                    start(join, self.transport.open_forwarded_tcpip_channel(peer, (address, real)), stream)
            except OSError:
                pass
        start(accept)
        return real

    def cancel_port_forward_request(self, address, port):
        listener = self.listeners.pop(port, None)
        if listener:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def serve(stream):
    transport = paramiko.Transport(stream)
    if rekey_bytes:
        transport.packetizer.REKEY_BYTES = rekey_bytes
    transport.add_server_key(paramiko.Ed25519Key(filename=host_key))
    transport.set_subsystem_handler('sftp', SFTPServer, Files)
    server = Server(transport)
    try:
        transport.start_server(server=server)
    except (paramiko.SSHException, EOFError):
        return
    # paramiko closes a channel that nobody holds, also before its first request.
    held = []
    while transport.is_active():
        channel = transport.accept(1)
        held = [each for each in held if not each.closed] + ([channel] if channel else [])
        if channel and (onward := server.onward.pop(channel.get_id(), None)):
            start(join, channel, onward)


listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
while True:
    start(serve, listener.accept()[0])
