import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { checkPlaces, composeBackground, fill, knownValues, variablesOf } from './compose.ts'
import { starters } from './starters.ts'

const given = { cwd: null, selection: null, clipboard: null }
const known = knownValues({ host: 'h', address: null, user: null, port: null, localUser: 'me', now: new Date() }, given)

function run(name: string, home: string, values: Record<string, string> = {}) {
  const snippet = starters().find(each => each.name === name)
  if (!snippet) throw new Error(name)
  const { text } = composeBackground(snippet, fill(snippet, values, known), { dialect: 'sh' })
  // A shell other than bash, and nothing of this machine's own home.
  const env = { PATH: '/usr/bin:/bin', SHELL: '/bin/dash', HOME: home, LC_ALL: 'C.UTF-8' }
  return spawnSync('/bin/dash', ['-c', text], { encoding: 'utf8', env, cwd: home })
}

describe('the starters', () => {
  it('are ten, with names and numbers of their own, and safe places for their values', () => {
    const all = starters()
    expect(all).toHaveLength(10)
    expect(new Set(all.map(each => each.name)).size).toBe(10)
    expect(all.map(each => each.key)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, null])
    for (const each of all) expect(() => checkPlaces(each)).not.toThrow()
  })

  it.each(starters().map(each => each.name))('%s works on a plain Debian', name => {
    const home = tempDir()
    const needed = variablesOf(starters().find(each => each.name === name) as never).filter(
      each => each.fallback === null,
    )
    const { stdout, stderr, status } = run(
      name,
      home,
      Object.fromEntries(needed.map(each => [each.name, 'no-such-program'])),
    )
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout.trim()).not.toBe('')
  })

  it('tail the newest log, whatever its name', () => {
    const home = tempDir()
    mkdirSync(join(home, 'my runs'))
    writeFileSync(join(home, 'my runs', "it's a.log"), 'one\ntwo\nthree\n')
    const { stdout } = run('Tail newest log', home, { folder: '~/my runs', lines: '2' })
    expect(stdout).toBe(`${home}/my runs/it's a.log\ntwo\nthree\n`)
  })

  it('kill matching processes and none of their own', async () => {
    const home = tempDir()
    const name = `hawser-victim-${process.pid}`
    const victim = spawn('/bin/sh', ['-c', `while :; do sleep 1; done # ${name}`], { stdio: 'ignore', detached: true })
    const ended = new Promise(resolve => victim.once('exit', (_code, signal) => resolve(signal)))
    const { stdout, status } = run('Kill by name', home, { name })
    expect(status).toBe(0)
    expect(stdout).toContain('Sent TERM to 1 process.')
    expect(await ended).toBe('SIGTERM')
  })

  it('show the state of every repository', () => {
    const home = tempDir()
    spawnSync('git', ['init', '-q', '-b', 'main', join(home, 'a project')])
    writeFileSync(join(home, 'a project', 'new.txt'), '')
    const { stdout } = run('Git status of projects', home)
    expect(stdout).toContain('== ./a project')
    expect(stdout).toContain('?? new.txt')
  })
})
