import { AppError } from '../../shared/base/errors.ts'
import type { Launch, PresetResult } from '../../shared/contract/forwards.ts'
import type { Preset } from '../../shared/contract/presets.ts'
import { sh, type Script } from '../ssh/script.ts'
import { pause } from '../work/pause.ts'
import { parseScan, scanScript } from '../forwards/port-scan.ts'
import type { RunningService } from '../forwards/port-services.ts'
import { launchScript, outcomeScript, parseOutcome, parseSite, serviceScript, siteScript } from './launch-script.ts'
import { findService, jupyterScript, parseJupyterServers, portOfSomeoneElse } from './remote-services.ts'

/** Runs a script for `sh` on a host and resolves to its output. Errors: the same as `runCommand`. */
export type RunRemotely = (script: Script) => Promise<string>

const startMs = 90_000
const lookMs = 1_000

/** Looks for a service on the host. Null if it isn't running. */
export async function lookFor(preset: Preset, run: RunRemotely): Promise<RunningService | null> {
  const [scan, jupyter] = await Promise.all([
    run(scanScript),
    preset.token === 'jupyter' ? run(jupyterScript) : Promise.resolve(''),
  ])
  return findService(preset, { ...parseScan(scan), jupyter: parseJupyterServers(jupyter) })
}

/** Returns how a service that isn't running could be started on the host. */
export async function launchOffer(
  preset: Preset,
  run: RunRemotely,
  last: Launch | null,
): Promise<Extract<PresetResult, { kind: 'not-running' }>> {
  const [site, scan] = await Promise.all([run(siteScript(preset.id)), run(scanScript)])
  const elsesPort = portOfSomeoneElse(preset, parseScan(scan).ports)
  return { kind: 'not-running', launch: last, ...parseSite(site), elsesPort }
}

/**
 * Starts a service on the host and waits until it listens; its command already contains the port. Errors: `cancelled`
 * on abort, `timed-out` if it doesn't listen within 90 seconds, and `refused` with its last output if it exited.
 */
export async function launchService(
  preset: Preset,
  {
    launch,
    run,
    where,
    signal,
  }: { readonly launch: Launch; readonly run: RunRemotely; readonly where: string; readonly signal: AbortSignal },
): Promise<RunningService> {
  await run(launchScript(preset.id, launch))
  const until = Date.now() + startMs
  for (;;) {
    await pause(lookMs, signal)
    const found = await lookFor(preset, run)
    if (found) return found
    const why = parseOutcome(await run(outcomeScript(preset.id)))
    if (why !== null)
      throw new AppError(
        'refused',
        `Couldn’t start ${preset.name} on ${where}: ${why.replace(/\.+$/, '')}. Change its command or environment.`,
      )
    if (Date.now() > until)
      throw new AppError(
        'timed-out',
        `${preset.name} was started on ${where} but is not listening yet. Its output is in ~/.cache/hawser/${preset.id}.log on the host.`,
      )
  }
}

/** Makes systemd on the host manage the service, or stops that. Errors: `refused` if systemd fails. */
export async function setSystemdService(
  preset: Preset,
  options: { readonly launch: Launch; readonly on: boolean; readonly run: RunRemotely; readonly where: string },
): Promise<void> {
  const { launch, on, run, where } = options
  const command = on ? await withPort(preset, launch.command, run) : launch.command
  const output = await run(sh`( ${serviceScript(preset.id, { ...launch, command }, on)}
) 2>&1 && echo @done || true`)
  if (!output.includes('@done'))
    throw new AppError('refused', `systemd on ${where} did not start ${preset.name}: ${output.trim().slice(-300)}`)
}

/** Fills in the port: the usual one, or the next free one. */
export async function withPort(preset: Preset, command: string, run: RunRemotely): Promise<string> {
  if (!command.includes('{port}')) return command
  const taken = new Set(parseScan(await run(scanScript)).ports.map(({ port }) => port))
  let port = preset.ports[0] as number
  while (taken.has(port) && port < 65_535) port++
  return command.replaceAll('{port}', String(port))
}
