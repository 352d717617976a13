import { AppError } from '../shared/base/errors.ts'
import type { DisposableStore } from '../shared/base/lifecycle.ts'
import type { Target } from '../shared/contract/targets.ts'
import { targetName, type Connections } from './connection-services.ts'
import type { ForwardFile } from './forwards/forward-record.ts'
import { configForwards } from './forwards/config-forwards.ts'
import { ForwardService } from './forwards/forward-service.ts'
import { ForwardStore } from './forwards/forward-store.ts'
import { knock } from './forwards/knock.ts'
import { cancelled } from '../shared/base/abort.ts'
import type { HostService } from './hosts/host-service.ts'
import type { Outside } from './services.ts'
import type { Connection } from './ssh/connection.ts'
import type { Lease } from './ssh/connection-pool.ts'
import type { CommandResult } from './ssh/run-command.ts'
import { needScripts, runScript } from './ssh/run-script.ts'
import type { Script } from './ssh/script.ts'
import { withWords } from './ssh/server-words.ts'
import type { JsonFile } from './storage/json-file.ts'

interface ForwardParts {
  readonly store: DisposableStore
  readonly connections: Connections
  readonly hosts: HostService
  readonly file: JsonFile<ForwardFile>
}

const scriptMs = 30_000
const scriptBytes = 4 * 1024 * 1024

/** Builds the forwards on the shared connections. */
export function buildForwards({ app, network, tell, reportBug }: Outside, parts: ForwardParts): ForwardService {
  const { store, connections, hosts, file } = parts
  const { pool, plan: planOf } = connections
  const saved = new ForwardStore(file, () => hosts.configured.flatMap(({ id, found }) => configForwards(id, found)))
  store.add(hosts.onConfigChanged(() => saved.refresh()))
  const isLive = (look: () => boolean) => isConnected(look, reportBug)
  const forwards = store.add(
    new ForwardService({
      store: saved,
      // A deleted host is reported like every other failure.
      lease: (target, options) => connections.lease(target, { ...options, noSessions: true }),
      run: async (target, script, signal) =>
        runOn(await connections.lease(target, { onStep: () => {}, signal }), script, signal),
      runLive: async (target, script, signal) => {
        const lease = await pool.leaseLive(planOf(target))
        if (lease) return runOn(lease, script, signal)
        if (pool.isLive(planOf(target))) throw new AppError('too-many-connections', 'No more sessions are available.')
        return null
      },
      // A host deleted in the meantime is unreachable.
      knock: (target, signal) =>
        isLive(() => planOf(target).length > 0) ? knock(planOf(target)[0], signal) : Promise.resolve(false),
      nameOf: target => targetName(target, hosts.hosts),
      live: () =>
        (pool.isBusy ? hosts.hosts : [])
          .map(({ id }): Target => ({ kind: 'host', hostId: id }))
          .filter(target => isLive(() => pool.isLive(planOf(target)))),
      openPage: url => app.openExternal({ url }),
      copy: text => app.copy({ text, to: 'clipboard' }),
      warn: text => tell('warning', text),
      reportBug,
    }),
  )
  store.add(pool.onOpened(key => forwards.startWith(target => isLive(() => planOf(target).at(-1)?.key === key))))
  store.add(network.onChanged(() => forwards.retryAll()))
  return forwards
}

async function runOn(lease: Lease<Connection>, script: Script, signal: AbortSignal): Promise<string> {
  try {
    if (signal.aborted) throw cancelled()
    await needScripts(lease.connection, signal)
    const options = { signal, timeoutMs: scriptMs, maxBytes: scriptBytes }
    return outputOf(await runScript(lease.connection, script, options), lease.connection)
  } finally {
    lease.dispose()
  }
}

/**
 * Returns the output of a script. Errors: `unsupported` with its error output if it failed, since its output is then
 * meaningless.
 */
function outputOf({ code, output, errors }: CommandResult, { where }: Connection): string {
  if (code === 0) return output.toString('utf8')
  const how = code === null ? 'was terminated by a signal' : `failed with exit code ${code}`
  const words = { output: '', errors, code }
  throw new AppError('unsupported', withWords(`A command on ${where} ${how}.`, words, 'Try it in a terminal.'))
}

// The errors of `planConnection` for a host that was deleted or is unreachable with its current config.
const unplannable = new Set(['not-found', 'invalid-input'])

/** A host without a plan has no connection; any other failure is a bug and is reported. */
function isConnected(look: () => boolean, reportBug: Outside['reportBug']): boolean {
  try {
    return look()
  } catch (error) {
    if (!(error instanceof AppError) || !unplannable.has(error.code)) reportBug('forwards', error)
    return false
  }
}
