import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { fileRig, remoteRig } from '../../testing/file-rig.ts'
import { withLoginShell } from '../../testing/login-shell.ts'
import { lacks } from '../../testing/programs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { parseScan, scanScript } from '../forwards/port-scan.ts'
import { checksum, compress, extract, findByName, setOwner } from './far-tools.ts'
import type { Commands } from './file-system.ts'

const { signal } = new AbortController()
const hash = 'ab'.repeat(32)

/** Login shells, each with the command line that runs commands. */
const shells = [
  ['bash', 'exec bash -c "$line"'],
  ['tcsh', 'exec tcsh -f -c "$line"'],
  ['rbash', 'exec rbash -c "$line"'],
  ['fish', 'exec fish --no-config -c "$line"'],
  ['bash', `echo ${hash}; bash -c "$line"; code=$?; printf '%s' ${hash}; echo bye >&2; exit $code`],
  ['bash', `printf 'no line end'; printf '\\0x\\n' >&2; bash -c "$line"; printf '%s /etc/noise\\0' ${hash}`],
  ['tcsh', `printf '@ss\\nLISTEN 0 1 0.0.0.0:4 *:* users:(("x",pid=1,fd=1))\\n'; tcsh -f -c "$line"`],
  ['bash', `head -c 70000 /dev/zero | tr '\\0' n; bash -c "$line"`],
] as const

async function listening(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

describe('commands on a host', () => {
  for (const [index, [name, shell]] of shells.entries())
    it.skipIf(lacks('sshd', name, 'ss'))(
      `read only their own output where the login shell is ${name} (${index})`,
      async () => {
        const folder = tempDir()
        const data = join(folder, 'data')
        mkdirSync(data)
        writeFileSync(join(data, 'model.bin'), 'weights')
        const { remote, stop } = await fileRig(folder, { lines: withLoginShell(folder, shell) })
        onTestFinished(stop)
        const path = join(data, 'model.bin')
        expect(await checksum(remote, { path, kind: 'sha256' }, signal)).toBe(
          createHash('sha256').update('weights').digest('hex'),
        )
        expect(await findByName(remote, { folder: data, text: 'MODEL' }, signal)).toEqual([path])
        expect(await findByName(remote, { folder: data, text: 'absent' }, signal)).toEqual([])
        const archive = join(data, 'all.tar.gz')
        await compress(remote, { paths: [path], archive }, signal)
        const unpacked = await extract(remote, archive, signal)
        expect(readFileSync(join(unpacked, 'model.bin'), 'utf8')).toBe('weights')
        await setOwner(remote, { paths: [path], owner: `${userInfo().uid}`, within: false }, signal)
        await expect(
          setOwner(remote, { paths: [path], owner: 'no-such-user-here', within: false }, signal),
        ).rejects.toMatchObject({ code: 'files-failed', message: expect.stringContaining('invalid user') })
        const commands = remote.commands as Commands
        const port = await listening()
        const { output, errors } = await commands.run(scanScript, { signal })
        expect(errors).toBe('')
        const ports = parseScan(output.toString()).ports.map(each => each.port)
        expect(ports).toContain(port)
        expect(ports).not.toContain(4)
        const stream = await commands.start(scanScript, signal)
        const chunks: Uint8Array[] = []
        for await (const chunk of stream.output) chunks.push(chunk)
        expect(parseScan(Buffer.concat(chunks).toString()).ports.map(each => each.port)).toContain(port)
        expect(await stream.ended).toEqual({ code: 0, errors: '' })
      },
      60_000,
    )
})

/** A host whose SFTP subsystem is this script; its commands run normally, or through `forced`. */
async function openWith(script: string, forced?: string) {
  const folder = tempDir()
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, name), 0o755)
    return join(folder, name)
  }
  const lines = [`Subsystem sftp ${write('sftp', script)}`]
  if (forced !== undefined) lines.push(`ForceCommand ${write('forced', forced)}`)
  const { connect, stop } = await remoteRig(folder, { lines })
  onTestFinished(stop)
  return { remote: await connect(), folder }
}

const sftpServer = ['/usr/lib/openssh/sftp-server', '/usr/libexec/sftp-server'].find(existsSync) ?? ''

describe('an SFTP server that prints something else', () => {
  for (const [what, noise] of [
    ['a line', 'echo hi'],
    ['one letter', 'printf x'],
    ['an empty line', 'echo'],
    ['colours', "printf '\\033[31mwarning\\033[0m'"],
    ['70 kB', "head -c 70000 /dev/zero | tr '\\0' n"],
  ] as const)
    it.skipIf(lacks('sshd') || sftpServer === '')(`first, ${what}, still serves its files`, async () => {
      const { remote, folder } = await openWith(`${noise}; exec ${sftpServer}`)
      writeFileSync(join(folder, 'there'), 'yes')
      expect(await remote.info(join(folder, 'there'))).toMatchObject({ kind: 'file', size: 3 })
    })

  it.skipIf(lacks('sshd'))('and nothing else is quoted, cleaned and cut', async () => {
    const refuse = "printf '\\033[1mPlease log in first\\n'; echo 'see wiki' >&2; exit 3"
    await expect(openWith('exit 9', refuse)).rejects.toMatchObject({
      code: 'server-refused',
      message: expect.stringMatching(
        /^hop0 printed text before SFTP started \(exit code 3\)\. Its output: “Please log in first” and “see wiki”\. Startup files such as ~\/\.bashrc must not print anything in non-interactive shells\./,
      ),
    })
  })

  it.skipIf(lacks('sshd'))('that ends at once is reported with its exit code', async () => {
    await expect(openWith('exit 127')).rejects.toMatchObject({
      code: 'server-refused',
      message: expect.stringMatching(
        /^SFTP is not working on hop0: its SFTP server exited immediately \(exit code 127\)\. Check “Subsystem sftp”/,
      ),
    })
  })

  it.skipIf(lacks('sshd'))('about an expired password leads to a terminal', async () => {
    const expired = "echo 'Password change required but no TTY available.' >&2; exit 1"
    await expect(openWith(expired, expired)).rejects.toMatchObject({
      code: 'server-refused',
      message: expect.stringMatching(/^The password on hop0 has expired\. Open a terminal to/),
    })
  })
})
