import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'

import { lacks } from './programs.ts'

// For benchmarks of networks (RFC 2544): nothing else uses these addresses.
const own = { client: '198.18.0.1', roamed: '198.18.0.3', server: '198.18.1.1' }
const gateways = { client: '198.18.0.254', server: '198.18.1.254' }

type Side = 'client' | 'server'

/**
 * Two network namespaces with a router between them, and nothing else: one for Hawser, one for a server. A third is the
 * router: only there can packets be dropped without an error for their sender.
 */
export class TwoNetworks {
  readonly serverAddress = own.server
  readonly #names: Readonly<Record<Side | 'router', string>>

  constructor() {
    const id = randomBytes(3).toString('hex')
    this.#names = { client: `hawser-client-${id}`, server: `hawser-server-${id}`, router: `hawser-router-${id}` }
    const { router } = this.#names
    for (const name of Object.values(this.#names)) ip('netns', 'add', name)
    for (const side of ['client', 'server'] as const) {
      const name = this.#names[side]
      ip('link', 'add', 'eth0', 'netns', name, 'type', 'veth', 'peer', 'name', side, 'netns', router)
      for (const device of ['lo', 'eth0']) ip('-n', name, 'link', 'set', device, 'up')
      ip('-n', router, 'link', 'set', side, 'up')
      ip('-n', router, 'addr', 'add', `${gateways[side]}/24`, 'dev', side)
      this.#join(side, own[side])
    }
    this.#set('router', 'ip_forward', 1)
  }

  /** The command that runs a program in one of the networks. */
  within(side: Side): readonly string[] {
    return ['ip', 'netns', 'exec', this.#names[side]]
  }

  /** Packets of both directions vanish, and no error says so. */
  swallow(on: boolean): void {
    for (const to of [own.client, own.server])
      ip('-n', this.#names.router, 'route', on ? 'add' : 'del', 'blackhole', `${to}/32`)
  }

  /** The client loses its address, and with it all routes. */
  leave(): void {
    ip('-n', this.#names.client, 'addr', 'del', `${own.client}/24`, 'dev', 'eth0')
  }

  /** The client gets an address again. */
  join(which: 'client' | 'roamed'): void {
    this.#join('client', own[which])
  }

  /** The client repeats a SYN at growing intervals only, as every system but recent Linux does. */
  repeatLikeOthers(): void {
    this.#set('client', 'tcp_syn_linear_timeouts', 0)
  }

  dispose(): void {
    for (const name of Object.values(this.#names)) ip('netns', 'del', name)
  }

  #join(side: Side, address: string): void {
    ip('-n', this.#names[side], 'addr', 'add', `${address}/24`, 'dev', 'eth0')
    ip('-n', this.#names[side], 'route', 'add', 'default', 'via', gateways[side])
  }

  /** Older kernels lack some of the settings. */
  #set(where: Side | 'router', name: string, value: number): void {
    const file = `/proc/sys/net/ipv4/${name}`
    ip('netns', 'exec', this.#names[where], 'sh', '-c', `test ! -e ${file} || echo ${value} > ${file}`)
  }
}

/** True if this user may make networks: only root can, and not in every container. */
export function canMakeNetworks(): boolean {
  if (process.platform !== 'linux' || lacks('ip') || process.getuid?.() !== 0) return false
  try {
    new TwoNetworks().dispose()
    return true
  } catch {
    return false
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: 'ignore' })
}
