import type { DisposableStore } from '../../shared/base/lifecycle.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { configForwards } from '../forwards/config-forwards.ts'
import type { ForwardFile } from '../forwards/forward-record.ts'
import { ForwardService } from '../forwards/forward-service.ts'
import { ForwardStore } from '../forwards/forward-store.ts'
import type { HostService } from '../hosts/host-service.ts'
import { PresetFinder } from '../presets/preset-finder.ts'
import { PresetService } from '../presets/preset-service.ts'
import { PresetStore } from '../presets/preset-store.ts'
import type { Connections } from '../ssh/connections.ts'
import type { Script } from '../ssh/script.ts'
import type { JsonFile } from '../storage/json-file.ts'
import type { Environment } from './environment.ts'

interface ForwardInput {
  readonly store: DisposableStore
  readonly connections: Connections
  readonly hosts: HostService
  readonly file: JsonFile<ForwardFile>
}

/** The forwards and the presets, on the shared connections. */
export function buildForwards(
  { app, showNotice, reportBug }: Environment,
  { store, connections, hosts, file }: ForwardInput,
): { readonly forwards: ForwardService; readonly presets: PresetService } {
  const { pool } = connections
  const saved = new ForwardStore(file, () => hosts.configured.flatMap(({ id, found }) => configForwards(id, found)))
  store.add(hosts.onConfigChanged(() => saved.refresh()))
  const savedPresets = new PresetStore(file)
  const nameOf = (target: Target) => hosts.nameOf(target)
  const runLive = (target: Target, script: Script, signal: AbortSignal) => connections.runLive(target, script, signal)
  const forwards = store.add(
    new ForwardService({
      store: saved,
      services: new PresetFinder({ store: savedPresets, runLive }),
      lease: (target, options) => connections.lease(target, { ...options, noSessions: true }),
      runLive,
      redial: (target, lost) => connections.redial(target, lost),
      hurry: target => connections.hurry(target),
      nameOf,
      live: () =>
        (pool.isBusy ? hosts.hosts : [])
          .map(({ id }): Target => ({ kind: 'host', hostId: id }))
          .filter(target => connections.isLive(target)),
      openPage: url => app.openExternal({ url }),
      copy: text => app.copy({ text, to: 'clipboard' }),
      warn: text => showNotice('warning', text),
      reportBug,
    }),
  )
  store.add(pool.onOpened(login => forwards.startWith(target => connections.isOf(target, login))))
  const presets = store.add(
    new PresetService({
      store: savedPresets,
      forwards,
      run: (target, script, signal) => connections.run(target, script, signal),
      nameOf,
    }),
  )
  return { forwards, presets }
}
