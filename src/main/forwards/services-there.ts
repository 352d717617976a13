import { z } from 'zod'

import type { Preset } from '../../shared/contract/presets.ts'
import { sh } from '../ssh/script.ts'
import { pageOf } from './page-prefix.ts'
import type { ListeningPort, PortScan } from './port-scan.ts'

/** A service that runs over there. */
export interface RunningService {
  readonly port: number
  /** Its page with the token, for a browser only: never logged, never kept on a disk. */
  readonly page: string | null
  readonly secure: boolean
}

/** What Jupyter writes about a server that runs (jpserver-*.json), and `jupyter server list --json` prints. */
const jupyterServer = z.object({
  port: z.int().min(1).max(65_535),
  token: z.string().max(1024).default(''),
  pid: z.int().nullable().default(null),
  base_url: z.string().max(1024).regex(/^\//).default('/'),
  secure: z.boolean().default(false),
})
type JupyterServer = z.output<typeof jupyterServer>

/** Prints what Jupyter keeps of its servers, newest first; asks Jupyter itself only where nothing is kept. */
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

/** Reads what `jupyterScript` printed; what is no server is left out. */
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

/** The port of the service among those that listen: by its process, else by its usual port where the process is hidden. */
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
 * A process that does not show is somebody else's where one's own would show, though none of them listens. A database is
 * often run by a user of its own; a page of somebody else is not what a click is for, and least of all with one's own token.
 */
function mayBeHidden(preset: Preset, named: boolean): boolean {
  return preset.page === null || !named
}

/** A usual port of a page on which a process listens that does not show: one of another user, or of a container. */
export function portOfSomeoneElse(preset: Preset, ports: readonly ListeningPort[]): number | null {
  if (preset.page === null) return null
  return (
    ports.find(({ port, pid, process }) => preset.ports.includes(port) && pid === null && process === '')?.port ?? null
  )
}

/** What a port is most likely, for ports that were found. */
export function presetOf(port: ListeningPort, presets: readonly Preset[]): Preset | null {
  const named = presets.find(
    preset => preset.kind === 'local' && preset.process !== null && new RegExp(preset.process).test(port.process),
  )
  return named ?? null
}

/** The service, from the ports that listen and what Jupyter says of itself. Null when it does not run. */
export function findService(
  preset: Preset,
  { ports, named, jupyter }: Pick<PortScan, 'ports' | 'named'> & { readonly jupyter: readonly JupyterServer[] },
): RunningService | null {
  if (preset.token === 'jupyter') {
    // A file may have outlived its server: only one whose port listens counts.
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
