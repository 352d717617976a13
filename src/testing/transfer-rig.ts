import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { onTestFinished } from 'vitest'

import { FileSides } from '../main/files/file-sides.ts'
import { LocalFiles } from '../main/files/local-files.ts'
import { JsonFile } from '../main/storage/json-file.ts'
import { transferFile, type TransferFile } from '../main/transfers/transfer-record.ts'
import { Redials } from '../main/ssh/redials.ts'
import { TransferService } from '../main/transfers/transfer-service.ts'
import { AppError } from '../shared/base/errors.ts'
import { side } from '../shared/contract/files.ts'
import type { Answer } from '../shared/contract/prompts.ts'
import {
  transferRequest,
  type TransferId,
  type TransferList,
  type TransferSnapshot,
} from '../shared/contract/transfers.ts'
import { openDiskSftp, type ServerHabits } from './disk-sftp.ts'
import { tempDir } from './temp-dir.ts'

export const here = side.parse({ target: { kind: 'local' } })
export const box = side.parse({
  target: { kind: 'address', user: null, address: 'box', port: null, jumps: [], keyFile: null },
})

/** A transfer service between this computer and an in-process server. */
export interface Rig {
  readonly service: TransferService
  readonly list: () => TransferList
  readonly sides: FileSides
  readonly file: JsonFile<TransferFile>
  readonly near: string
  readonly far: string
  readonly bugs: unknown[]
  /** Cuts the connection to the host, and refuses new ones until restored, with an error of this code. */
  cut(code?: AppError['code']): void
  restore(): void
  /** Quits or kills the program, and starts it again with the same files. */
  again(how: 'quit' | 'killed'): Promise<Rig>
  /** Starts a copy to the host. */
  put(names: readonly string[], options?: Record<string, unknown>): TransferId
  /** Starts a copy from the host. */
  get(names: readonly string[], options?: Record<string, unknown>): TransferId
  /** Resolves once the transfer is in the requested state. */
  until(id: TransferId, is: (snapshot: TransferSnapshot | undefined) => boolean): Promise<TransferSnapshot | undefined>
}

interface RigOptions {
  readonly habits?: ServerHabits
  readonly answer?: Answer | null
}

export async function transferRig({ habits = {}, answer = null }: RigOptions = {}, folder = tempDir()): Promise<Rig> {
  const [near, far] = [join(folder, 'near'), join(folder, 'far')]
  for (const path of [near, far]) mkdirSync(path, { recursive: true })
  const local = new LocalFiles()
  let refusal: AppError['code'] = 'unreachable'
  let up = true
  const servers: Awaited<ReturnType<typeof openDiskSftp>>[] = []
  const sides = new FileSides(async ({ target }) => {
    if (target.kind === 'local') return local
    if (!up) throw new AppError(refusal, 'No way there.')
    const opened = await openDiskSftp(far, habits)
    servers.push(opened)
    return opened.files
  })
  const redials = new Redials()
  const bugs: unknown[] = []
  const file = await JsonFile.open({
    path: join(folder, 'transfers.json'),
    schema: transferFile,
    initial: transferFile.parse({}),
    showNotice: (_level, text) => bugs.push(text),
  })
  const service = new TransferService({
    note: () => {},
    sides,
    prompter: { ask: () => Promise.resolve(answer) },
    file,
    onEnded: () => {},
    redial: (_request, lost) => redials.wait('box', lost, () => Promise.resolve(up ? 'there' : 'away')),
    reportBug: (_where, error) => bugs.push(error),
  })
  const stop = () => {
    service.dispose()
    redials.dispose()
    sides.dispose()
    for (const { files } of servers) files.dispose()
  }
  onTestFinished(stop)
  const list = () => service.list() as TransferList
  const find = (id: TransferId) => list().transfers.find(each => each.id === id)
  return {
    service,
    list,
    sides,
    file,
    near,
    far,
    bugs,
    cut: (code = 'unreachable') => {
      refusal = code
      up = false
      for (const { server } of servers) server.close()
    },
    restore: () => (up = true),
    again: async how => {
      if (how === 'killed') up = false
      await service.flush()
      stop()
      await service.flush()
      return transferRig({ habits, answer }, folder)
    },
    put: (names, options = {}) =>
      service.enqueue(
        transferRequest.parse({
          from: { side: here, paths: names.map(name => join(near, name)) },
          to: { side: box, path: far },
          options,
        }),
      ) as TransferId,
    get: (names, options = {}) =>
      service.enqueue(
        transferRequest.parse({
          from: { side: box, paths: names.map(name => join(far, name)) },
          to: { side: here, path: near },
          options,
        }),
      ) as TransferId,
    until: (id, is) =>
      new Promise(resolve => {
        const look = () => {
          if (is(find(id))) resolve(find(id))
          else setTimeout(look, 5)
        }
        look()
      }),
  }
}
