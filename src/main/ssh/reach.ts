import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'

import { pause } from '../work/pause.ts'
import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { Proxy } from '../../shared/contract/hosts.ts'
import type { Answer, Question } from '../../shared/contract/prompts.ts'
import { allowCommand, type Consents } from '../ssh-config/consents.ts'
import { proxyPasswordName } from '../storage/secret-names.ts'
import type { SecretStore } from './sign-in-context.ts'
import type { PlannedHop } from './connection-plan.ts'
import { runProxyCommand } from './proxy-command.ts'
import { connectThrough, ProxyWantsPassword } from './proxy-connect.ts'
import { connectTcp } from './ssh-socket.ts'

export interface ReachContext {
  readonly hop: PlannedHop
  readonly secrets: SecretStore
  readonly consents: Consents
  readonly ask: (question: Question) => Promise<Answer | null>
  readonly signal: AbortSignal
}

const connectMs = 15_000
const nextAttemptMs = 1_000

/** Opens the transport to a server that is dialed from this computer: TCP, a proxy, or a command. */
export async function reach(context: ReachContext): Promise<Duplex> {
  const { hop, signal } = context
  const { through, attempts } = hop.options
  if (through?.kind === 'command') {
    const { command, place } = through
    await allowCommand({ ...context, label: hop.label }, { command, place, reason: 'proxy-command' })
    return runProxyCommand(through.command, hop.label)
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await (through ? throughProxy(through, context) : dial(hop, hop, signal))
    } catch (error) {
      const again = error instanceof AppError && ['refused', 'timed-out', 'unreachable'].includes(error.code)
      if (!again || attempt >= attempts) throw error
      await pause(nextAttemptMs, signal)
    }
  }
}

function dial(hop: PlannedHop, to: { address: string; port: number }, signal: AbortSignal): Promise<Socket> {
  const { family, bindAddress, connectMs: own, tcpKeepAlive } = hop.options
  return connectTcp({
    ...to,
    timeoutMs: own ?? connectMs,
    signal,
    family: isIP(to.address) === 0 ? family : 0,
    bindAddress,
    keepAlive: tcpKeepAlive,
  })
}

async function throughProxy(proxy: Proxy, { hop, secrets, ask, signal }: ReachContext): Promise<Duplex> {
  const name = proxyPasswordName(proxy)
  let password = proxy.user === null ? null : await secrets.get(name)
  let remember = false
  for (let tries = 0; ; tries++) {
    const socket = await dial(hop, proxy, signal)
    try {
      if (proxy.user !== null && password === null) throw new ProxyWantsPassword('none is known')
      const { address, port } = hop
      const led = await connectThrough(socket, { proxy, address, port, password, timeoutMs: connectMs })
      // Not awaited: the listener must be attached before the server sends anything.
      if (remember) void secrets.set(name, password).catch(() => {})
      return led
    } catch (error) {
      socket.destroy()
      if (!(error instanceof ProxyWantsPassword)) throw error
      if (proxy.user === null || tries >= 3) throw wantsUser(proxy)
      const answer = await ask({
        kind: 'secrets',
        from: { kind: 'hawser' },
        title: `Password for ${proxy.user}@${proxy.address}`,
        text: tries > 0 ? 'Incorrect proxy password.' : `Proxy for ${hop.label}`,
        prompts: [{ text: 'Password', echo: false }],
        remember: true,
      })
      if (answer?.kind !== 'secrets') throw cancelled()
      password = answer.secrets[0] ?? ''
      remember = answer.remember
    }
  }
}

function wantsUser({ address, port, user }: Proxy): AppError {
  const what = user === null ? 'needs a user and a password; set its user' : 'did not accept the password'
  return new AppError('auth-failed', `The proxy ${address}:${port} ${what}. Check the proxy of this host.`)
}
