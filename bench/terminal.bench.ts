import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

import headless from '@xterm/headless'
import type { Page } from '@playwright/test'
import ssh2 from 'ssh2'

import { keyHost, terminal, test, trust } from '../e2e/fixtures.ts'
import type { Sshd } from '../e2e/sshd.ts'
import { open as openProxy } from '../scripts/tcp-proxy.mjs'
import { percentile, report } from './report.ts'

// The screen reader's tree costs time that a benchmark must not see.
const settings = { terminal: { screenReader: false, bell: 'visual' } }
const megabytes = 50

test.beforeEach(({ sshd, sshDir }) => trust(sshDir, sshd.port, sshd.hostKey))

function sshArgs(sshd: Sshd, sshDir: string, port = sshd.port): string[] {
  return [
    '-F',
    'none',
    '-i',
    join(sshd.folder, 'id'),
    '-p',
    String(port),
    '-o',
    `UserKnownHostsFile=${join(sshDir, 'known_hosts')}`,
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'LogLevel=ERROR',
    `${sshd.user}@127.0.0.1`,
  ]
}

/** Looked at in every frame: a locator's own wait looks only twice a second after a while. */
async function shows(page: Page, selector: string, count = 1): Promise<void> {
  const there = (wanted: { selector: string; count: number }) =>
    document.querySelectorAll(wanted.selector).length >= wanted.count
  await page.waitForFunction(there, { selector, count }, { polling: 'raf', timeout: 120_000 })
}

const connected = (page: Page, count = 1) => shows(page, '[role=tab] [role=img][aria-label=connected]', count)

test('throughput', async ({ launch, sshd, sshDir, folder }) => {
  const file = join(folder, 'flood.txt')
  const line = () => `${randomBytes(36).toString('base64')} epoch 11/90 loss 1.842 acc 71.3 4812 img/s\n`
  const block = Array.from({ length: 10_000 }, line).join('')
  writeFileSync(file, block.repeat(Math.ceil((megabytes * 1e6) / block.length)).slice(0, megabytes * 1e6))

  const peerStart = performance.now()
  spawnSync('ssh', [...sshArgs(sshd, sshDir), `cat ${file}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
    maxBuffer: 1e9,
  })
  const peer = megabytes / ((performance.now() - peerStart) / 1000)

  const bare = new headless.Terminal({ cols: 150, rows: 40, scrollback: 10_000, allowProposedApi: true })
  const data = readFileSync(file)
  const bareStart = performance.now()
  await new Promise<void>(resolve => {
    for (let at = 0; at < data.length; at += 65_536)
      bare.write(data.subarray(at, at + 65_536), at + 65_536 >= data.length ? resolve : undefined)
  })
  const bareRate = megabytes / ((performance.now() - bareStart) / 1000)

  const { page } = await launch({ hosts: [keyHost(sshd)], settings })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  await connected(page)
  await terminal(page, 'gpu-box').type('x')
  await page.keyboard.press('Control+u')
  // The bell comes after the last byte was drawn into the buffer.
  await page.keyboard.type(`cat ${file}; printf '\\a'`)
  const start = performance.now()
  await page.keyboard.press('Enter')
  await shows(page, 'section[data-ringing=true]')
  const ours = megabytes / ((performance.now() - start) / 1000)
  report({
    name: 'terminal throughput',
    unit: 'MB/s',
    ours,
    peers: { 'ssh host cat >/dev/null': peer, 'bare @xterm/headless': bareRate },
    aim: 'at least 0.6 of ssh, never below 25 MB/s',
  })
})

test('Ctrl+C in a flood', async ({ launch, sshd }) => {
  const { page } = await launch({ hosts: [keyHost(sshd)], settings })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  await connected(page)
  const samples: number[] = []
  for (let round = 0; round < 5; round++) {
    // The trap answers the interrupt with a title.
    await terminal(page, 'gpu-box').type(
      `bash -c 'trap "printf \\"\\033]0;stopped-${round}\\007\\"; exit" INT; while :; do echo flood flood flood flood flood flood flood; done'`,
    )
    await page.keyboard.press('Enter')
    await new Promise(resolve => setTimeout(resolve, 1500))
    const start = performance.now()
    await page.keyboard.press('Control+c')
    await shows(page, `[role=tab][aria-label=stopped-${round}]`)
    samples.push(performance.now() - start)
  }
  report({
    name: 'Ctrl+C in a flood',
    unit: 'ms',
    ours: percentile(samples, 0.5),
    peers: {},
    aim: 'at most 200 ms (100 ms of it is the title’s own delay)',
  })
})

test('keystroke echo', async ({ launch, sshd }) => {
  // Every key is answered by a bell: it shows in the page as soon as it is drawn.
  const program = "stty raw -echo; while IFS= read -rn1 c; do printf '\\a'; done"
  const rounds = 60
  const bare = await bareEcho(sshd, program, rounds)
  const { page } = await launch({ hosts: [keyHost(sshd)], settings })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  await connected(page)
  await terminal(page, 'gpu-box').type(`${program}\n`)
  await new Promise(resolve => setTimeout(resolve, 800))
  const samples = await page.evaluate(async count => {
    const pane = document.querySelector('section[aria-label="Terminal gpu-box"]') as HTMLElement
    const field = pane.querySelector('textarea') as HTMLTextAreaElement
    const measured: number[] = []
    for (let n = 0; n < count; n++) {
      await new Promise(resolve => setTimeout(resolve, 350))
      const start = performance.now()
      const rang = new Promise<number>(resolve => {
        const observer = new MutationObserver(() => {
          if (pane.dataset['ringing'] !== 'true') return
          observer.disconnect()
          resolve(performance.now() - start)
        })
        observer.observe(pane, { attributes: true, attributeFilter: ['data-ringing'] })
      })
      field.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'a', code: 'KeyA', keyCode: 65, bubbles: true, cancelable: true }),
      )
      field.dispatchEvent(
        new KeyboardEvent('keypress', {
          key: 'a',
          code: 'KeyA',
          keyCode: 97,
          charCode: 97,
          bubbles: true,
          cancelable: true,
        } as KeyboardEventInit),
      )
      measured.push(await rang)
    }
    return measured
  }, rounds)
  for (const [name, share] of [
    ['median', 0.5],
    ['p95', 0.95],
  ] as const) {
    const [ours, theirs] = [percentile(samples, share), percentile(bare, share)]
    report({
      name: `keystroke echo, ${name}`,
      unit: 'ms',
      ours,
      peers: { 'bare round trip': theirs },
      aim: 'at most 8 ms over the bare round trip at p95',
    })
    console.log(`    over the bare round trip: ${(ours - theirs).toFixed(2)} ms`)
  }
})

/** The same program over a bare ssh2 channel, without a window. */
function bareEcho(sshd: Sshd, program: string, rounds: number): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    client.on('error', reject)
    client.on('ready', () => {
      client.shell({ term: 'xterm' }, (error, channel) => {
        if (error) return reject(error)
        channel.write(`${program}\n`)
        setTimeout(() => {
          const samples: number[] = []
          const next = () => {
            if (samples.length >= rounds) {
              client.end()
              return resolve(samples)
            }
            const start = performance.now()
            channel.once('data', () => {
              samples.push(performance.now() - start)
              setTimeout(next, 20)
            })
            channel.write('a')
          }
          channel.removeAllListeners('data')
          next()
        }, 800)
        channel.resume()
      })
    })
    client.connect({
      sock: connect({ host: '127.0.0.1', port: sshd.port, noDelay: true }),
      username: sshd.user,
      privateKey: readFileSync(join(sshd.folder, 'id')),
    })
  })
}

test('a first prompt and a further one at 200 ms', async ({ launch, sshd, sshDir }) => {
  const link = await openProxy(sshd.port, { delayMs: 100 })
  trust(sshDir, link.port, sshd.hostKey)
  const peerStart = performance.now()
  const peer = await new Promise<number>(resolve => {
    const child = spawn('ssh', ['-tt', ...sshArgs(sshd, sshDir, link.port)], { stdio: ['pipe', 'pipe', 'ignore'] })
    child.stdout.once('data', () => {
      resolve(performance.now() - peerStart)
      child.kill()
    })
  })
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), port: link.port }], settings })
  const start = performance.now()
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  await connected(page)
  report({
    name: 'first shell at 200 ms',
    unit: 's',
    ours: (performance.now() - start) / 1000,
    peers: { OpenSSH: peer / 1000 },
    aim: 'no later than OpenSSH',
  })
  const further = performance.now()
  await page.keyboard.press('Control+Shift+K')
  await connected(page, 2)
  report({
    name: 'further shell at 200 ms',
    unit: 's',
    ours: (performance.now() - further) / 1000,
    peers: { OpenSSH: peer / 1000 },
    aim: 'at most 0.8 s',
  })
  await link.close()
})
