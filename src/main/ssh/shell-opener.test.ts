import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import { dialRig, trusting } from '../../testing/dial.ts'
import { hasOpenSsh, startOpenSsh } from '../../testing/open-ssh.ts'
import { tempDir } from '../../testing/temp-dir.ts'

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach(end => end()))

const signal = new AbortController().signal
const env = { COLORTERM: 'truecolor' }

async function connect(lines: readonly string[] = []) {
  const folder = tempDir()
  mkdirSync(join(folder, 'ssh'), { mode: 0o700 })
  const sshd = await startOpenSsh(join(folder, 'sshd'), lines)
  const rig = dialRig(folder, trusting())
  ends.push(
    () => rig.stop(),
    () => sshd.stop(),
  )
  return rig.dial({ port: sshd.port, user: sshd.user, signIn: 'key', keyFile: sshd.id })
}

describe.skipIf(!hasOpenSsh)('opening shells on a real OpenSSH server', () => {
  it('gives each of several opened at once a terminal of the size it asked for', async () => {
    const connection = await connect()
    const sizes = [
      { cols: 81, rows: 21 },
      { cols: 82, rows: 22 },
      { cols: 83, rows: 23 },
    ]
    const shells = await Promise.all(sizes.map(size => connection.shell({ size, term: 'xterm-256color', env }, signal)))
    for (const [index, { channel }] of shells.entries()) {
      let seen = ''
      channel.on('data', (data: Buffer) => (seen += data.toString()))
      channel.write('echo "[$(stty size) $TERM]"\n')
      const { rows, cols } = sizes[index] as (typeof sizes)[0]
      await expect.poll(() => seen, { timeout: 20_000 }).toContain(`[${rows} ${cols} xterm-256color]`)
    }
  })

  it('reports a refused terminal, rather than running a shell without one', async () => {
    const connection = await connect(['PermitTTY no'])
    const opened = connection.shell({ size: { cols: 80, rows: 24 }, term: 'xterm', env }, signal)
    await expect(opened).rejects.toMatchObject({ code: 'server-refused' })
  })
})
