import { AppError, toWireError, type Reply } from '../../shared/base/errors.ts'
import type { Event } from '../../shared/base/event.ts'
import { DisposableStore, type Disposable } from '../../shared/base/lifecycle.ts'
import { contract, type Contract, type Services } from '../../shared/contract/contract.ts'
import { channel, type Call, type Service } from '../../shared/contract/define.ts'

/** The part of Electron that this file needs; a test passes a fake. */
export interface Transport {
  handle(channel: string, listener: (input: unknown) => Promise<Reply>): Disposable
  broadcast(channel: string, payload: unknown): void
}

/** Reports a bug: any error that is not an `AppError`. */
export type ReportBug = (where: string, error: unknown) => void

/** Serves one service over the transport: validates the input before the handler, and serializes errors after it. */
export function serve<K extends keyof Contract>(
  name: K,
  implementation: Services[K],
  { transport, reportBug }: { transport: Transport; reportBug: ReportBug },
): Disposable {
  const store = new DisposableStore()
  const members = implementation as unknown as Record<string, unknown>

  for (const [member, declared] of Object.entries(contract[name] as unknown as Service)) {
    const at = channel(name, member)
    if (declared.kind === 'event') {
      const onEvent = members[member] as Event<unknown>
      store.add(onEvent(payload => transport.broadcast(at, payload)))
    } else {
      const run = (members[member] as (input: unknown) => unknown).bind(implementation)
      store.add(transport.handle(at, input => answer({ at, declared, input, run, reportBug })))
    }
  }
  return store
}

interface Request {
  readonly at: string
  readonly declared: Call
  readonly input: unknown
  readonly run: (input: unknown) => unknown
  readonly reportBug: ReportBug
}

async function answer({ at, declared, input, run, reportBug }: Request): Promise<Reply> {
  try {
    const checked = declared.input.safeParse(input)
    if (!checked.success) {
      // Only the place and kind of the problem: the input itself may contain a secret.
      const where = checked.error.issues.map(issue => `${issue.path.join('.')}: ${issue.code}`).slice(0, 5)
      throw new AppError('invalid-input', `${at}: ${where.join('; ')}`)
    }
    return { ok: true, value: await run(checked.data) }
  } catch (error) {
    if (!(error instanceof AppError)) reportBug(at, error)
    return { ok: false, error: toWireError(error) }
  }
}
