import type { Socket } from 'node:net'
import { createServer, type Server as TcpServer } from 'node:net'
import { homedir } from 'node:os'
import { connect } from 'node:net'

import ssh2, {
  type AuthContext,
  type Connection,
  type KeyboardAuthContext,
  type PasswordAuthContext,
  type ServerChannel,
  type Session,
} from 'ssh2'

const { Server, utils } = ssh2

/** One round of keyboard-interactive questions and the answers that are right. */
export interface Round {
  readonly name: string
  readonly text: string
  readonly prompts: readonly { readonly prompt: string; readonly echo: boolean }[]
  readonly answers: readonly string[]
}

export interface TestServerOptions {
  readonly port?: number
  /** The private host key in OpenSSH format; made anew when left out. */
  readonly hostKey?: string
  readonly password?: string
  /** Accepted public keys, as lines of authorized_keys. */
  readonly keys?: readonly string[]
  readonly rounds?: readonly Round[]
  /** The methods that must all succeed, in this order; one of any that are set up when left out. */
  readonly require?: readonly ('publickey' | 'password' | 'keyboard-interactive')[]
  /** `pty`: a real shell of this computer; `echo`: gives back what it gets; bytes: sends these and stays open. */
  readonly shell?: 'pty' | 'echo' | { readonly base64: string }
  /** Says this instead of the SSH greeting, and closes. */
  readonly head?: string
  /** Never answers global requests, as tinysshd. */
  readonly mute?: boolean
  /** Refuses sessions beyond so many on one connection. */
  readonly maxSessions?: number
  /** Never answers a sign-in. */
  readonly stall?: boolean
  /** Sends this before sign-in. */
  readonly banner?: string
  /** The password is too old: asks for another with this prompt (RFC 4252, 8), and takes none of `refuses`. */
  readonly expired?: { readonly prompt: string; readonly refuses?: readonly string[] }
  readonly home?: string
}

export interface ServerEvent {
  readonly kind: 'connected' | 'auth' | 'env' | 'shell' | 'data' | 'resize' | 'closed'
  readonly method?: string
  readonly ok?: boolean
  readonly text?: string
}

export interface TestServer {
  readonly port: number
  /** The host key as known_hosts has it: type and base64. */
  readonly publicKey: string
  readonly fingerprintOf: Buffer
  close(): void
}

/** An SSH server in this process, on loopback: for tests, and for the demo where OpenSSH is not installed. */
export async function startTestServer(
  options: TestServerOptions,
  onEvent: (event: ServerEvent) => void = () => {},
): Promise<TestServer> {
  const hostKey = options.hostKey ?? makeHostKey()
  const parsed = utils.parseKey(hostKey)
  if (parsed instanceof Error) throw parsed
  const server = new Server(
    { hostKeys: [hostKey], ...(options.banner === undefined ? {} : { banner: options.banner }) },
    client => serve(client, options, onEvent),
  )
  const sockets = new Set<Socket>()
  const front: TcpServer = createServer({ noDelay: true }, socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    if (options.head !== undefined) socket.end(options.head)
    else server.injectSocket(socket)
  })
  await new Promise<void>((resolve, reject) => {
    front.once('error', reject)
    front.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const blob = parsed.getPublicSSH()
  return {
    port: (front.address() as { port: number }).port,
    publicKey: `${parsed.type} ${blob.toString('base64')}`,
    fingerprintOf: blob,
    close: () => {
      front.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** ssh2 makes an Ed25519 key that it can't read itself about once in 256 times. */
function makeHostKey(): string {
  for (;;) {
    const { private: key } = utils.generateKeyPairSync('ed25519')
    if (!(utils.parseKey(key) instanceof Error)) return key
  }
}

function serve(client: Connection, options: TestServerOptions, onEvent: (event: ServerEvent) => void): void {
  onEvent({ kind: 'connected' })
  const passed: string[] = []
  client.on('error', () => {})
  client.on('close', () => onEvent({ kind: 'closed' }))
  client.on('authentication', context => {
    if (options.stall === true) return
    void judge(context, options).then(ok => {
      if (context.method === 'publickey' && ok && !context.signature) return context.accept()
      onEvent({
        kind: 'auth',
        method: context.method,
        ok,
        ...(context.method === 'password' ? { text: context.password } : {}),
      })
      if (ok) passed.push(context.method)
      const wanted = options.require ?? []
      const missing = wanted.filter(method => !passed.includes(method))
      if (ok && missing.length === 0) return context.accept()
      context.reject(ok ? (missing as never) : (methodsOf(options, missing) as never), ok)
    })
  })
  client.on('ready', () => {
    let sessions = 0
    client.on('session', (accept, reject) => {
      if (sessions >= (options.maxSessions ?? Infinity)) return reject()
      sessions++
      const session = accept()
      session.on('close', () => sessions--)
      openSession(session, options, onEvent)
    })
    client.on('tcpip', (accept, reject, info) => {
      const socket = connect(info.destPort, info.destIP)
      socket.once('error', () => reject())
      socket.once('connect', () => {
        const channel = accept()
        channel.on('error', () => socket.destroy())
        socket.on('error', () => channel.close())
        socket.pipe(channel).pipe(socket)
      })
    })
    client.on('request', (_accept, reject) => (options.mute === true ? undefined : reject?.()))
  })
}

function methodsOf(options: TestServerOptions, missing: readonly string[]): readonly string[] {
  if (missing.length > 0) return missing
  return [
    options.keys && 'publickey',
    options.password !== undefined && 'password',
    options.rounds && 'keyboard-interactive',
  ].filter(Boolean) as string[]
}

async function judge(context: AuthContext, options: TestServerOptions): Promise<boolean> {
  switch (context.method) {
    case 'password':
      if (options.password === undefined || context.password !== options.password) return false
      return options.expired === undefined || changePassword(context, options.expired)
    case 'publickey':
      return (options.keys ?? []).some(line => {
        const known = utils.parseKey(line)
        if (known instanceof Error || !known.getPublicSSH().equals(context.key.data)) return false
        return (
          !context.signature ||
          !context.blob ||
          known.verify(context.blob, context.signature, context.hashAlgo) === true
        )
      })
    case 'keyboard-interactive':
      return options.rounds !== undefined && askAll(context, options.rounds)
    default:
      return false
  }
}

/** Asks until the new password is one that will do; it is the event's text then. */
async function changePassword(
  context: PasswordAuthContext,
  { prompt, refuses = [] }: NonNullable<TestServerOptions['expired']>,
): Promise<boolean> {
  for (;;) {
    const changed = await new Promise<string>(resolve => context.requestChange(prompt, resolve))
    // ssh2 counts the new request beside the one that it answers, and would read the next method's messages as this one's.
    const { _authsQueue: queue } = (context as unknown as { _protocol: { _authsQueue: string[] } })._protocol
    queue.shift()
    if (changed === undefined) return false
    context.password = changed
    if (!refuses.includes(changed)) return true
  }
}

async function askAll(context: KeyboardAuthContext, rounds: readonly Round[]): Promise<boolean> {
  let right = true
  for (const round of rounds) {
    const answers = await new Promise<readonly string[]>(resolve =>
      context.prompt([...round.prompts] as never, round.name, round.text, resolve),
    )
    right = right && round.answers.every((answer, index) => answers[index] === answer)
  }
  return right
}

function openSession(session: Session, options: TestServerOptions, onEvent: (event: ServerEvent) => void): void {
  const size = { cols: 80, rows: 24 }
  let resize: (() => void) | undefined
  session.on('pty', (accept, _reject, info) => {
    Object.assign(size, { cols: info.cols, rows: info.rows })
    accept?.()
  })
  session.on('window-change', (accept, _reject, info) => {
    Object.assign(size, { cols: info.cols, rows: info.rows })
    onEvent({ kind: 'resize', text: `${info.cols}x${info.rows}` })
    resize?.()
    accept?.()
  })
  session.on('env', (accept, _reject, { key, val }) => {
    onEvent({ kind: 'env', text: `${key}=${val}` })
    accept?.()
  })
  session.on('shell', accept => {
    onEvent({ kind: 'shell' })
    const channel = accept()
    channel.on('error', () => {})
    if (options.shell === 'pty') void runShell(channel, { size, home: options.home, onResize: on => (resize = on) })
    else if (typeof options.shell === 'object') channel.write(Buffer.from(options.shell.base64, 'base64'))
    else echo(channel)
    channel.on('data', (data: Buffer) => onEvent({ kind: 'data', text: data.toString('latin1') }))
  })
}

function echo(channel: ServerChannel): void {
  channel.write('ready\r\n')
  channel.on('data', (data: Buffer) => {
    if (data.includes(4)) {
      channel.exit(0)
      channel.end()
    } else {
      channel.write(data.toString('latin1').replaceAll('\r', '\r\n'))
    }
  })
}

async function runShell(
  channel: ServerChannel,
  {
    size,
    home,
    onResize,
  }: { size: { cols: number; rows: number }; home: string | undefined; onResize: (resize: () => void) => void },
): Promise<void> {
  const { spawn } = await import('node-pty')
  const env = { ...process.env, HOME: home ?? homedir(), TERM: 'xterm-256color' } as Record<string, string>
  const pty = spawn(process.env['SHELL'] ?? '/bin/sh', ['-l'], {
    name: 'xterm-256color',
    ...size,
    cwd: home ?? homedir(),
    env,
    encoding: null,
  })
  onResize(() => pty.resize(size.cols, size.rows))
  pty.onData(data => {
    if (channel.write(data as unknown as Buffer)) return
    pty.pause()
    channel.once('drain', () => pty.resume())
  })
  pty.onExit(({ exitCode }) => {
    channel.exit(exitCode)
    channel.end()
  })
  channel.on('data', (data: Buffer) => pty.write(data as unknown as string))
  channel.on('close', () => pty.kill())
}
