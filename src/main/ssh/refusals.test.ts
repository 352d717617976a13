import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import type { Answer, Question } from '../../shared/contract/prompts.ts'
import { dialRig, trusting } from '../../testing/dial.ts'
import { startOpenSsh } from '../../testing/open-ssh.ts'
import { lacks } from '../../testing/programs.ts'
import { tempDir } from '../../testing/temp-dir.ts'

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach(end => end()))

type Reply = (question: Question) => Answer | null | Promise<Answer | null>

function rigIn(folder: string, reply: Reply = trusting(), agent: string | null = null) {
  mkdirSync(join(folder, 'ssh'), { recursive: true, mode: 0o700 })
  const rig = dialRig(folder, reply, agent)
  ends.push(() => rig.stop())
  return rig
}

async function openSsh(...lines: string[]) {
  const folder = tempDir()
  const server = await startOpenSsh(folder, lines)
  ends.push(() => server.stop())
  return { ...server, folder }
}

/** Sends `first` and leaves the rest to `then`. */
async function rawServer(then: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    then(socket)
  })
  ends.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

async function sentence(dialled: Promise<unknown>): Promise<string> {
  return dialled.then(
    () => 'connected',
    (error: Error) => error.message,
  )
}

describe.skipIf(lacks('sshd', 'ssh-keygen'))('an OpenSSH server that Hawser can’t connect to', () => {
  it.each([
    [
      'KexAlgorithms sntrup761x25519-sha512@openssh.com',
      'hop0 and Hawser have no key exchange method in common. The server offers only sntrup761x25519-sha512@openssh.com, and Hawser does not support post-quantum key exchange yet. Add curve25519-sha256 to KexAlgorithms in the server’s sshd_config.',
    ],
    [
      'Ciphers chacha20-poly1305@openssh.com',
      'hop0 and Hawser have no cipher in common. The server offers only chacha20-poly1305@openssh.com, which Hawser does not support. Add aes256-gcm@openssh.com to Ciphers in the server’s sshd_config.',
    ],
    [
      'Ciphers aes256-ctr\nMACs umac-128@openssh.com,umac-64-etm@openssh.com',
      'hop0 and Hawser have no MAC in common. The server offers only umac-128@openssh.com and umac-64-etm@openssh.com, none of which Hawser supports. Add hmac-sha2-256 to MACs in the server’s sshd_config.',
    ],
    [
      'KexAlgorithms diffie-hellman-group14-sha1',
      'hop0 and Hawser have no key exchange method in common. The server offers only diffie-hellman-group14-sha1, which is weak. Update the server or, if you can’t, allow weak algorithms for this host.',
    ],
    [
      'Ciphers aes128-cbc,aes256-cbc',
      'hop0 and Hawser have no cipher in common. The server offers only aes128-cbc and aes256-cbc, which are weak. Update the server or, if you can’t, allow weak algorithms for this host.',
    ],
  ])('is reported with what it lacks (“%s”), and accepts once the advice is followed', async (lines, expected) => {
    const { port, folder, user, id } = await openSsh(...lines.split('\n'))
    const { dial } = rigIn(folder)
    const hop = { port, user, signIn: 'key', keyFile: id } as const
    expect(await sentence(dial(hop))).toBe(expected)
    if (expected.includes('allow weak'))
      expect(await sentence(dial({ ...hop, weakAlgorithms: true }))).toBe('connected')
  })

  it('is reported with the certificate beside the key, and its expiry', async () => {
    const { port, folder, user } = await openSsh(
      'PubkeyAcceptedAlgorithms ssh-ed25519-cert-v01@openssh.com',
      'TrustedUserCAKeys /dev/null',
    )
    const { dial } = rigIn(folder)
    const at = (name: string) => join(folder, 'ssh', name)
    for (const name of ['ca', 'id_ed25519'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)])
    const certify = (...options: string[]) =>
      execFileSync('ssh-keygen', ['-q', '-s', at('ca'), '-I', 'me', '-n', user, ...options, at('id_ed25519.pub')])
    certify('-V', '+1h')
    expect(await sentence(dial({ port, user }))).toBe(
      `Authentication failed on hop0. It accepts a key. Tried: a key. Hawser does not support OpenSSH certificates yet, so ${at('id_ed25519-cert.pub')} was not used. If the server requires one, add your public key to authorized_keys on the server, or sign in with ssh in a terminal.`,
    )
    certify('-V', '20200101000000Z:20210304000000Z')
    expect(await sentence(dial({ port, user }))).toContain(
      `${at('id_ed25519-cert.pub')} was not used. It also expired on 2021-03-04; renew it to use it with ssh.`,
    )
    // CertificateFile of the config, and a key chosen for the host.
    copyFileSync(at('id_ed25519-cert.pub'), join(folder, 'elsewhere-cert.pub'))
    const rest = rigIn(tempDir())
    const other = { port, user, signIn: 'key', keyFile: join(folder, 'id') } as const
    expect(await sentence(rest.dial(other))).not.toContain('certificate')
    copyFileSync(at('id_ed25519-cert.pub'), join(folder, 'id-cert.pub'))
    expect(await sentence(rest.dial(other))).toContain(`${join(folder, 'id-cert.pub')} was not used`)
  })

  it('is reported with a security key of the .ssh folder', async () => {
    const { port, folder, user } = await openSsh('PubkeyAcceptedAlgorithms sk-ssh-ed25519@openssh.com')
    const { dial } = rigIn(folder)
    const key = join(folder, 'ssh', 'yubi.pub')
    writeFileSync(key, `sk-ssh-ed25519@openssh.com ${Buffer.from('x').toString('base64')} me\n`)
    copyFileSync(join(folder, 'id'), join(folder, 'ssh', 'id_ed25519'))
    expect(await sentence(dial({ port, user }))).toBe(
      `Authentication failed on hop0. It accepts a key. Tried: a key. Hawser does not support security keys (FIDO) yet, so ${join(folder, 'ssh', 'yubi')} was not tried. Add another key to authorized_keys on the server, or sign in with ssh in a terminal.`,
    )
  })

  it.skipIf(lacks('ssh-agent', 'ssh-add'))('is reported with a certificate that only the agent has', async () => {
    const { port, folder, user } = await openSsh('PubkeyAcceptedAlgorithms ssh-ed25519-cert-v01@openssh.com')
    const socket = join(folder, 'agent')
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
    ends.push(() => void agent.kill())
    await new Promise(resolve => agent.stdout.once('data', resolve))
    for (const name of ['ca', 'mine'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ada@lab', '-f', join(folder, name)])
    execFileSync('ssh-keygen', ['-q', '-s', join(folder, 'ca'), '-I', 'me', '-n', user, join(folder, 'mine.pub')])
    execFileSync('ssh-add', ['-q', join(folder, 'mine')], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
    const { dial } = rigIn(tempDir(), trusting(), socket)
    expect(await sentence(dial({ port, user }))).toContain('so the certificate “ada@lab” in your agent was not used.')
  })

  it('is reported when it stops waiting while the user is asked', async () => {
    const { port, folder, user, id } = await openSsh('LoginGraceTime 1')
    const { dial } = rigIn(folder, () => new Promise(() => {}))
    expect(await sentence(dial({ port, user, signIn: 'key', keyFile: id }))).toBe(
      'hop0 closed the connection while Hawser was waiting for your response. Try again: the server may limit the time for signing in (LoginGraceTime).',
    )
  })
})

describe('a server that is not SSH, or an unusual one', () => {
  it.each<[string, string | Buffer, string]>([
    [
      'only supports SSH 1',
      'SSH-1.5-Cisco-1.25\r\n',
      'hop0 only supports SSH 1, which is not secure. Enable SSH 2 on the server, or update it.',
    ],
    [
      'sends garbage for a packet',
      Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(64, 0xfe)]),
      'Hawser closed the connection to hop0 because the server sent invalid SSH data during the key exchange (Bad packet length). Check the port, and that nothing on the network modifies the data.',
    ],
  ])('is described correctly when it %s', async (_name, first, expected) => {
    const port = await rawServer(socket => socket.write(first))
    expect(await sentence(rigIn(tempDir()).dial({ port }))).toBe(expected)
  })

  it.each<[string, string, string]>([
    ['says nothing', '', 'hop0 closed the connection before sending its identification. Check sshd’s log.'],
    ['greets', 'SSH-2.0-x\r\n', 'hop0 closed the connection during the key exchange. Check sshd’s log.'],
  ])('is reported as closing when it %s and disconnects', async (_name, first, expected) => {
    const port = await rawServer(socket => socket.end(first))
    expect(await sentence(rigIn(tempDir()).dial({ port }))).toBe(expected)
  })
})
