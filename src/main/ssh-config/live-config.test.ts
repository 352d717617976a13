import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { LiveConfig } from './live-config.ts'
import type { LocalFacts } from './tokens.ts'

async function open(folder: string) {
  const facts: LocalFacts = { user: 'me', uid: 1, home: folder, hostName: 'pc', sshFolder: folder, env: { LAB: 'lab' } }
  const config = await LiveConfig.open({
    files: [
      { path: join(folder, 'config'), system: false },
      { path: join(folder, 'system'), system: true },
    ],
    facts,
    watchMs: 0,
    reportBug: () => {},
  })
  onTestFinished(() => config.dispose())
  return config
}
const write = (path: string, text: string) => writeFileSync(path, text, { mode: 0o600 })

describe('a config that is read', () => {
  it('runs nothing and asks nothing, whatever it contains', async () => {
    const folder = tempDir()
    const ran = join(folder, 'ran')
    write(
      join(folder, 'config'),
      `Match exec "touch ${ran}"\n  User x\nHost a\n  ProxyCommand touch ${ran}\n  LocalCommand touch ${ran}\n  KnownHostsCommand touch ${ran}\nMatch host b !exec "touch ${ran}"\n  Port 1\nMatch final exec "touch ${ran}"\n  Port 2\n`,
    )
    const config = await open(folder)
    expect(config.resolve('a').pending).toMatchObject([{ kind: 'exec', command: `touch ${ran}` }])
    expect(config.resolve('b').user).toBe('me')
    expect([...config.names().keys()]).toEqual(['a'])
    expect(existsSync(ran)).toBe(false)
    config.learn('exec', `touch ${ran}`, true)
    expect(config.resolve('a').user).toBe('x')
    expect(existsSync(ran)).toBe(false)
  })

  it('includes by patterns, variables and ~, sixteen deep, the user’s files before the system’s', async () => {
    const folder = tempDir()
    mkdirSync(join(folder, 'conf.d'))
    write(join(folder, 'config'), 'Include conf.d/*.conf "~/${LAB}"\nHost a\n  Port 3\n')
    write(join(folder, 'conf.d/2.conf'), 'Host a\n  Port 2\n')
    write(join(folder, 'conf.d/1.conf'), 'Host a\n  User one\n')
    write(join(folder, 'conf.d/.hidden.conf'), 'Host a\n  User hidden\n')
    write(join(folder, 'lab'), 'Host lab\n  Port 4\n')
    write(join(folder, 'system'), 'Host *\n  User system\n  Port 5\nHost never\n  Port 6\n')
    const config = await open(folder)
    expect(config.resolve('a')).toMatchObject({ user: 'one', port: 2 })
    expect(config.resolve('other')).toMatchObject({ user: 'system', port: 5 })
    expect([...config.names().keys()].sort()).toEqual(['a', 'lab'])

    write(join(folder, 'config'), 'Include config\nHost x\n  Port 1\n')
    await config.refresh()
    expect(config.notes.some(({ text }) => text.includes('more than 16 levels'))).toBe(true)
    expect(config.resolve('x').port).toBe(1)
  })

  it('is read again when a file, or one that it includes, changes or appears', async () => {
    const folder = tempDir()
    const config = await open(folder)
    let changes = 0
    config.onChanged(() => changes++)
    write(join(folder, 'config'), 'Include more*\n')
    expect(await config.refresh()).toBe(true)
    expect(await config.refresh()).toBe(false)
    write(join(folder, 'more1'), 'Host late\n  Port 9\n')
    expect(await config.refresh()).toBe(true)
    expect([changes, config.resolve('late').port]).toEqual([2, 9])
  })

  it('skips a file that others can write to, and reports it', async () => {
    const folder = tempDir()
    writeFileSync(join(folder, 'config'), 'Host a\n  Port 1\n')
    const { chmodSync } = await import('node:fs')
    chmodSync(join(folder, 'config'), 0o666)
    const config = await open(folder)
    expect(config.resolve('a').port).toBe(22)
    expect(config.notes[0]?.text).toContain('is writable by others')
  })

  it('is edited through a symlink, keeping its mode and bytes that are not UTF-8; not over other programs’ changes', async () => {
    const folder = tempDir()
    const real = join(folder, 'dotfile')
    writeFileSync(real, Buffer.concat([Buffer.from('# \xff\nHost a\n', 'latin1')]), { mode: 0o640 })
    symlinkSync(real, join(folder, 'config'))
    const config = await open(folder)
    await config.edit(
      join(folder, 'config'),
      text => `${text}  Port 7\n`,
      () => {},
    )
    expect(readFileSync(real, 'latin1')).toBe('# \xff\nHost a\n  Port 7\n')
    expect(statSync(real).mode & 0o777).toBe(0o640)
    expect(config.resolve('a').port).toBe(7)
    const refuse = config.edit(
      join(folder, 'config'),
      text => text.replace('7', '8'),
      () => {
        throw new Error('no')
      },
    )
    await expect(refuse).rejects.toThrow('no')
    expect(config.resolve('a').port).toBe(7)
  })
})
