import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, onTestFinished, test, vi } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import type { Script } from '../ssh/script.ts'
import { launchScript, outcomeScript, parseOutcome, parseSite, serviceScript, siteScript } from './launch-script.ts'

const base = process.env['PATH'] ?? ''

/** A host: a home, and programs that come before the system's in PATH. */
function host(programs: Readonly<Record<string, string>> = {}) {
  const home = tempDir()
  mkdirSync(join(home, 'bin'))
  for (const [name, text] of Object.entries(programs))
    writeFileSync(join(home, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  const env = { HOME: home, PATH: `${join(home, 'bin')}:${base}`, SHELL: '/bin/sh' }
  const run = (script: Script | string) =>
    execFileSync('sh', ['-c', typeof script === 'string' ? script : script.text], { env, encoding: 'utf8' })
  return { home, run }
}

// tmux fails in tests of the fallback.
const noTmux = { tmux: 'exit 1' }

test('a command runs in its folder and environment, whatever characters they contain', async () => {
  const { home, run } = host(noTmux)
  const folder = join(home, `it's "here" $(touch owned) ;&`)
  const environment = join(home, 'my env')
  mkdirSync(folder)
  mkdirSync(join(environment, 'bin'), { recursive: true })
  writeFileSync(
    join(environment, 'bin', 'serve'),
    '#!/bin/sh\npwd > "$HOME/where"; echo "$VIRTUAL_ENV" >> "$HOME/where"\n',
    {
      mode: 0o755,
    },
  )
  const script = launchScript('own', { command: 'serve', folder, environment })
  // A host without tmux: the program doesn't exist.
  run(script.text.replaceAll('command -v tmux', 'command -v no-tmux-here'))
  await vi.waitFor(() => expect(readFileSync(join(home, 'where'), 'utf8')).toBe(`${folder}\n${environment}\n`), 5_000)
  expect(existsSync(join(home, 'owned')) || existsSync(join(folder, 'owned'))).toBe(false)
  expect(existsSync(join(home, '.cache/hawser/own.log'))).toBe(true)
})

test('the reason why a command ended is its own last output', () => {
  expect(parseOutcome('Serving on 8888\n')).toBeNull()
  expect(parseOutcome('sh: 1: mlflow: not found\n\n@ended\n')).toBe('sh: 1: mlflow: not found')
  expect(parseOutcome('\n@gone\n')).toBe('it ended without any output')
  const { run } = host()
  expect(
    parseOutcome(run(outcomeScript('never-started').text.replaceAll('command -v tmux', 'command -v no-tmux-here'))),
  ).toBeNull()
})

test('the options of a host are reported: environments, tmux, systemd', () => {
  const { home, run } = host({ tmux: 'exit 0', systemctl: 'case "$*" in *is-enabled*) exit 1;; *) exit 0;; esac' })
  for (const name of ['miniconda3/conda-meta', 'miniconda3/envs/ml/conda-meta', 'project/.venv/bin'])
    mkdirSync(join(home, name), { recursive: true })
  writeFileSync(join(home, 'project/.venv/bin/python'), '', { mode: 0o755 })
  const site = parseSite(run(siteScript('jupyter')))
  expect(site).toMatchObject({ tmux: true, service: 'off' })
  expect(site.environments).toEqual(['miniconda3', 'miniconda3/envs/ml', 'project/.venv'].map(name => join(home, name)))
})

test('a systemd unit is written, enabled, and removed without a trace', () => {
  const { home, run } = host({ systemctl: 'echo "$*" >> "$HOME/calls"', loginctl: 'true' })
  const launch = { command: "jupyter-notebook --ip='127.0.0.1' 100%", folder: '~/my work', environment: '' }
  const unit = join(home, '.config/systemd/user/hawser-jupyter.service')
  run(serviceScript('jupyter', launch, true))
  expect(readFileSync(unit, 'utf8')).toContain('ExecStart=/bin/sh %h/.config/hawser/jupyter.sh')
  expect(execFileSync('sh', ['-n', join(home, '.config/hawser/jupyter.sh')], { encoding: 'utf8' })).toBe('')
  expect(readFileSync(join(home, 'calls'), 'utf8')).toContain('--user enable --now hawser-jupyter.service')
  run(serviceScript('jupyter', launch, false))
  expect([existsSync(unit), existsSync(join(home, '.config/hawser/jupyter.sh'))]).toEqual([false, false])
})

const shells = [
  ['bash', 'bash'],
  ['fish', 'fish'],
  ['tcsh', 'tcsh'],
] as const
for (const [program, name] of shells)
  test.skipIf(lacks(program, 'tmux'))(
    `no name is read again by ${name}, the login shell, with tmux and without`,
    async () => {
      const shell = execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim()
      const home = join(tempDir(), "it's home")
      const odd = `\\' ; touch $HOME/PWNED ; echo \\' !x`
      const environment = join(home, odd)
      mkdirSync(join(environment, 'bin'), { recursive: true })
      writeFileSync(join(environment, 'bin', 'serve'), '#!/bin/sh\npwd > "$HOME/where"\n', { mode: 0o755 })
      const env = { HOME: home, PATH: base, SHELL: shell, TMUX_TMPDIR: home }
      onTestFinished(() => void spawnSync('tmux', ['kill-server'], { env }))
      const script = launchScript('own', { command: 'serve', folder: environment, environment }).text
      for (const each of [script, script.replaceAll('command -v tmux', 'command -v no-tmux-here')]) {
        execFileSync('sh', ['-c', each], { env })
        await vi.waitFor(() => expect(readFileSync(join(home, 'where'), 'utf8')).toBe(`${environment}\n`), 5_000)
        rmSync(join(home, 'where'))
      }
      expect(existsSync(join(home, 'PWNED'))).toBe(false)
    },
    20_000,
  )
