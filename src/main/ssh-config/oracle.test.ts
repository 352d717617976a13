import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { configSection, configText, hostName } from '../../testing/generated-configs.ts'
import { lacks } from '../../testing/programs.ts'
import { runs } from '../../testing/runs.ts'
import { SshConfigOracle } from '../../testing/ssh-config-oracle.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { mutation } from '../../testing/text-mutations.ts'

const configs = Number(process.env['HAWSER_CONFIG_RUNS'] ?? runs(5_000))
const mutations = runs(5_000, 150)
// The full count finds new failures, which are then fixed; normal runs try the same mutations each time.
const sameEveryDay = mutations < 5_000 ? { seed: 1 } : {}
const patience = 30 * 60_000

/** Writes a config and the two files that it may include; resolves to its path. */
async function write(folder: string, text: string, included: readonly string[]): Promise<string> {
  await mkdir(folder)
  const file = join(folder, 'config')
  await writeFile(join(folder, 'inc-1'), included[0] as string, { mode: 0o600 })
  await writeFile(join(folder, 'inc-2'), included[1] as string, { mode: 0o600 })
  await writeFile(file, text.replaceAll('inc-', join(folder, 'inc-')), { mode: 0o600 })
  return file
}

// Hawser skips a byte order mark at the start, ssh refuses it.
const mutatedText = fc
  .tuple(configText, fc.array(mutation, { minLength: 1, maxLength: 2 }))
  .map(([text, changes]) => changes.reduce((before, each) => each(before), text).replace(/^\uFEFF+/, ''))
  .filter(text => !isReadAnewSince92(text))

const included = fc.array(configSection, { minLength: 2, maxLength: 2 })

describe.skipIf(lacks('ssh'))('our answer', () => {
  it(
    `equals that of ssh -G for every supported keyword, in ${configs} configs`,
    async () => {
      const oracle = await SshConfigOracle.open()
      const folder = tempDir()
      let [taken, count] = [0, 0]
      await fc.assert(
        fc.asyncProperty(configText, included, hostName, async (text, inner, host) => {
          const { theirs, ours } = await oracle.compare(await write(join(folder, `${count++}`), text, inner), host)
          expect(ours.lines, `${JSON.stringify(text)}, dialled as ${host}: ${ours.problem ?? 'taken'}`).toEqual(theirs)
          if (theirs) taken++
        }),
        { numRuns: configs },
      )
      expect(taken).toBeGreaterThan(configs * 0.6)
    },
    patience,
  )

  it(
    `equals that of ssh -G, or is refused as there, when a byte is changed, added or dropped, in ${mutations} configs`,
    async () => {
      const oracle = await SshConfigOracle.open()
      const folder = tempDir()
      let [refused, taken, count] = [0, 0, 0]
      await fc.assert(
        fc.asyncProperty(mutatedText, included, hostName, async (text, inner, host) => {
          const { theirs, ours } = await oracle.compare(await write(join(folder, `${count++}`), text, inner), host)
          if (theirs !== null && isRefusedWhenDialled(ours.problem)) return
          expect(ours.lines, `${JSON.stringify(text)}, dialled as ${host}: ${ours.problem ?? 'taken'}`).toEqual(theirs)
          if (theirs) taken++
          else refused++
        }),
        { numRuns: mutations, ...sameEveryDay },
      )
      expect(refused).toBeGreaterThan(mutations * 0.1)
      expect(taken).toBeGreaterThan(mutations * 0.1)
    },
    patience,
  )
})

/** True for a line that ssh refuses too, but only once it dials: -G neither expands these nor checks addresses. */
function isRefusedWhenDialled(problem: string | null): boolean {
  return /is not a valid token here|is not set$|must be alone on its line|Include: tokens are not supported|BindAddress: .* is not an IP address/s.test(
    problem ?? '',
  )
}

/**
 * True for Match lines that OpenSSH 9.2 refuses and later versions accept: its criteria are now split like other
 * arguments.
 */
function isReadAnewSince92(text: string): boolean {
  return /^[ \t="]*match\b.*([^ \t]=|[\\'"]|localnetwork|version|tagged|command|sessiontype)/im.test(text)
}
