import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

import headless from '@xterm/headless'

import type { NetworkChange } from '../main/ssh/network-watch.ts'
import type { StreamPort } from '../shared/base/stream-port.ts'
import { forward as forwardSchema } from '../shared/contract/forwards.ts'
import type { Target } from '../shared/contract/targets.ts'
import type { FromTerminal, TerminalId, TerminalSnapshot, ToTerminal } from '../shared/contract/terminals.ts'
import { buildTestServices, type TestServices } from './build-test-services.ts'

/** The host that a user is connected to, and what signs in there. */
export interface LinkHost {
  readonly address: string
  readonly port: number
  readonly user: string
  readonly keyFile: string
  /** The type and the base64 text of its host key. */
  readonly hostKey: string
}

/** Two terminals and a forward on one host, as their user sees them. */
export interface LinkUser {
  /** The states of the terminals, `attaching` until their screens have the new shell, then that of the forward. */
  states(): Promise<readonly string[]>
  /** Types into a terminal; keys for a terminal without a shell are not sent. */
  type(terminal: number, text: string): Promise<void>
  /** The lines on the screen of a terminal. */
  screen(terminal: number): Promise<readonly string[]>
  /** The first bytes that come through the forward, which leads to the SSH server itself. */
  throughForward(): Promise<string>
  note(change: NetworkChange): Promise<void>
  /** What was reported as a bug of Hawser. */
  bugs(): Promise<readonly string[]>
  end(): Promise<void>
}

/** All states while the link is up. */
export const live = ['ready', 'ready', 'up']

const size = { cols: 80, rows: 24 }

class Screen {
  readonly terminal = new headless.Terminal({ ...size, allowProposedApi: true })
  #send: ((message: FromTerminal) => void) | undefined

  get attached(): boolean {
    return this.#send !== undefined
  }

  type(text: string): void {
    this.#send?.({ input: new TextEncoder().encode(text) })
  }

  readonly openPort = (): StreamPort => {
    let send: ((message: unknown) => void) | undefined
    const own = (message: FromTerminal) => send?.(message)
    this.#send = own
    return {
      post: message => {
        const sent = message as ToTerminal
        if ('screen' in sent) return
        const data = 'data' in sent ? sent.data : sent.replay.bytes
        this.terminal.write(data, () => own({ ack: data.byteLength }))
      },
      onMessage: listener => (send = listener),
      onClosed: () => {},
      dispose: () => {
        send = undefined
        if (this.#send === own) this.#send = undefined
      },
    }
  }

  lines(): readonly string[] {
    const { active } = this.terminal.buffer
    return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '')
  }
}

/** Builds the real services in a folder, and opens two terminals and a forward. */
export async function openLinkUser(folder: string, host: LinkHost): Promise<LinkUser> {
  mkdirSync(join(folder, 'ssh'), { recursive: true })
  writeFileSync(join(folder, 'ssh', 'known_hosts'), `[${host.address}]:${host.port} ${host.hostKey}\n`)
  const screens = new Map<string, Screen>()
  // The stream of an attached terminal has an ID of its own.
  const attaching = new Map<string, Screen>()
  const openPort = (id: string) => ((screens.get(id) ?? attaching.get(id)) as Screen).openPort()
  const services = await buildTestServices(folder, undefined, openPort)
  const { terminals } = services.built.services
  const { address, port, user, keyFile } = host
  const target: Target = { kind: 'address', address, port, user, jumps: [], keyFile }
  const ids = [randomUUID(), randomUUID()] as TerminalId[]
  for (const id of ids) {
    screens.set(id, new Screen())
    await terminals.open({ id, target, size })
  }
  // As the window does: it attaches to each shell that replaces a lost one.
  const follow = (snapshots: readonly TerminalSnapshot[]) => {
    for (const { id, state } of snapshots) {
      const screen = screens.get(id)
      if (!screen || screen.attached || state.kind !== 'ready') continue
      const portId = randomUUID()
      attaching.set(portId, screen)
      void terminals.attach({ id, portId })
    }
  }
  const following = terminals.onChanged(follow)
  const forward = await startForward(services, target)
  const screen = (index: number) => screens.get(ids[index] as string) as Screen
  return {
    states: async () => [
      ...(await terminals.list()).map(({ id, state: { kind } }) =>
        kind === 'ready' && screens.get(id)?.attached === false ? 'attaching' : kind,
      ),
      (await services.built.services.forwards.list()).forwards[0]?.state.kind ?? 'absent',
    ],
    type: (index, text) => Promise.resolve(screen(index).type(text)),
    screen: index => new Promise(resolve => screen(index).terminal.write('', () => resolve(screen(index).lines()))),
    throughForward: forward,
    note: change => Promise.resolve(services.network.note(change)),
    bugs: () => Promise.resolve(services.bugs.map(String)),
    end: () => {
      following.dispose()
      services.built.dispose()
      services.network.dispose()
      return Promise.resolve()
    },
  }
}

async function startForward({ built }: TestServices, target: Target): Promise<() => Promise<string>> {
  const { forwards } = built.services
  const end = { kind: 'tcp', address: '127.0.0.1', port: 0 }
  const to = { ...end, address: (target as { address: string }).address, port: (target as { port: number }).port }
  const id = randomUUID()
  const forward = forwardSchema.parse({ id, label: 'x', target, kind: 'local', listen: end, to })
  await forwards.save({ forward })
  await forwards.start({ id: forward.id })
  return async () => {
    const at = (await forwards.list()).forwards[0]?.listening
    return at?.kind === 'tcp' ? firstBytes(at) : ''
  }
}

/** Empty if the connection ends first. */
function firstBytes({ address, port }: { readonly address: string; readonly port: number }): Promise<string> {
  return new Promise(resolve => {
    const socket = connect(port, address)
    socket.once('data', data => (socket.destroy(), resolve(data.toString('latin1'))))
    socket.once('error', () => {})
    socket.once('close', () => resolve(''))
  })
}
