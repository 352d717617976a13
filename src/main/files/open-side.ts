import { AppError } from '../../shared/base/errors.ts'
import type { Prompter, AskOptions } from '../prompts/prompter.ts'
import { targetHop, withTargetHop, type ConnectionPlan } from '../ssh/connection-plan.ts'
import type { Connections } from '../ssh/connections.ts'
import type { FileSystem } from './file-system.ts'
import type { OpenSide } from './file-sides.ts'
import { openRemoteFiles } from './remote-files.ts'

interface OpenSideParts {
  readonly local: FileSystem
  readonly connections: Connections
  readonly prompter: Prompter
}

/** Opens the files of this computer, or of a host over its shared connection. */
export function sideOpener({ local, connections, prompter }: OpenSideParts): OpenSide {
  const { pool } = connections
  return async ({ target, root }, { key, onStep, signal, asker, quiet }) => {
    if (target.kind === 'local') return local
    const plan = await connections.prepare(target, { onStep, signal, asker, quiet })
    return openRemoteFiles({
      key,
      lease: await connections.leaseBy(plan, { onStep, signal, asker, quiet }),
      // Bulk data gets its own connection, so that shells on the shared one stay responsive.
      leaseMore: (index, abort) =>
        pool.lease(withKeyEnding(plan, ` data ${index}`), { onStep: () => {}, signal: abort, quiet: true }),
      leaseAlone: abort => pool.lease(withKeyEnding(plan, ' files'), { onStep, signal: abort, asker, quiet }),
      askSudo: root
        ? () => (quiet ? Promise.reject(sudoAsks(plan)) : askSudo(prompter, plan, { asker, signal }))
        : null,
      signal,
    })
  }
}

function withKeyEnding(plan: ConnectionPlan, ending: string): ConnectionPlan {
  return withTargetHop(plan, { key: `${targetHop(plan).key}${ending}` })
}

function sudoAsks(plan: ConnectionPlan): AppError {
  return new AppError('needs-answer', `sudo on ${targetHop(plan).label} asks for a password. Open the folder again.`)
}

async function askSudo(prompter: Prompter, plan: ConnectionPlan, options: AskOptions): Promise<string | null> {
  const { label, user } = targetHop(plan)
  const answer = await prompter.ask(
    {
      kind: 'secrets',
      from: { kind: 'hawser' },
      title: `sudo on ${label}`,
      text: `Password for ${user}, to browse files as root`,
      prompts: [{ text: 'Password', echo: false }],
      remember: false,
    },
    options,
  )
  return answer?.kind === 'secrets' ? (answer.secrets[0] ?? null) : null
}
