import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { userInfo } from 'node:os'

import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'

import { fileRig } from '../../testing/file-rig.ts'
import { withLoginShell } from '../../testing/login-shell.ts'
import { oddName } from '../../testing/odd-names.ts'
import { lacks } from '../../testing/programs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { encodeName } from '../sftp/byte-names.ts'
import { checksum, compress, extract, findByName, setOwner } from './far-tools.ts'

const { signal } = new AbortController()
const shells = {
  bash: 'exec bash -c "$line"',
  fish: 'exec fish --no-config -c "$line"',
  tcsh: 'exec tcsh -f -c "$line"',
}

/** Names in one folder that a login shell might misread. */
function oddNames(count: number): readonly string[] {
  const some = fc.sample(oddName, count).map((name, index) => `${name.replaceAll('/', '')}${index}`)
  return [...new Set([`\\' ; touch PWNED ; echo \\'`, 'a\ntouch PWNED\n', "it's", '-rf', 'a[1].b', ...some])].filter(
    name => encodeName(name).length < 200,
  )
}

/** A host whose user has this login shell, with a folder of files. */
async function host(shell: string) {
  const folder = tempDir()
  const data = join(folder, 'data')
  mkdirSync(data)
  const { remote, stop } = await fileRig(folder, { lines: withLoginShell(folder, shell) })
  onTestFinished(stop)
  const write = (name: string, text: string) =>
    writeFileSync(Buffer.concat([Buffer.from(`${data}/`), encodeName(name)]), text)
  const pwned = () =>
    [userInfo().homedir, folder, join(folder, 'home'), data].filter(at => existsSync(join(at, 'PWNED')))
  return { remote, folder, data, write, pwned }
}

describe('commands about files on a host', () => {
  for (const [name, shell] of Object.entries(shells))
    it.skipIf(lacks('sshd', name, 'zip', 'unzip'))(
      `take every name as it is where ${name} is the login shell`,
      async () => {
        const { remote, data, write, pwned } = await host(shell)
        const names = oddNames(6)
        for (const each of names) write(each, each)
        expect(remote.commands).not.toBeNull()
        for (const each of names)
          expect(await checksum(remote, { path: `${data}/${each}`, kind: 'sha256' }, signal)).toBe(
            createHash('sha256').update(each).digest('hex'),
          )
        expect(await findByName(remote, { folder: data, text: "it's" }, signal)).toEqual([`${data}/it's`])
        await setOwner(
          remote,
          { paths: names.map(each => `${data}/${each}`), owner: userInfo().username, within: false },
          signal,
        )
        for (const ending of ['tar.gz', 'zip']) {
          const archive = `${data}/all [1]'s:.${ending}`
          // unzip removes control characters from names, and suffixes that look like VMS versions.
          const packed = ending === 'zip' ? names.filter(each => !/[\p{Cc}\p{Cs}]|;\d+$/u.test(each)) : names
          await compress(remote, { paths: packed.map(each => `${data}/${each}`), archive }, signal)
          const folder = await extract(remote, archive, signal)
          expect(folder).toBe(`${data}/all [1]'s:`)
          const found: string[] = []
          await remote.list(folder, { signal, onEntries: entries => found.push(...entries.map(entry => entry.name)) })
          expect(found.toSorted()).toEqual(packed.toSorted())
          await remote.rename(folder, `${data}/${ending} extracted`)
        }
        expect(pwned()).toEqual([])
        expect(readdirSync(data).filter(each => each.startsWith('.hawser'))).toEqual([])
      },
      60_000,
    )

  it.skipIf(lacks('sshd'))('are not available if the login shell responds but is not a Unix shell', async () => {
    // cmd.exe prints the words of echo unchanged, PowerShell without their quotes.
    const { remote } = await host('printf "%s\\r\\n" "${line#echo }"')
    expect(remote.commands).toBeNull()
    await expect(compress(remote, { paths: ['/a'], archive: '/b.zip' }, signal)).rejects.toMatchObject({
      code: 'unsupported',
    })
  })

  it.skipIf(lacks('sshd', 'tar', 'zip'))(
    'take more names than one command line holds',
    async () => {
      const { remote, data } = await host(shells.bash)
      const names = Array.from({ length: 1_200 }, (_, index) => `${'long '.repeat(20)}${index}`)
      for (const name of names) writeFileSync(join(data, name), '')
      const paths = names.map(name => `${data}/${name}`)
      await setOwner(remote, { paths, owner: `${userInfo().uid}:${userInfo().gid}`, within: false }, signal)
      await compress(remote, { paths, archive: `${data}/all.tar.gz` }, signal)
      await compress(remote, { paths, archive: `${data}/all.zip` }, signal)
      const listed = (program: string, args: readonly string[]) =>
        execFileSync(program, args, { encoding: 'utf8' }).trim().split('\n').length
      expect(listed('tar', ['-tzf', join(data, 'all.tar.gz')])).toBe(names.length)
      expect(listed('unzip', ['-Z1', join(data, 'all.zip')])).toBe(names.length)
    },
    60_000,
  )

  it.skipIf(lacks('sshd', 'zip'))('write through no link that someone plants meanwhile', async () => {
    const { remote, folder, data, write } = await host(shells.bash)
    write('x', 'mine')
    const [victim, trap] = [join(folder, 'bashrc'), join(folder, 'trap')]
    writeFileSync(victim, 'untouched')
    mkdirSync(trap)
    const replant = (at: string, to: string) => {
      try {
        symlinkSync(to, at)
      } catch {
        // The file exists.
      }
    }
    for (const ending of ['tar.gz', 'zip', 'tar']) {
      const archive = join(data, `a.${ending}`)
      for (const to of [victim, trap]) {
        const planted = join(data, `.a.${ending}.hawser-part.${ending}`)
        const timer = setInterval(() => [planted, archive].forEach(at => replant(at, to)), 1)
        await compress(remote, { paths: [`${data}/x`], archive }, signal).catch(() => {})
        clearInterval(timer)
        expect(lstatSync(archive).isSymbolicLink()).toBe(true)
        execFileSync('rm', ['-f', archive, planted])
      }
    }
    expect([readFileSync(victim, 'utf8'), readdirSync(trap)]).toEqual(['untouched', []])
    expect(readdirSync(data)).toEqual(['x'])
  })

  it.skipIf(lacks('sshd'))('leave files with the name of an archive or of its folder alone', async () => {
    const { remote, data, write } = await host(shells.bash)
    write('x', 'mine')
    await compress(remote, { paths: [`${data}/x`], archive: `${data}/a.tar` }, signal)
    const before = statSync(join(data, 'a.tar')).ino
    await expect(compress(remote, { paths: [`${data}/x`], archive: `${data}/a.tar` }, signal)).rejects.toMatchObject({
      code: 'exists',
    })
    mkdirSync(join(data, 'a'))
    await expect(extract(remote, `${data}/a.tar`, signal)).rejects.toMatchObject({ code: 'exists' })
    expect(statSync(join(data, 'a.tar')).ino).toBe(before)
    expect(existsSync(join(data, 'a', 'x'))).toBe(false)
  })
})
