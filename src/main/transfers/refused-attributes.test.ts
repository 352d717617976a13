import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { openDiskSftp, type ServedRequest } from '../../testing/disk-sftp.ts'
import { runs } from '../../testing/runs.ts'
import { runTransfer } from '../../testing/run-transfer.ts'
import { leftIn, modeOf, put } from '../../testing/two-folders.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { saveFile } from '../files/file-contents.ts'
import type { FileSystem } from '../files/file-system.ts'
import { LocalFiles } from '../files/local-files.ts'
import { packetType, statusCode } from '../sftp/codec.ts'
import { sameTime, type CopiedRecord } from './part-file.ts'

const local = new LocalFiles()
const sizes = { empty: 0, small: 100, large: 70_000 }
const timeMs = 1_600_000_000_000

/** Which requests are refused, in a repeating sequence, and how. */
const refusals = fc.record({
  turns: fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
  status: fc.constantFrom(
    statusCode.permissionDenied,
    statusCode.failure,
    statusCode.unsupported,
    statusCode.noSuchFile,
    statusCode.eof,
    99,
  ),
})
const modes = fc.constantFrom(0o600, 0o640, 0o644, 0o755, 0o444, 0o400, 0o664)
const settings = { numRuns: runs(600, 40) }

const asking: readonly number[] = [packetType.setstat, packetType.fsetstat, packetType.fstat]

async function rig({ turns, status }: { turns: readonly boolean[]; status: number }, folder: string) {
  const run = fs.mkdtempSync(join(folder, 'run-'))
  const [near, far] = [join(run, 'near'), join(run, 'far')]
  for (const path of [near, far]) fs.mkdirSync(path)
  let at = 0
  const refuse = ({ type }: ServedRequest) => (asking.includes(type) && turns[at++ % turns.length] ? status : null)
  const { files } = await openDiskSftp(far, { refuse })
  return { near, far, files }
}

test('whatever attributes a server refuses, every copy is complete, with no more permissions, and its time is recorded correctly', async () => {
  const folder = tempDir()
  const property = fc.asyncProperty(
    refusals,
    fc.tuple(modes, modes),
    fc.boolean(),
    async (refused, [mode, stands], up) => {
      const { near, far, files } = await rig(refused, folder)
      const [source, target] = up ? [near, far] : [far, near]
      const sides: [FileSystem, FileSystem] = up ? [local, files] : [files, local]
      fs.mkdirSync(join(source, 'tree'))
      fs.mkdirSync(join(target, 'tree'))
      for (const [name, bytes] of Object.entries(sizes)) {
        for (const each of [name, `old-${name}`]) {
          put(join(source, 'tree', each), randomBytes(bytes), mode)
          fs.utimesSync(join(source, 'tree', each), timeMs / 1000, timeMs / 1000)
        }
        put(join(target, 'tree', `old-${name}`), 'what stood there', stands)
      }
      const copied = new Map<string, CopiedRecord>()
      const options = { conflict: 'replace' }
      const { failures } = await runTransfer(sides, { from: [join(source, 'tree')], to: target, copied, options })
      files.dispose()
      expect([failures, leftIn(join(target, 'tree'))]).toEqual([[], []])
      for (const name of Object.keys(sizes).flatMap(each => [each, `old-${each}`])) {
        const [from, to] = [join(source, 'tree', name), join(target, 'tree', name)]
        expect(fs.readFileSync(to).equals(fs.readFileSync(from))).toBe(true)
        const wanted = name.startsWith('old-') ? stands : mode & ~process.umask()
        // The file's owner keeps write permission that the server would not remove.
        expect(modeOf(to) & ~(wanted | 0o600)).toBe(0)
        if (copied.get(from)?.timeKept === false) continue
        expect([modeOf(to), sameTime(fs.statSync(to).mtimeMs, timeMs)]).toEqual([wanted, true])
      }
    },
  )
  await fc.assert(property, settings)
}, 120_000)

test('whatever attributes a server refuses, files saved from the editor are complete and get no more permissions', async () => {
  const folder = tempDir()
  const property = fc.asyncProperty(refusals, modes, async (refused, mode) => {
    const { far, files } = await rig(refused, folder)
    put(join(far, 'a'), 'old contents', mode)
    await saveFile(files, join(far, 'a'), { data: Buffer.from('new'), expected: null })
    files.dispose()
    expect([fs.readFileSync(join(far, 'a'), 'utf8'), leftIn(far)]).toEqual(['new', []])
    expect(modeOf(join(far, 'a')) & ~(mode | 0o600)).toBe(0)
  })
  await fc.assert(property, settings)
}, 120_000)
