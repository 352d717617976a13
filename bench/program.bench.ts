import type { Hawser } from '../e2e/fixtures.ts'
import { expect, keyHost, test, trust } from '../e2e/fixtures.ts'
import { startSshd } from '../e2e/sshd.ts'
import { report } from './report.ts'

const settings = { terminal: { screenReader: false } }

/** The working set of all processes, in MB. */
async function memory({ app }: Hawser): Promise<number> {
  const kilobytes = await app.evaluate(({ app: program }) =>
    program.getAppMetrics().reduce((sum, each) => sum + each.memory.workingSetSize, 0),
  )
  return kilobytes / 1024
}

test('cold start', async ({ launch, sshd, sshDir }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const start = performance.now()
  const { page } = await launch({ hosts: [keyHost(sshd)], settings })
  const shown = performance.now() - start
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  await page.getByRole('tab', { name: 'gpu-box' }).getByRole('img', { name: 'connected' }).waitFor()
  report({ name: 'cold start to the window', unit: 's', ours: shown / 1000, peers: {}, aim: 'at most 1.5 s' })
  report({ name: 'cold start to a shell', unit: 's', ours: (performance.now() - start) / 1000, peers: {}, aim: '' })
})

test('memory of idle terminals', async ({ launch, sshd, sshDir }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const hawser = await launch({ hosts: [keyHost(sshd)], settings })
  const { page } = hawser
  const empty = await memory(hawser)
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  const live = page.getByRole('tab', { name: 'gpu-box' }).getByRole('img', { name: 'connected' })
  await expect(live).toHaveCount(1)
  const one = await memory(hawser)
  for (let count = 2; count <= 20; count++) {
    await page.keyboard.press('Control+Shift+K')
    await expect(live).toHaveCount(count)
  }
  await new Promise(resolve => setTimeout(resolve, 3000))
  const twenty = await memory(hawser)
  report({ name: 'memory with no terminal', unit: 'MB', ours: empty, peers: {}, aim: '' })
  report({ name: 'memory with 1 idle terminal', unit: 'MB', ours: one, peers: {}, aim: '' })
  report({ name: 'memory with 20 idle terminals', unit: 'MB', ours: twenty, peers: {}, aim: 'under 600 MB' })
})

test('100 connections', async ({ launch, sshDir, folder }) => {
  const sshd = await startSshd(`${folder}/many`, ['MaxStartups 300'])
  trust(sshDir, sshd.port, sshd.hostKey)
  const hosts = Array.from({ length: 100 }, (_each, n) => ({ ...keyHost(sshd, `box-${n}`), id: crypto.randomUUID() }))
  const hawser = await launch({ hosts, settings })
  const start = performance.now()
  const failed = await hawser.page.evaluate(
    async ids => {
      const { bridge } = window as unknown as {
        bridge: { invoke(channel: string, input: unknown): Promise<{ ok: boolean }> }
      }
      const open = (hostId: string) =>
        bridge.invoke('hawser:terminals.open', {
          id: crypto.randomUUID(),
          target: { kind: 'host', hostId },
          size: { cols: 80, rows: 24 },
        })
      const replies = await Promise.all(ids.map(open))
      return replies.filter(reply => !reply.ok).length
    },
    hosts.map(host => host.id),
  )
  expect(failed).toBe(0)
  report({ name: '100 connections opened', unit: 's', ours: (performance.now() - start) / 1000, peers: {}, aim: '' })
  report({ name: 'memory with 100 connections', unit: 'MB', ours: await memory(hawser), peers: {}, aim: '' })
  sshd.kill()
})
