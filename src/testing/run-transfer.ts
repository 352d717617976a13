import { transferRequest, type TransferFailure } from '../shared/contract/transfers.ts'
import type { FileSystem } from '../main/files/file-system.ts'
import { PathLocks } from '../main/transfers/path-locks.ts'
import { ProgressMeter } from '../main/transfers/progress-meter.ts'
import { TransferRun } from '../main/transfers/transfer-run.ts'
import type { TransferRunParts } from '../main/transfers/transfer-run-parts.ts'

const here = { target: { kind: 'local' as const }, root: false }

export type TestRun = Partial<Omit<TransferRunParts, 'request' | 'source' | 'target'>> & {
  readonly from: readonly string[]
  readonly to: string
  readonly options?: Record<string, unknown>
}

/** Runs a transfer between two file systems once; resolves to its progress and failures. */
export async function runTransfer(
  [source, target]: readonly [FileSystem, FileSystem],
  { from, to, options = {}, ...more }: TestRun,
): Promise<{ failures: readonly string[]; meter: ProgressMeter }> {
  const failures: string[] = []
  const meter = new ProgressMeter()
  const request = transferRequest.parse({
    from: { side: here, paths: [...from] },
    to: { side: here, path: to },
    options,
  })
  const transfer = new TransferRun({
    source,
    target,
    meter,
    again: false,
    parts: new Map(),
    decided: new Map(),
    made: new Set(),
    names: new Map(),
    locks: new PathLocks(),
    signal: new AbortController().signal,
    pass: () => undefined,
    ask: () => Promise.resolve(null),
    onFailure: ({ error }: TransferFailure) => failures.push(error.message),
    onPartsChanged: () => {},
    ...more,
    request,
  })
  await transfer.run()
  return { failures, meter }
}
