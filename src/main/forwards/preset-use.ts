import { randomUUID } from 'node:crypto'

import { AppError } from '../../shared/base/errors.ts'
import { cleanText } from '../../shared/base/clean-text.ts'
import type { Forward, ForwardId, Launch, PresetResult } from '../../shared/contract/forwards.ts'
import type { Preset, PresetId } from '../../shared/contract/presets.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { sh, type Script } from '../ssh/script.ts'
import type { ForwardRunner } from './forward-runner.ts'
import type { ForwardStore } from './forward-store.ts'
import type { Pages } from './pages.ts'
import { cancelled } from '../../shared/base/abort.ts'
import { launchOffer, launchThere, lookFor, setServiceThere, withPort, type RunThere } from './preset-runner.ts'
import { ignoreFailure } from './rearming.ts'
import type { RunningService } from './services-there.ts'

interface PresetUseParts {
  readonly store: ForwardStore
  readonly pages: Pages
  readonly run: (target: Target, script: Script, signal: AbortSignal) => Promise<string>
  readonly runLive: (target: Target, script: Script, signal: AbortSignal) => Promise<string | null>
  readonly nameOf: (target: Target) => string
  /** Starts a forward and resolves once it is up; throws the reason why it is not. */
  readonly bringUp: (forward: Forward, signal: AbortSignal) => Promise<ForwardRunner>
}

interface Wanted {
  readonly target: Target
  readonly presetId: PresetId
  readonly address: string | null
}

interface Use {
  readonly target: Forward['target']
  readonly preset: Preset
  /** The machine that runs the service; the host itself if `localhost`. */
  readonly address: string
}

const nodesScript = sh`
command -v squeue >/dev/null 2>&1 || exit 0
squeue --me -h -t RUNNING -o %N 2>/dev/null | sort -u | while IFS= read -r n; do
  scontrol show hostnames "$n" 2>/dev/null || printf '%s\\n' "$n"; done | sort -u | head -n 200`

/** Handles a click on a preset: finds or starts the service, forwards its port, and opens its page. */
export class PresetUse {
  readonly #parts: PresetUseParts

  constructor(parts: PresetUseParts) {
    this.#parts = parts
  }

  /** Errors: `cancelled` on abort, as in every method of this class. */
  async use({ target, presetId, address }: Wanted, signal: AbortSignal): Promise<PresetResult> {
    const use = this.#take({ target, presetId, address })
    const { preset } = use
    if (preset.kind === 'remote') return this.#forward(use, null, signal)
    // Other machines can't be scanned, so the usual port is used.
    if (address !== null)
      return this.#forward(use, { port: preset.ports[0] as number, page: preset.page, secure: false }, signal)
    const run = this.#runOn(target, signal)
    const found = await lookFor(preset, run)
    if (found) return this.#forward(use, found, signal)
    return launchOffer(preset, run, this.#parts.store.launchOf(target, presetId))
  }

  /** Cancelling doesn't stop a service started on the host: the error says that it may be running. */
  async launch(
    { launch, ...wanted }: Wanted & { readonly launch: Launch },
    signal: AbortSignal,
  ): Promise<PresetResult> {
    const { target, presetId } = wanted
    const use = this.#take(wanted)
    const { preset } = use
    const { store, nameOf } = this.#parts
    await store.keepLaunch(target, presetId, launch)
    const [run, where] = [this.#runOn(target, signal), nameOf(target)]
    const command = await withPort(preset, launch.command, run)
    try {
      const found = await launchThere(preset, { launch: { ...launch, command }, run, where, signal })
      return await this.#forward(use, found, signal)
    } catch (error) {
      if (!signal.aborted) throw error
      throw new AppError(
        'cancelled',
        `Hawser started ${preset.name} on ${where} and has not stopped it, so it may still be running. Its output is in ~/.cache/hawser/${preset.id}.log on the host.`,
      )
    }
  }

  async setService(
    { launch, on, ...wanted }: Wanted & { readonly launch: Launch; readonly on: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const { target, presetId } = wanted
    const { preset } = this.#take(wanted)
    const { store, nameOf } = this.#parts
    await store.keepLaunch(target, presetId, launch)
    await setServiceThere(preset, { launch, on, run: this.#runOn(target, signal), where: nameOf(target) })
  }

  async nodes(target: Target, signal: AbortSignal): Promise<readonly string[]> {
    const output = await this.#parts.run(target, nodesScript, signal)
    return cleanText(output, 20_000)
      .split('\n')
      .map(line => line.trim())
      .filter(name => /^[A-Za-z0-9._-]+$/.test(name))
  }

  /** Called before a page is opened again: a restarted service has another token, or another port. */
  async freshPage(forward: Forward, signal: AbortSignal): Promise<void> {
    const { store, pages, runLive } = this.#parts
    const preset = store.preset(forward.presetId)
    if (preset?.token == null || forward.to?.kind !== 'tcp' || forward.to.address !== 'localhost') return
    const run: RunThere = async script => (await runLive(forward.target, script, signal)) ?? ''
    const found = await lookFor(preset, run).catch(ignoreFailure)
    if (signal.aborted) throw cancelled()
    if (!found) return
    pages.remember(forward.id, found)
    if (found.port !== forward.to.port) await this.#retarget(forward, found.port, signal)
  }

  async #retarget(forward: Forward, port: number, signal: AbortSignal): Promise<void> {
    // Edits made in the meantime are kept.
    if (forward.to?.kind !== 'tcp' || this.#parts.store.find(forward.id) !== forward) return
    const to = { ...forward.to, port }
    await this.#parts.store.put({ ...forward, to })
    const runner = await this.#parts.bringUp({ ...forward, to }, signal)
    runner.retarget(to)
  }

  async #forward(use: Use, found: RunningService | null, signal: AbortSignal): Promise<PresetResult> {
    if (signal.aborted) throw cancelled()
    const { store, pages, bringUp } = this.#parts
    const before = store.ofPreset(use.target, use.preset.id, use.address)
    let forward = before ?? newForward(use, found?.port ?? (use.preset.ports[0] as number))
    if (found && forward.to?.kind === 'tcp' && forward.to.port !== found.port)
      forward = { ...forward, to: { ...forward.to, port: found.port } }
    if (forward !== before) await store.put(forward)
    if (found) pages.remember(forward.id, found)
    const runner = await bringUp(forward, signal)
    if (forward.to && found) runner.retarget(forward.to)
    if (found && found.page !== null) await pages.open(runner, signal)
    return { kind: 'opened', id: forward.id }
  }

  #take({ target, presetId, address }: Wanted): Use {
    const preset = this.#parts.store.preset(presetId)
    if (!preset) throw new AppError('not-found', 'This preset was deleted.')
    return { target: target as Forward['target'], preset, address: address ?? 'localhost' }
  }

  #runOn(target: Target, signal: AbortSignal): RunThere {
    return async script => {
      if (signal.aborted) throw cancelled()
      return this.#parts.run(target, script, signal)
    }
  }
}

function newForward({ target, preset, address }: Use, port: number): Forward {
  const here = { kind: 'tcp' as const, address: 'localhost', port }
  const remote = preset.kind === 'remote'
  return {
    id: randomUUID() as ForwardId,
    label: address === 'localhost' ? preset.name : `${preset.name} on ${address}`,
    target,
    kind: preset.kind,
    listen: here,
    to: { ...here, address: remote ? 'localhost' : address },
    freePort: !remote,
    ownAddress: !remote,
    start: 'hand',
    presetId: preset.id,
    page: preset.page,
    passing: false,
  }
}
