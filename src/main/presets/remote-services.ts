import { z } from 'zod'

import type { Preset } from '../../shared/contract/presets.ts'
import { sh } from '../ssh/script.ts'
import { pageOf } from './page-prefix.ts'
import type { ListeningPort, PortScan } from '../forwards/port-scan.ts'
import type { RunningService } from '../forwards/port-services.ts'

/** Jupyter's description of a running server (jpserver-*.json), also printed by `jupyter server list --json`. */
const jupyterServer = z.object({
  port: z.int().min(1).max(65_535),
  token: z.string().max(1024).default(''),
  pid: z.int().nullable().default(null),
  base_url: z.string().max(1024).regex(/^\//).default('/'),
  secure: z.boolean().default(false),
})
type JupyterServer = z.output<typeof jupyterServer>

/** Prints Jupyter's own server files, newest first; runs Jupyter only if there are none. */
export const jupyterScript = sh`
found=
for d in "$JUPYTER_RUNTIME_DIR" "$XDG_DATA_HOME/jupyter/runtime" "$HOME/.local/share/jupyter/runtime" "$HOME/Library/Jupyter/runtime"; do
  for f in $(ls -t "$d" 2>/dev/null | grep -E '^(jpserver|nbserver)-[0-9]+\\.json$' | head -n 20); do
    echo @server; cat "$d/$f" 2>/dev/null && found=1; echo; done; done
if [ -z "$found" ]; then
  for c in "jupyter server list --json" "jupyter notebook list --json"; do
    command -v jupyter >/dev/null 2>&1 && timeout 10 $c 2>/dev/null | while IFS= read -r line; do echo @server; printf '%s\\n' "$line"; done; done; fi
true
`

/** Parses the output of `jupyterScript`; everything else is skipped. */
export function parseJupyterServers(output: string): readonly JupyterServer[] {
  return output.split(/^@server$/m).flatMap(text => {
    try {
      const parsed = jupyterServer.safeParse(JSON.parse(text))
      return parsed.success ? [parsed.data] : []
    } catch {
      return []
    }
  })
}

/**
 * Finds the port of the service among the listening ones: by its process, or by its usual port if the process is
 * hidden. `named`: the user's own processes would be visible.
 */
export function recognise(preset: Preset, ports: readonly ListeningPort[], named: boolean): ListeningPort | null {
  const { process } = preset
  const pattern = process === null ? null : new RegExp(process)
  const byProcess = pattern ? ports.filter(each => each.process !== '' && pattern.test(each.process)) : []
  const usual = (each: ListeningPort) => preset.ports.includes(each.port)
  return (
    byProcess.find(usual) ??
    byProcess[0] ??
    ports.find(each => usual(each) && (pattern === null || (each.process === '' && mayBeHidden(preset, named)))) ??
    null
  )
}

/**
 * A hidden process belongs to someone else if the user's own processes would be visible, even if none of them listens. A
 * database often runs as its own user; but a click must not open someone else's page, let alone with the user's token.
 */
function mayBeHidden(preset: Preset, named: boolean): boolean {
  return preset.page === null || !named
}

/** Returns a usual page port with a hidden process, which belongs to another user or a container. */
export function portOfSomeoneElse(preset: Preset, ports: readonly ListeningPort[]): number | null {
  if (preset.page === null) return null
  return (
    ports.find(({ port, pid, process }) => preset.ports.includes(port) && pid === null && process === '')?.port ?? null
  )
}

/** Returns the most likely preset of a found port. */
export function presetOf(port: ListeningPort, presets: readonly Preset[]): Preset | null {
  const named = presets.find(
    preset => preset.kind === 'local' && preset.process !== null && new RegExp(preset.process).test(port.process),
  )
  return named ?? null
}

/** Finds the service from the listening ports and Jupyter's own server list. Null if it isn't running. */
export function findService(
  preset: Preset,
  { ports, named, jupyter }: Pick<PortScan, 'ports' | 'named'> & { readonly jupyter: readonly JupyterServer[] },
): RunningService | null {
  if (preset.token === 'jupyter') {
    // A file may outlive its server: only one whose port is listening counts.
    const server = jupyter.find(({ port, pid }) =>
      ports.some(
        each =>
          each.port === port && (each.pid === null ? mayBeHidden(preset, named) : pid === null || each.pid === pid),
      ),
    )
    if (server) {
      const query = server.token === '' ? '' : `?token=${encodeURIComponent(server.token)}`
      return { port: server.port, page: `${server.base_url}${query}`, secure: server.secure }
    }
  }
  const found = recognise(preset, ports, named)
  return found ? { port: found.port, page: pageOf(preset.page, found.process), secure: false } : null
}
