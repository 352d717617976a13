# An SSH server on loopback that runs commands with sh and serves files: asyncssh, for the tests.
# Arguments: host key, authorized keys, seconds between key exchanges (0 leaves asyncssh's own). Prints its port.
import asyncio
import sys

import asyncssh


async def run(process):
    child = await asyncio.create_subprocess_exec(
        'sh', '-c', process.command or '', stdin=-1, stdout=-1, stderr=-1)
    await process.redirect(stdin=child.stdin, stdout=child.stdout, stderr=child.stderr)
    process.exit(await child.wait())


async def main():
    host_key, keys, rekey = sys.argv[1], sys.argv[2], int(sys.argv[3])
    more = {'rekey_seconds': rekey} if rekey else {}
    server = await asyncssh.listen(
        '127.0.0.1', 0, server_host_keys=[host_key], authorized_client_keys=keys,
        process_factory=run, sftp_factory=True, encoding=None, **more)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
