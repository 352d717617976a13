import type { Client, ClientChannel } from 'ssh2'

/**
 * The only place that uses private parts of ssh2 1.17. Each part is checked at run time: if another version lacks it,
 * the function does nothing and ssh2 keeps its default behavior.
 */
interface PrivateClient {
  readonly _protocol?: PrivateProtocol
  readonly _chanMgr?: PrivateChannels
  readonly _callbacks?: ((failed: unknown) => void)[]
  _agentFwdEnabled?: boolean
}

interface PrivateChannels {
  readonly _channels: Readonly<Record<string, unknown>>
  update(id: number, channel: unknown): void
  remove(id: number): void
}

type OnPayload = (payload: Buffer) => unknown
type OnInfoRequest = (protocol: unknown, ...round: readonly [string, string, readonly unknown[]]) => unknown
type OnChannelData = (protocol: unknown, recipient: number, ...rest: unknown[]) => unknown

interface PrivateProtocol {
  ping(): void
  pty(...args: readonly unknown[]): void
  shell(id: number, wantReply: boolean): void
  exec(id: number, command: string, wantReply: boolean): void
  openssh_agentForward(id: number, wantReply: boolean): void
  authPassword(user: string, password: string, changed: string): void
  readonly _authsQueue?: string[]
  readonly _handlers?: Record<string, OnChannelData | undefined>
  readonly _packetRW?: { readonly read: { read(payload: Buffer): Buffer } }
  readonly _decipher?: { _onPayload: OnPayload }
  readonly _skipNextInboundPacket?: boolean
  _onPayload?: OnPayload
}

interface PrivateChannel {
  readonly type: string
  readonly incoming: { readonly id: number; readonly window: number }
  readonly outgoing: { readonly id: number; state: string }
  readonly _callbacks: ((refused: unknown) => void)[]
}

type PrivateStream = { readonly _readableState?: { autoDestroy: boolean }; _writableState?: { autoDestroy: boolean } }

/** The window that ssh2 grants for each channel, in bytes. */
export const channelWindow = 2 * 1024 * 1024

function inside(client: Client): PrivateClient {
  return client as unknown as PrivateClient
}

/** Requests a reply with keepalive@openssh.com; `answered` also runs for a refusal. */
export function ping(client: Client, answered: () => void): void {
  inside(client)._callbacks?.push(answered)
  inside(client)._protocol?.ping()
}

/** Stops waiting for replies to pings, which would otherwise take the replies of other requests. */
export function forgetPings(client: Client, pings: Iterable<() => void>): void {
  const callbacks = inside(client)._callbacks ?? []
  for (const ping of pings) {
    const at = callbacks.indexOf(ping)
    if (at >= 0) callbacks.splice(at, 1)
  }
}

/** The functions for sending further requests together with the one for a shell or a command. */
export interface SessionRequests {
  /** Runs `before` with the server's channel number before each shell request. */
  beforeShell(before: (id: number) => void): void
  beforeExec(before: (id: number, command: string) => void): void
  /** Requests a terminal; `refused` is called with true if it is refused. */
  pty(id: number, args: readonly unknown[], refused: (failed: boolean) => void): void
  /** Requests agent forwarding without a reply. */
  offerAgent(id: number): void
}

/** Returns undefined if ssh2 lacks these parts. */
export function sessionRequests(client: Client): SessionRequests | undefined {
  const { _protocol: protocol, _chanMgr: channels } = inside(client)
  if (typeof protocol?.pty !== 'function' || channels?._channels === undefined) return undefined
  return {
    beforeShell: before => {
      const shell = protocol.shell.bind(protocol)
      protocol.shell = (id, wantReply) => (before(id), shell(id, wantReply))
    },
    beforeExec: before => {
      const exec = protocol.exec.bind(protocol)
      protocol.exec = (id, command, wantReply) => (before(id, command), exec(id, command, wantReply))
    },
    pty: (id, args, refused) => {
      const channel = openChannels(client).find(each => each.outgoing.id === id)
      channel?._callbacks.unshift(failed => refused(Boolean(failed)))
      protocol.pty(id, ...args, channel !== undefined)
    },
    offerAgent: id => {
      inside(client)._agentFwdEnabled = true
      protocol.openssh_agentForward(id, false)
    },
  }
}

/**
 * Calls back for every channel as it opens, whichever side requested it and before anyone else has it, and for `gone`
 * once both sides have closed it, whether or not its output was read.
 */
export function visitChannels(
  client: Client,
  { opened, gone }: { opened: (channel: ClientChannel) => void; gone: (channel: ClientChannel) => void },
): void {
  const channels = inside(client)._chanMgr
  if (typeof channels?.update !== 'function' || typeof channels.remove !== 'function') return
  const [update, remove] = [channels.update.bind(channels), channels.remove.bind(channels)]
  channels.update = (id, channel) => {
    update(id, channel)
    if (isChannel(channel)) opened(channel as unknown as ClientChannel)
  }
  channels.remove = id => {
    const channel = channels._channels[id]
    remove(id)
    if (isChannel(channel)) gone(channel as unknown as ClientChannel)
  }
}

/** The number of open sessions (RFC 4254, 6.1): shells, commands and subsystems. */
export function countSessions(client: Client): number {
  return openChannels(client).filter(channel => channel.type === 'session').length
}

/** True for a session, false for a TCP or Unix socket connection. */
export function isSession(channel: ClientChannel): boolean {
  return (channel as unknown as PrivateChannel).type === 'session'
}

/**
 * Keeps a channel open after both of its directions have ended. Node's streams destroy themselves at that point, which
 * ssh2 turns into SSH_MSG_CHANNEL_CLOSE: too early for a server that sends the exit status after its end of output.
 */
export function keepOpenAfterEnd(channel: ClientChannel): void {
  const { _readableState: readable, _writableState: writable } = channel as unknown as PrivateStream
  if (readable) readable.autoDestroy = false
  if (writable) writable.autoDestroy = false
}

/** Calls back when data arrives for a channel whose window is exhausted, which ssh2 drops silently. */
export function onWindowExceeded(client: Client, exceeded: (channel: ClientChannel) => void): void {
  const { _protocol: protocol, _chanMgr: channels } = inside(client)
  if (!protocol?._handlers || !channels) return
  for (const name of ['CHANNEL_DATA', 'CHANNEL_EXTENDED_DATA']) {
    const usual = protocol._handlers[name]
    if (!usual) continue
    protocol._handlers[name] = (from, recipient, ...rest) => {
      const channel = channels._channels[recipient]
      if (isChannel(channel) && channel.incoming.window === 0) exceeded(channel as unknown as ClientChannel)
      else usual(from, recipient, ...rest)
    }
  }
}

/** Calls back with the text of a keyboard-interactive round without prompts (RFC 4256, 3.2), which ssh2 drops. */
export function onSilentRound(client: Client, heard: (text: string) => void): void {
  const handlers = inside(client)._protocol?._handlers as Record<string, OnInfoRequest | undefined> | undefined
  const usual = handlers?.['USERAUTH_INFO_REQUEST']
  if (!handlers || !usual) return
  handlers['USERAUTH_INFO_REQUEST'] = (from, ...round) => {
    const [name, instruction, prompts] = round
    if (prompts.length === 0) heard([name, instruction].filter(each => each !== '').join('\n'))
    usual(from, ...round)
  }
}

/**
 * Answers SSH_MSG_USERAUTH_PASSWD_CHANGEREQ (RFC 4252, 8). The reply that ssh2's own event offers sends the password of its
 * configuration, which is none here.
 */
export function sendNewPassword(
  client: Client,
  { user, old, changed }: { readonly user: string; readonly old: string; readonly changed: string },
): void {
  const protocol = inside(client)._protocol
  // The request before has no other answer than this one: ssh2 would take the next method's messages for its own.
  protocol?._authsQueue?.shift()
  protocol?.authPassword(user, old, changed)
}

/** Makes ssh2 forget a channel, so that later data for it is dropped. */
export function forgetChannel(client: Client, channel: ClientChannel): void {
  inside(client)._chanMgr?.remove((channel as unknown as PrivateChannel).incoming.id)
}

/** Discards everything written to the channels after the connection is gone, where ssh2 would throw. */
export function muteChannels(client: Client): void {
  for (const channel of openChannels(client)) channel.outgoing.state = 'closed'
}

/**
 * Accepts the messages that a server sends besides the key exchange during a rekey, as OpenSSH's client does:
 * SSH_MSG_IGNORE, DEBUG and UNIMPLEMENTED, which RFC 4253, 7.1 and 11 allow, and the channel messages that asyncssh
 * 2.10 doesn't hold back. They are encrypted and authenticated with the current keys. Strict key exchange (OpenSSH's
 * PROTOCOL, 1.10) forbids them in the first exchange only, but ssh2 closes the connection in every one. Call this
 * before the first exchange, which stays as strict as in ssh2.
 */
export function allowMessagesInLaterKex(client: Client): void {
  const protocol = inside(client)._protocol
  const usual = protocol?._onPayload
  if (!protocol || !usual) return
  const onPayload: OnPayload = payload => {
    const result = usual(payload)
    // ssh2 replaces this handler with its own when the server starts another key exchange.
    const decipher = protocol._decipher
    if (decipher && decipher._onPayload !== onPayload)
      decipher._onPayload = onlyKexTo(decipher._onPayload, { protocol, usual })
    return result
  }
  protocol._onPayload = onPayload
}

function onlyKexTo(
  kex: OnPayload,
  { protocol, usual }: { readonly protocol: PrivateProtocol; readonly usual: OnPayload },
): OnPayload {
  return payload => {
    const reader = protocol._packetRW?.read
    if (!reader || protocol._skipNextInboundPacket === true || payload.length === 0) return kex(payload)
    // A compressed packet can be decompressed only once, so ssh2 receives the decompressed one.
    const plain = reader.read(payload)
    const own = reader as { read?: (payload: Buffer) => Buffer }
    own.read = () => plain
    try {
      return isKex(plain[0] ?? 0) ? kex(payload) : usual(payload)
    } finally {
      delete own.read
    }
  }
}

// RFC 4250, 4.1.2: 1 disconnects, 20 to 49 negotiate and exchange keys.
function isKex(type: number): boolean {
  return type === 1 || (type >= 20 && type <= 49)
}

function openChannels(client: Client): readonly PrivateChannel[] {
  return Object.values(inside(client)._chanMgr?._channels ?? {}).filter(each => isChannel(each))
}

// While a channel is being requested, a function or `true` takes its place.
function isChannel(entry: unknown): entry is PrivateChannel {
  return typeof entry === 'object' && entry !== null && 'incoming' in entry && 'outgoing' in entry
}
