import { execFileSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { sftpServer } from '../../testing/sftp-program.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { programFiles } from '../../testing/two-folders.ts'
import { checksum } from './far-tools.ts'
import { readPiece } from './file-contents.ts'
import type { FileSystem } from './file-system.ts'
import { LocalFiles } from './local-files.ts'

const sides: readonly (readonly [string, readonly string[], () => Promise<FileSystem>])[] = [
  ['a host', [sftpServer], () => programFiles()],
  ['this computer', [], () => Promise.resolve(new LocalFiles())],
]

describe.skipIf(process.platform === 'win32')('a pipe, which blocks whoever opens it', () => {
  for (const [name, programs, open] of sides)
    it.skipIf(lacks(...programs))(`is not read on ${name}, and holds up nothing`, async () => {
      const folder = tempDir()
      const at = (file: string) => join(folder, file)
      execFileSync('mkfifo', [at('pipe')])
      symlinkSync('pipe', at('link'))
      writeFileSync(at('file'), 'text')
      const files = await open()
      const piece = { offset: 0, length: 100 }
      for (const special of ['pipe', 'link']) {
        await expect(readPiece(files, at(special), piece)).rejects.toMatchObject({ code: 'unsupported' })
        const sum = checksum(files, { path: at(special), kind: 'sha256' }, new AbortController().signal)
        await expect(sum).rejects.toMatchObject({ code: 'unsupported' })
      }
      expect(Buffer.from((await readPiece(files, at('file'), piece)).data).toString()).toBe('text')
    })
})
