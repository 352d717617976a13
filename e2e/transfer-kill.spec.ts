import { spawn, type ChildProcess } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { expect, keyHost, projectFolder, seed, test, trust } from './fixtures.ts'
import type { Sshd } from './sshd.ts'

const sha = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** The transfer engine as a process of its own, signed in. */
async function engine(
  sshd: Sshd,
  sshDir: string,
): Promise<{ child: ChildProcess; ask(order: object): Promise<unknown> }> {
  const child = spawn(process.execPath, [join(projectFolder, 'out/testing/transfer-engine.cjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (order: object) => {
    child.stdin.write(`${JSON.stringify(order)}\n`)
    const { value } = (await lines.next()) as { value?: string }
    return JSON.parse(value ?? '{}') as unknown
  }
  const worker = join(projectFolder, 'out/main/key-worker.cjs')
  const server = {
    address: '127.0.0.1',
    port: sshd.port,
    user: sshd.user,
    keyFile: join(sshd.folder, 'id'),
    sshFolder: sshDir,
    worker,
  }
  await ask({ kind: 'open', server })
  return { child, ask }
}

test('killed at random moments, it never leaves a wrong file under its name', async ({ sshd, sshDir, folder }) => {
  // Some minutes for the great count; see src/testing/runs.ts.
  const turns = process.env['HAWSER_LONG_TESTS'] ? 100 : 12
  test.setTimeout(600_000)
  const [near, far] = [join(folder, 'near'), join(folder, 'far')]
  for (const path of [near, far]) mkdirSync(path)
  const source = join(near, 'weights.pt')
  writeFileSync(source, randomBytes(40_000_000))
  const right = sha(source)
  const target = join(far, 'weights.pt')
  let [unfinished, whole] = [0, 0]
  for (let turn = 0; turn < turns; turn++) {
    const { child, ask } = await engine(sshd, sshDir)
    const ended = new Promise(resolve => child.once('exit', resolve))
    void ask({ kind: 'put', from: source, to: far }).catch(() => {})
    const moment = Math.random() * 250
    await new Promise(resolve => setTimeout(resolve, moment))
    child.kill('SIGKILL')
    await ended
    if (existsSync(target)) {
      expect(sha(target)).toBe(right)
      whole++
    } else if (existsSync(join(far, '.weights.pt.hawser-part'))) unfinished++
    rmSync(target, { force: true })
  }
  // Most of them really were in the middle.
  expect(unfinished).toBeGreaterThan(turns / 5)
  expect(whole).toBeLessThan(turns * 0.8)
})

test('a transfer of a program that was killed is continued by the next one', async ({
  launch,
  sshd,
  sshDir,
  dataDir,
  folder,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const [here, there] = [join(folder, 'here'), join(folder, 'there')]
  for (const path of [here, there]) mkdirSync(path)
  writeFileSync(join(here, 'data.bin'), randomBytes(150_000_000))
  // Slow enough that the end comes in the middle.
  seed(dataDir, 'transfers.json', { transfers: [], limits: { up: 40_000_000, down: 0 } })
  const { app, page } = await launch({ ownProcess: true, hosts: [keyHost(sshd)] })
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  for (const [name, path] of [
    ['Left', here],
    ['Right', there],
  ]) {
    const field = page.getByRole('region', { name: `${name} pane` }).getByRole('textbox', { name: 'Path' })
    await field.fill(path as string)
    await page.keyboard.press('Enter')
    await expect(field).toHaveValue(path as string)
  }
  await page.getByRole('region', { name: 'Left pane' }).getByRole('row', { name: 'data.bin', exact: true }).click()
  await page.getByRole('region', { name: 'Left pane' }).getByRole('grid').focus()
  await page.keyboard.press('F5')
  const part = join(there, '.data.bin.hawser-part')
  await expect.poll(() => (existsSync(part) ? statSync(part).size : 0), { intervals: [20] }).toBeGreaterThan(20_000_000)
  // The list is on the disk a second after it changed.
  await expect.poll(() => readFileSync(join(dataDir, 'transfers.json'), 'utf8').includes('data.bin')).toBe(true)
  app.process().kill('SIGKILL')
  expect([existsSync(part), existsSync(join(there, 'data.bin'))]).toEqual([true, false])
  const again = await launch({ ownProcess: true })
  await again.page.getByRole('tab', { name: 'Files' }).click()
  const row = again.page.getByRole('region', { name: 'Transfers' }).getByRole('row', { name: 'data.bin', exact: true })
  await row.getByRole('button', { name: 'Resume data.bin' }).click()
  await expect(row).toContainText('1 file', { timeout: 60_000 })
  expect(sha(join(there, 'data.bin'))).toBe(sha(join(here, 'data.bin')))
})
