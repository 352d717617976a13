import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import type { Answer, Question } from '../../shared/contract/prompts.ts'
import { dialRig, trusting, type DialRig } from '../../testing/dial.ts'
import { hasOpenSsh, startOpenSsh } from '../../testing/open-ssh.ts'
import { startTestServer, type ServerEvent, type TestServerOptions } from '../../testing/ssh-server.ts'
import { tempDir } from '../../testing/temp-dir.ts'

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach(end => end()))

async function server(options: TestServerOptions) {
  const events: ServerEvent[] = []
  const started = await startTestServer(options, event => events.push(event))
  ends.push(() => started.close())
  const auth = () =>
    events.filter(event => event.kind === 'auth').map(event => `${event.method} ${event.ok ? 'yes' : 'no'}`)
  return { ...started, events, auth }
}

function rig(
  reply: (question: Question) => Answer | null | Promise<Answer | null> = trusting(),
  agent: string | null = null,
): DialRig & { folder: string } {
  const folder = tempDir()
  mkdirSync(join(folder, 'ssh'), { mode: 0o700 })
  const made = dialRig(folder, reply, agent)
  ends.push(() => made.stop())
  return { ...made, folder }
}

function makeKey(
  folder: string,
  name: string,
  { passphrase = '', more = ['-t', 'ed25519'] }: { passphrase?: string; more?: readonly string[] } = {},
): string {
  const path = join(folder, 'ssh', name)
  execFileSync('ssh-keygen', ['-q', ...more, '-N', passphrase, '-f', path])
  return path
}

const said = (fromServer: string) => ({ fromServer })
const title = (question: Question | undefined) =>
  question?.kind === 'secrets' ? ('title' in question ? question.title : 'server') : question?.kind

describe('host keys', () => {
  it('sends no byte of a secret before the key is accepted', async () => {
    const { port, auth } = await server({ password: 'pw' })
    const { dial, asked } = rig(() => null)
    await expect(dial({ port })).rejects.toMatchObject({ code: 'cancelled' })
    expect(asked.map(title)).toEqual(['new-key'])
    expect(auth()).toEqual([])
  })

  it('stores a trusted key and doesn’t ask about it again', async () => {
    const { port, publicKey } = await server({ password: 'pw' })
    const { dial, asked, folder, pool } = rig(trusting('pw', 'pw'))
    await dial({ port })
    pool.dispose()
    await dial({ port })
    const password = `Password for me@127.0.0.1:${port}`
    expect(asked.map(title)).toEqual(['new-key', password, password])
    expect(readFileSync(join(folder, 'ssh', 'known_hosts'), 'utf8')).toBe(`[127.0.0.1]:${port} ${publicKey}\n`)
  })

  it('stops at a changed key and shows both, and replaces it only on request', async () => {
    const old = await server({ password: 'pw' })
    old.close()
    const now = await server({ password: 'pw', port: old.port })
    let reply: Answer | null = null
    const { dial, asked, folder } = rig(question =>
      question.kind === 'changed-key' ? reply : { kind: 'secrets', secrets: ['pw'], remember: false },
    )
    const file = join(folder, 'ssh', 'known_hosts')
    writeFileSync(file, `# mine\n[127.0.0.1]:${old.port} ${old.publicKey}\n`)
    await expect(dial({ port: old.port })).rejects.toMatchObject({ code: 'host-key-rejected' })
    expect(asked[0]).toMatchObject({ kind: 'changed-key', place: `${file}:2`, revoked: false })
    expect(now.auth()).toEqual([])
    reply = { kind: 'replace-key' }
    await dial({ port: old.port })
    expect(readFileSync(file, 'utf8')).toBe(`# mine\n[127.0.0.1]:${old.port} ${now.publicKey}\n`)
  })

  it('refuses a revoked key whatever the answer', async () => {
    const { port, publicKey, auth } = await server({ password: 'pw' })
    const { dial, folder } = rig(() => ({ kind: 'replace-key' }))
    writeFileSync(join(folder, 'ssh', 'known_hosts'), `@revoked * ${publicKey}\n`)
    await expect(dial({ port })).rejects.toMatchObject({ code: 'host-key-rejected' })
    expect(auth()).toEqual([])
  })
})

describe('signing in', () => {
  it('asks again after a wrong password and gives up after three', async () => {
    const { port, auth } = await server({ password: 'right' })
    const { dial, asked } = rig(trusting('a', 'b', 'c'))
    await expect(dial({ port, signIn: 'password' })).rejects.toMatchObject({ code: 'auth-failed' })
    expect(auth().filter(each => each.startsWith('password'))).toEqual(['password no', 'password no', 'password no'])
    expect(asked.at(-1)).toMatchObject({ kind: 'secrets', text: 'Incorrect password.' })
  })

  it('uses a saved password once, then asks, and keeps only an answer that worked', async () => {
    const { port, auth } = await server({ password: 'right' })
    const answers: Answer[] = [
      { kind: 'trust' },
      { kind: 'secrets', secrets: ['wrong'], remember: true },
      { kind: 'secrets', secrets: ['right'], remember: true },
    ]
    const { dial, secrets } = rig(() => answers.shift() ?? null)
    const name = `login:me@127.0.0.1:${port}:password`
    secrets.set(name, 'stale')
    await dial({ port, signIn: 'password' })
    expect(auth().filter(each => each.startsWith('password'))).toEqual(['password no', 'password no', 'password yes'])
    expect(secrets.get(name)).toBe('right')
  })

  it('answers several rounds of questions with their echo flags, cleaned', async () => {
    const rounds = [
      {
        name: 'Two\u001b[31m steps',
        text: 'First',
        prompts: [
          { prompt: 'Name:', echo: true },
          { prompt: 'Code: ', echo: false },
        ],
        answers: ['ada', '123'],
      },
      { name: '', text: '', prompts: [{ prompt: 'Token', echo: false }], answers: ['xyz'] },
    ]
    const { port } = await server({ rounds })
    const { dial, asked } = rig(trusting('ada', '123', 'xyz'))
    await dial({ port })
    const from = { kind: 'server', label: 'hop0', user: 'me', address: '127.0.0.1', port, via: [] }
    const prompts = [
      { text: said('Name:'), echo: true },
      { text: said('Code:'), echo: false },
    ]
    const last = [{ text: said('Token'), echo: false }]
    const own = { kind: 'secrets', from, again: false, remember: false }
    expect(asked.slice(1)).toEqual([
      { ...own, name: said('Two steps'), instruction: said('First'), prompts },
      { ...own, name: said(''), instruction: said(''), prompts: last },
    ])
  })

  it('continues with the second factor after partial success with a key', async () => {
    const made = rig(trusting('pw'))
    const path = makeKey(made.folder, 'id_two')
    const { port, auth } = await server({
      keys: [readFileSync(`${path}.pub`, 'utf8')],
      password: 'pw',
      require: ['publickey', 'password'],
    })
    await made.dial({ port, signIn: 'key', keyFile: path })
    expect(auth()).toEqual(['publickey yes', 'none no', 'password yes'])
  })

  it.each([
    ['ed25519', ['-t', 'ed25519']],
    ['rsa', ['-t', 'rsa', '-b', '2048']],
    ['ecdsa 256', ['-t', 'ecdsa', '-b', '256']],
    ['ecdsa 521', ['-t', 'ecdsa', '-b', '521']],
    ['rsa in PEM', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
    ['ecdsa in PKCS#8', ['-t', 'ecdsa', '-m', 'PKCS8']],
  ])('signs in with a key of type %s', async (_type, more) => {
    const made = rig()
    const path = makeKey(made.folder, 'id_x', { more })
    const { port } = await server({ keys: [readFileSync(`${path}.pub`, 'utf8')] })
    await made.dial({ port, signIn: 'key', keyFile: path })
  })

  it('asks for a passphrase only if the server accepts the key, reports a wrong one, and asks once per run', async () => {
    const made = rig(trusting('wrong', 'right'))
    const path = makeKey(made.folder, 'id_locked', { passphrase: 'right' })
    const { port } = await server({ keys: [readFileSync(`${path}.pub`, 'utf8')] })
    await made.dial({ port, signIn: 'key', keyFile: path })
    made.pool.dispose()
    await made.dial({ port, signIn: 'key', keyFile: path })
    expect(made.asked.map(title)).toEqual(['new-key', 'Passphrase for id_locked', 'Passphrase for id_locked'])
    const other = await server({ password: 'pw' })
    await expect(
      made.dial({ port: other.port, signIn: 'key', keyFile: makeKey(made.folder, 'id_other', { passphrase: 'x' }) }),
    ).rejects.toMatchObject({ code: 'auth-failed' })
    expect(made.asked.slice(3).map(title)).toEqual(['new-key'])
  })

  it('reports a missing or invalid key file', async () => {
    const { port } = await server({ keys: [] })
    const made = rig()
    const note = join(made.folder, 'note.txt')
    writeFileSync(note, 'not a key')
    await expect(made.dial({ port, signIn: 'key', keyFile: note })).rejects.toMatchObject({
      code: 'key-unusable',
      message: expect.stringContaining('note.txt'),
    })
    await expect(made.dial({ port, signIn: 'key', keyFile: '/nowhere/id' })).rejects.toMatchObject({
      code: 'key-unusable',
      message: expect.stringContaining('/nowhere/id'),
    })
  })

  it('doesn’t use up the server’s attempts on an agent full of keys', async () => {
    const made = rig()
    const socket = join(made.folder, 'agent')
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
    ends.push(() => agent.kill())
    for (let tries = 0; tries < 100; tries++) {
      try {
        execFileSync('ssh-add', ['-l'], { env: { SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
        break
      } catch (error) {
        if ((error as { status?: number }).status === 1) break
        await new Promise(resolve => setTimeout(resolve, 20))
      }
    }
    for (let n = 0; n < 8; n++)
      execFileSync('ssh-add', ['-q', makeKey(made.folder, `k${n}`)], { env: { SSH_AUTH_SOCK: socket } })
    const own = makeKey(made.folder, 'own')
    const withAgent = dialRig(made.folder, trusting('pw'), socket)
    ends.push(() => withAgent.stop())
    const first = await server({ keys: [readFileSync(`${own}.pub`, 'utf8')], password: 'pw' })
    await withAgent.dial({ port: first.port, keyFile: own })
    expect(first.auth()).toEqual(['publickey yes'])
    const second = await server({ keys: [], password: 'pw' })
    await withAgent.dial({ port: second.port })
    expect(second.auth().filter(each => each === 'publickey no')).toHaveLength(4)
    expect(second.auth().at(-1)).toBe('password yes')
    const third = await server({ keys: [readFileSync(join(made.folder, 'ssh', 'k0.pub'), 'utf8')] })
    await withAgent.dial({ port: third.port, signIn: 'agent' })
    expect(third.auth()).toEqual(['none no', 'publickey yes'])
  })
})

describe('failures while connecting', () => {
  const listen = (onConnection: (socket: import('node:net').Socket) => void) =>
    new Promise<number>(resolve => {
      const tcp: Server = createServer(socket => {
        ends.push(() => void socket.destroy())
        socket.on('error', () => {})
        onConnection(socket)
      }).listen(0, '127.0.0.1', () => resolve((tcp.address() as { port: number }).port))
      ends.push(() => tcp.close())
    })

  it('nothing is listening', async () => {
    const gone = await server({ password: 'x' })
    gone.close()
    await expect(rig().dial({ port: gone.port })).rejects.toMatchObject({ code: 'refused' })
  })

  it('the name does not exist', async () => {
    await expect(rig().dial({ address: 'no-such-host.invalid' })).rejects.toMatchObject({ code: 'name-not-found' })
  })

  it('a web server answers', async () => {
    const port = await listen(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await expect(rig().dial({ port })).rejects.toMatchObject({ code: 'not-ssh' })
  })

  it('the server rejects this computer before its greeting', async () => {
    const { port } = await server({ head: 'Not allowed at this time\r\n' })
    await expect(rig().dial({ port })).rejects.toMatchObject({ code: 'penalty' })
  })

  it('the connection is closed at once', async () => {
    const port = await listen(socket => socket.destroy())
    await expect(rig().dial({ port })).rejects.toMatchObject({ code: 'server-refused' })
  })

  it('garbage arrives instead of a handshake', async () => {
    const port = await listen(
      socket => void socket.write(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(40_000, 7)])),
    )
    await expect(rig().dial({ port })).rejects.toMatchObject({
      code: expect.stringMatching(/server-refused|no-common/),
    })
  })

  it('the server dies under a live connection', async () => {
    const { port, close } = await server({ password: 'pw' })
    const connection = await rig(trusting('pw')).dial({ port })
    const ended = new Promise(resolve => connection.onClosed(resolve))
    close()
    expect(await ended).toMatchObject({ code: 'lost' })
  })

  it('the user takes longer than every timer', { timeout: 40_000 }, async () => {
    const { port } = await server({ password: 'pw' })
    const made = rig(async question => {
      await new Promise(resolve => setTimeout(resolve, question.kind === 'new-key' ? 21_000 : 0))
      return trusting('pw')(question)
    })
    await made.dial({ port })
  })
})

describe('a server that never answers keepalives', () => {
  it('is probed by other means and not reported as stalled', { timeout: 40_000 }, async () => {
    const { port } = await server({ password: 'pw', mute: true })
    const connection = await rig(trusting('pw')).dial({ port })
    const said: string[] = []
    connection.onLinkChanged(link => said.push(link.kind))
    // Ten seconds without an answer would be a stall; the second kind of probe is sent after five.
    await new Promise(resolve => setTimeout(resolve, 14_000))
    expect(said).not.toContain('stalled')
    expect(connection.link.kind).toBe('ready')
  })
})

describe('jump hosts', () => {
  it('checks and signs in to each hop, through any number of them', async () => {
    const [a, b, c] = [
      await server({ password: 'a' }),
      await server({ password: 'b' }),
      await server({ password: 'c' }),
    ]
    const { dial, asked } = rig(trusting('a', 'b', 'c'))
    await dial({ port: a.port, user: 'ua' }, { port: b.port, user: 'ub' }, { port: c.port, user: 'uc' })
    expect(asked.map(title)).toEqual([
      'new-key',
      `Password for ua@127.0.0.1:${a.port}`,
      'new-key',
      `Password for ub@127.0.0.1:${b.port} via ua@127.0.0.1:${a.port}`,
      'new-key',
      `Password for uc@127.0.0.1:${c.port} via ua@127.0.0.1:${a.port}, ub@127.0.0.1:${b.port}`,
    ])
  })

  it('says which hop failed', async () => {
    const a = await server({ password: 'a' })
    const { dial } = rig(trusting('a'))
    await expect(dial({ port: a.port }, { port: 1 })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('hop0'),
    })
  })
})

describe.skipIf(!hasOpenSsh)('with a real OpenSSH server', () => {
  it('signs in, opens nine shells on one login and a tenth on a second', { timeout: 60_000 }, async () => {
    const made = rig()
    const sshd = await startOpenSsh(join(made.folder, 'sshd'))
    ends.push(() => sshd.stop())
    const connections = []
    for (let n = 0; n < 10; n++) {
      const connection = await made.dial({ port: sshd.port, user: sshd.user, signIn: 'key', keyFile: sshd.id })
      connections.push(connection)
      await connection.shell(
        { size: { cols: 80, rows: 24 }, term: 'xterm-256color', env: {} },
        new AbortController().signal,
      )
    }
    expect(new Set(connections).size).toBe(2)
    expect(made.asked.map(title)).toEqual(['new-key'])
  })

  it('measures the round trip', async () => {
    const made = rig(trusting('pw'))
    const sshd = await startOpenSsh(join(made.folder, 'sshd'))
    ends.push(() => sshd.stop())
    const connection = await made.dial({ port: sshd.port, user: sshd.user, signIn: 'key', keyFile: sshd.id })
    await new Promise<void>(
      resolve => void connection.onLinkChanged(link => link.kind === 'ready' && link.latencyMs !== null && resolve()),
    )
  })

  it(
    'goes through a change of session keys without asking again, and bytes stay whole',
    { timeout: 60_000 },
    async () => {
      const made = rig()
      const sshd = await startOpenSsh(join(made.folder, 'sshd'), ['RekeyLimit 128K'])
      ends.push(() => sshd.stop())
      const connection = await made.dial({ port: sshd.port, user: sshd.user, signIn: 'key', keyFile: sshd.id })
      const request = { size: { cols: 80, rows: 24 }, term: 'xterm', env: {} }
      const { channel } = await connection.shell(request, new AbortController().signal)
      let seen = ''
      channel.on('data', (data: Buffer) => (seen += data.toString()))
      channel.write('stty -echo; seq 100000; echo the-$((1+1))nd\n')
      await expect.poll(() => seen.includes('the-2nd'), { timeout: 40_000 }).toBe(true)
      expect(seen).toContain('99999\r\n100000\r\n')
      expect(made.asked.map(title)).toEqual(['new-key'])
    },
  )
})
