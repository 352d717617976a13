import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { expect, projectFolder, test } from '../e2e/fixtures.ts'
import { percentile, report } from './report.ts'

test('a config of 10 MB', async ({ sshDir }) => {
  const engine = createRequire(import.meta.url)(join(projectFolder, 'out/testing/config-engine.cjs')) as {
    readAndResolve(path: string, name: string): Promise<{ names: number; user: string }>
  }
  const path = join(sshDir, 'config')
  let text = 'Host *\n  ServerAliveInterval 30\n'
  for (let n = 0; text.length < 10 * 1024 * 1024; n++)
    text += `Host box-${n}\n  HostName 10.${n >> 16}.${(n >> 8) & 255}.${n & 255}\n  User user${n}\n  Port ${1024 + (n % 60000)}\n  # a comment about this machine\n  IdentityFile ~/.ssh/key-${n % 50}\n\n`
  writeFileSync(path, text, { mode: 0o600 })
  const times: number[] = []
  for (let turn = 0; turn < 7; turn++) {
    const start = performance.now()
    const { names, user } = await engine.readAndResolve(path, 'box-5000')
    times.push(performance.now() - start)
    expect([names > 50_000, user]).toEqual([true, 'user5000'])
  }
  const start = performance.now()
  expect(execFileSync('ssh', ['-G', '-F', path, 'box-5000'], { encoding: 'utf8' })).toContain('user user5000')
  const ssh = performance.now() - start
  report({
    name: 'a config of 10 MB, read and answered',
    unit: 'ms',
    ours: percentile(times, 0.5),
    peers: { 'ssh -G': ssh },
    aim: 'under 500 ms',
  })
})

test('1,000 hosts on the page', async ({ launch }) => {
  const hosts = Array.from({ length: 1000 }, (_each, n) => ({
    label: `gpu-${String(n).padStart(4, '0')}`,
    address: `10.0.${n >> 8}.${n & 255}`,
    user: ['ubuntu', 'root', 'me'][n % 3] as string,
  }))
  const { page } = await launch({ hosts, settings: { terminal: { screenReader: false } } })
  await page.getByRole('button', { name: 'gpu-0000', exact: true }).waitFor()
  const paints: number[] = []
  for (let turn = 0; turn < 7; turn++) {
    await page.getByRole('link', { name: 'Activity' }).click()
    paints.push(
      await page.evaluate(async () => {
        const link = document.querySelector<HTMLElement>('nav a[aria-label="Hosts"]')
        const start = performance.now()
        link?.click()
        await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve, 0)))
        return performance.now() - start
      }),
    )
    await page.getByRole('button', { name: 'gpu-0000', exact: true }).waitFor()
  }
  const keys = await page.evaluate(async () => {
    const input = document.querySelector<HTMLInputElement>('input[aria-label="Find or connect"]')
    if (!input) return []
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set
    const times: number[] = []
    for (const typed of [
      'g',
      'gp',
      'gpu',
      'gpu-',
      'gpu-0',
      'gpu-01',
      'gpu-012',
      'gpu-0123',
      'gpu-012',
      'gpu-0',
      'gp',
      '',
    ]) {
      const start = performance.now()
      set?.call(input, typed)
      input.dispatchEvent(new Event('input', { bubbles: true }))
      // The page is laid out when this is known.
      void document.body.offsetHeight
      times.push(performance.now() - start)
      await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve, 0)))
    }
    return times
  })
  report({
    name: '1,000 hosts: first paint',
    unit: 'ms',
    ours: percentile(paints, 0.5),
    peers: {},
    aim: 'under 100 ms',
  })
  report({
    name: '1,000 hosts: a key in the filter, p50',
    unit: 'ms',
    ours: percentile(keys, 0.5),
    peers: {},
    aim: 'under 16 ms',
  })
  report({
    name: '1,000 hosts: a key in the filter, slowest',
    unit: 'ms',
    ours: Math.max(...keys),
    peers: {},
    aim: 'under 16 ms',
  })
})
