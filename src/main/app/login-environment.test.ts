import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { isFromDesktop, readLoginEnvironment } from './login-environment.ts'

/** A home whose shells each set a PATH, and print something as well. */
function home() {
  const folder = tempDir()
  mkdirSync(join(folder, '.config/fish'), { recursive: true })
  const posix = 'echo welcome PATH=/wrong\nexport PATH="$HOME/tools:$PATH" SSH_AUTH_SOCK=/run/mine MANY="a\nb"\n'
  for (const name of ['.bash_profile', '.zprofile', '.profile']) writeFileSync(join(folder, name), posix)
  writeFileSync(
    join(folder, '.login'),
    'echo welcome\nsetenv PATH "$HOME/tools:$PATH"\nsetenv SSH_AUTH_SOCK /run/mine\n',
  )
  writeFileSync(
    join(folder, '.config/fish/config.fish'),
    'echo welcome\nset -gx PATH $HOME/tools $PATH\nset -gx SSH_AUTH_SOCK /run/mine\n',
  )
  return folder
}
const bare = (folder: string, shell: string) => ({ HOME: folder, SHELL: shell, PATH: '/usr/bin:/bin', HAWSER_X: '1' })
const { signal } = new AbortController()

describe('the environment of the login shell', () => {
  for (const name of ['bash', 'zsh', 'dash', 'fish', 'tcsh'])
    it.skipIf(lacks(name))(`is read from a ${name} that prints`, async () => {
      const folder = home()
      const found = await readLoginEnvironment(bare(folder, `/usr/bin/${name}`), { signal })
      expect(found).toMatchObject({ kind: 'read', variables: { SSH_AUTH_SOCK: '/run/mine' } })
      const { variables } = found as Extract<typeof found, { kind: 'read' }>
      expect(variables['PATH']?.split(':')[0]).toBe(`${folder}/tools`)
      expect(Object.keys(variables).filter(each => /^(HAWSER_|SHLVL$|PWD$|_$)/.test(each))).toEqual([])
      if (name === 'bash') expect(variables['MANY']).toBe('a\nb')
    })

  it('is given up with a reason if the shell hangs, doesn’t exist, or runs no commands', async () => {
    const folder = home()
    const script = (name: string, text: string) => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
      chmodSync(join(folder, name), 0o755)
      return bare(folder, join(folder, name))
    }
    expect(await readLoginEnvironment(script('slow', 'sleep 60'), { signal, timeoutMs: 200 })).toEqual({
      kind: 'failed',
      why: `${folder}/slow took longer than 0.2 s`,
    })
    expect(await readLoginEnvironment(script('nologin', 'exit 1'), { signal })).toMatchObject({ kind: 'failed' })
    expect(await readLoginEnvironment(bare(folder, '/no/such/shell'), { signal })).toMatchObject({ kind: 'failed' })
    const stopped = new AbortController()
    stopped.abort()
    expect(await readLoginEnvironment(script('slow2', 'sleep 60'), { signal: stopped.signal })).toMatchObject({
      kind: 'failed',
    })
  })

  it('is needed if a desktop started the program', () => {
    expect(isFromDesktop({}, 'linux')).toBe(true)
    expect(isFromDesktop({}, 'darwin')).toBe(true)
    expect(isFromDesktop({ TERM: 'xterm' }, 'linux')).toBe(false)
    expect(isFromDesktop({}, 'win32')).toBe(false)
  })
})
