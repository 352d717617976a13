import { randomBytes } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect as connectTcp, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'

import type { HostId } from '../../shared/contract/hosts.ts'
import { completeHop, dialRig, trusting, type DialRig } from '../../testing/dial.ts'
import { echoServer, listenOn } from '../../testing/forward-rig.ts'
import { freePort } from '../../testing/open-ssh.ts'
import {
  paramikoModule,
  proftpdModule,
  startParamiko,
  startProftpd,
  type OtherServer,
} from '../../testing/other-servers.ts'
import { lacks } from '../../testing/programs.ts'
import { runs } from '../../testing/runs.ts'
import { runTransfer } from '../../testing/run-transfer.ts'
import { FileSides } from '../files/file-sides.ts'
import { LocalFiles } from '../files/local-files.ts'
import { openRemoteFiles } from '../files/remote-files.ts'
import type { SftpFiles } from '../files/sftp-files.ts'
import { removeTree, setTreeMode } from '../files/tree-operations.ts'
import { EditService } from '../remote-edit/edit-service.ts'
import { typedByUser } from '../ssh/command-line.ts'
import type { Connection } from '../ssh/connection.ts'
import type { PlannedHop } from '../ssh/connection-plan.ts'
import { usualOptions } from '../ssh/hop-options.ts'
import { runCommand } from '../ssh/run-command.ts'
import { startRemoteShell } from '../terminals/remote-shell.ts'
import { copyFile } from './copy-file.ts'
import type { PartRecord } from './part-file.ts'

interface Kind {
  readonly name: string
  /** The programs that it needs. */
  readonly needs: readonly string[]
  readonly start: (folder: string) => Promise<OtherServer>
  /** False if it only serves files. */
  readonly commands: boolean
  /** False if it sets no attributes. */
  readonly sets: boolean
}

const kinds: readonly Kind[] = [
  { name: 'paramiko', needs: [paramikoModule], start: folder => startParamiko(folder), commands: true, sets: true },
  {
    name: 'paramiko without chattr that changes its keys',
    needs: [paramikoModule],
    start: folder => startParamiko(folder, { chattr: false, rekeyBytes: 1_000_000 }),
    commands: true,
    sets: false,
  },
  {
    name: 'ProFTPD that changes its keys',
    needs: ['proftpd', proftpdModule],
    start: folder => startProftpd(folder, { rekeys: true }),
    commands: false,
    sets: true,
  },
]

const local = new LocalFiles()
const { signal } = new AbortController()
const options = { onStep: () => {}, signal }

describe.each(kinds)('with a real server, $name,', ({ needs, start, commands, sets }) => {
  const canRun = !lacks(...needs)
  let [folder, turn] = ['', 0]
  const ends: (() => void)[] = []
  let rig: DialRig
  let hop: PlannedHop
  let files: SftpFiles

  beforeAll(async () => {
    if (!canRun) return
    folder = mkdtempSync(join(tmpdir(), 'hawser-test-'))
    ends.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
    mkdirSync(join(folder, 'ssh'), { mode: 0o700 })
    const server = await start(join(folder, 'server'))
    ends.push(() => server.stop())
    rig = dialRig(folder, trusting())
    ends.push(() => rig.stop())
    hop = completeHop({ port: server.port, user: server.user, signIn: 'key', keyFile: server.id }, 0)
    const lease = (key: string, quiet: boolean) => rig.pool.lease([{ ...hop, key }], { ...options, quiet })
    files = await openRemoteFiles({
      key: 'box',
      lease: await lease('control', false),
      leaseMore: index => lease(`data ${index}`, true),
      leaseAlone: () => lease('files', false),
      askSudo: null,
      signal,
    })
    ends.push(() => files.dispose())
  })
  afterAll(() =>
    ends
      .splice(0)
      .reverse()
      .forEach(end => end()),
  )

  /** A separate connection. */
  async function connect(): Promise<Connection> {
    const lease = await rig.pool.lease([{ ...hop, key: `${hop.key} ${turn++}` }], options)
    onTestFinished(() => lease.dispose())
    return lease.connection
  }

  /** Two empty folders: a local one and one of the server. */
  function folders(): { near: string; far: string } {
    const place = join(folder, `turn ${turn++}`)
    const [near, far] = [join(place, 'near'), join(place, 'far')]
    for (const path of [near, far]) mkdirSync(path, { recursive: true })
    return { near, far }
  }

  test.skipIf(!canRun)('a folder is listed, and names are distinguished from missing ones', async () => {
    const { far } = folders()
    for (let index = 0; index < 150; index++) writeFileSync(join(far, `f${index}`), 'text')
    mkdirSync(join(far, 'sub'))
    const names: string[] = []
    await files.list(far, { signal, onEntries: entries => names.push(...entries.map(({ name }) => name)) })
    expect(names.sort()).toEqual(readdirSync(far).sort())
    expect(await files.info(join(far, 'f7'))).toMatchObject({ kind: 'file', size: 4 })
    expect(await files.info(join(far, 'sub'))).toMatchObject({ kind: 'folder' })
    expect(await files.info(join(far, 'none'))).toBeNull()
    expect((await files.home()).startsWith('/')).toBe(true)
  })

  test.skipIf(!canRun)('a rename to an existing name loses neither file', async () => {
    const { far } = folders()
    for (const name of ['b', 'c', 'd']) writeFileSync(join(far, name), name.repeat(3))
    mkdirSync(join(far, 'folder'))
    for (const to of ['c', 'folder'])
      await expect(files.rename(join(far, 'b'), join(far, to))).rejects.toMatchObject({ code: 'exists' })
    await expect(files.rename(join(far, 'folder'), join(far, 'c'))).rejects.toMatchObject({ code: 'exists' })
    expect(['b', 'c'].map(name => readFileSync(join(far, name), 'utf8'))).toEqual(['bbb', 'ccc'])
    await files.rename(join(far, 'b'), join(far, 'new'))
    await files.rename(join(far, 'folder'), join(far, 'folder 2'))
    await files.replace(join(far, 'd'), join(far, 'c'))
    expect(readFileSync(join(far, 'new'), 'utf8')).toBe('bbb')
    expect(readFileSync(join(far, 'c'), 'utf8')).toBe('ddd')
    expect(readdirSync(far).sort()).toEqual(['c', 'folder 2', 'new'])
  })

  test.skipIf(!canRun)('files of every size are uploaded, replaced, and downloaded unchanged', async () => {
    const { near, far } = folders()
    const sizes = [0, 100, 32_768, 3_000_000]
    const up = (more = {}) =>
      runTransfer([local, files], { from: sizes.map(size => join(near, `s${size}`)), to: far, ...more })
    for (let round = 0; round < 2; round++) {
      for (const size of sizes) writeFileSync(join(near, `s${size}`), randomBytes(size), { mode: 0o640 })
      const { failures } = await up({ ask: () => Promise.resolve({ choice: 'replace', all: true }) })
      expect(failures).toEqual([])
      for (const size of sizes)
        expect(readFileSync(join(far, `s${size}`)).equals(readFileSync(join(near, `s${size}`)))).toBe(true)
    }
    expect(readdirSync(far)).toHaveLength(sizes.length)
    if (sets) for (const size of sizes) expect(statSync(join(far, `s${size}`)).mode & 0o777).toBe(0o640)
    const back = join(near, 'back')
    mkdirSync(back)
    const down = await runTransfer([files, local], { from: sizes.map(size => join(far, `s${size}`)), to: back })
    expect(down.failures).toEqual([])
    for (const size of sizes)
      expect(readFileSync(join(back, `s${size}`)).equals(readFileSync(join(near, `s${size}`)))).toBe(true)
  })

  test.skipIf(!canRun)('an interrupted upload is resumed', async () => {
    const { near, far } = folders()
    const [from, to] = [join(near, 'big'), join(far, 'big')]
    writeFileSync(from, randomBytes(3_000_000))
    const info = await local.info(from)
    if (!info) throw new Error('no file')
    let resume: PartRecord | null = null
    let [through, first] = [0, 0]
    const abort = new AbortController()
    const copy = (on: AbortSignal) =>
      copyFile({
        ...{ source: local, target: files, from, to, info, replace: false, append: false },
        ...{ keepOwner: false, verify: false, signal: on, resume, pass: () => undefined },
        standing: null,
        onPart: (version, whole) => (resume = { ...version, whole }),
        onBytes: bytes => {
          first ||= bytes
          through += bytes
          if (through > 1_500_000) abort.abort()
        },
      })
    await expect(copy(abort.signal)).rejects.toMatchObject({ code: 'cancelled' })
    expect([existsSync(to), readdirSync(far)]).toEqual([false, ['.big.hawser-part']])
    // The server may still be writing what was sent before.
    let size = -1
    await vi.waitFor(
      () => {
        const before = size
        size = statSync(join(far, '.big.hawser-part')).size
        expect(size).toBe(before)
      },
      { timeout: 5_000, interval: 200 },
    )
    through = first = 0
    await copy(signal)
    expect(first).toBeGreaterThan(200_000)
    expect(through).toBe(3_000_000)
    expect(readFileSync(to).equals(readFileSync(from))).toBe(true)
    expect(readdirSync(far)).toEqual(['big'])
  })

  test.skipIf(!canRun)('folders are created, moved as a tree with their links, and deleted', async () => {
    const { near, far } = folders()
    await files.makeFolder(join(far, 'new'))
    await expect(files.makeFolder(join(far, 'new'))).rejects.toMatchObject({ code: 'exists' })
    mkdirSync(join(near, 'tree', 'sub'), { recursive: true })
    for (let index = 0; index < 30; index++) writeFileSync(join(near, 'tree', 'sub', `f${index}`), `file ${index}`)
    symlinkSync('sub/f3', join(near, 'tree', 'link'))
    symlinkSync('/nowhere/at/all', join(near, 'tree', 'dangling'))
    const { failures } = await runTransfer([local, files], { from: [join(near, 'tree')], to: join(far, 'new') })
    expect(failures).toEqual([])
    const copied = join(far, 'new', 'tree')
    expect(readdirSync(copied).sort()).toEqual(['dangling', 'link', 'sub'])
    expect(readFileSync(join(copied, 'link'), 'utf8')).toBe('file 3')
    expect(readdirSync(join(copied, 'sub'))).toHaveLength(30)
    await removeTree(files, [join(far, 'new')], signal)
    expect(readdirSync(far)).toEqual([])
  })

  test.skipIf(!canRun)('links are created under their own names, are read, and leave nothing behind', async () => {
    const { far } = folders()
    writeFileSync(join(far, 'target'), 'text')
    await files.makeLink('target', join(far, 'near link'))
    await files.makeLink(join(far, 'target'), join(far, 'whole link'))
    await files.makeLink('missing', join(far, 'dangling'))
    for (const name of ['near link', 'whole link']) expect(readFileSync(join(far, name), 'utf8'), name).toBe('text')
    expect(readdirSync(far).sort()).toEqual(['dangling', 'near link', 'target', 'whole link'])
    expect(readlinkSync(join(far, 'dangling'))).toMatch(/(^|\/)missing$/)
    expect(await files.readLink(join(far, 'near link'))).toMatch(/^(.*\/)?target$/)
    await expect(files.makeLink('target', join(far, 'target'))).rejects.toMatchObject({ code: 'exists' })
    expect(lstatSync(join(far, 'target')).isFile()).toBe(true)
    // Anything created elsewhere by a wrong order would be in the server's starting folder.
    expect(readdirSync(await files.home()).filter(name => /^(target|missing)$/.test(name))).toEqual([])
  })

  test.skipIf(!canRun)('permissions are set, or reported as not supported', async () => {
    const { far } = folders()
    writeFileSync(join(far, 'f'), 'text', { mode: 0o600 })
    const set = setTreeMode(files, { paths: [join(far, 'f')], mode: 0o640, within: false }, signal)
    if (sets) await set
    else await expect(set).rejects.toMatchObject({ code: 'unsupported' })
    expect(statSync(join(far, 'f')).mode & 0o777).toBe(sets ? 0o640 : 0o600)
  })

  test.skipIf(!canRun)('changes saved in an editor are uploaded, without leftovers', async () => {
    const { far } = folders()
    const remote = join(far, 'train.py')
    writeFileSync(remote, 'one\n')
    const opened: string[] = []
    const bugs: unknown[] = []
    // The files outlive their use here.
    const kept = new Proxy(files, {
      get: (target, name) => {
        if (name === 'dispose') return () => {}
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? (value as (...all: unknown[]) => unknown).bind(target) : value
      },
    })
    const sides = new FileSides(() => Promise.resolve(kept))
    const service = new EditService({
      sides,
      prompter: { ask: () => Promise.resolve(null) },
      folder: join(folder, `edits ${turn++}`),
      openEditor: path => (opened.push(path), Promise.resolve()),
      showNotice: () => {},
      reportBug: (_where, error) => bugs.push(error),
      settleMs: 10,
    })
    onTestFinished(() => {
      service.dispose()
      sides.dispose()
    })
    const hostId = '6f1f7a4e-53c1-4c37-9f5c-5f3a8b1b2c3d' as HostId
    await service.open({ place: { side: { target: { kind: 'host', hostId }, root: false }, path: remote } })
    for (const text of ['two\n', 'three, longer\n', 'x'.repeat(100_000)]) {
      writeFileSync(opened[0] as string, text)
      await vi.waitFor(() => expect(readFileSync(remote, 'utf8')).toBe(text), { timeout: 10_000 })
      await vi.waitFor(() => expect(readdirSync(far)).toEqual(['train.py']))
    }
    expect(bugs).toEqual([])
    expect(service.unsent()).toEqual([])
  })

  test.skipIf(!canRun)(
    'terminals and commands are given, or it is said that there are none',
    { timeout: 60_000 },
    async () => {
      const connection = await connect()
      const shell = async () => {
        const lease = await rig.pool.lease([{ ...hop, key: 'shells' }], options)
        const session = usualOptions.session
        const opened = await startRemoteShell(lease, { ...options, size: { cols: 81, rows: 21 }, env: {}, session })
        onTestFinished(() => opened.dispose())
        let seen = ''
        opened.onData(data => (seen += data.toString()))
        opened.write(Buffer.from('echo "the-$((1+1))nd [$(stty size)]"\n'))
        return () => expect.poll(() => seen, { timeout: 20_000 }).toContain('the-2nd [21 81]')
      }
      if (!commands) {
        await expect(shell()).rejects.toMatchObject({ code: 'server-refused' })
        await expect(runCommand(connection, typedByUser('true'), { signal })).rejects.toMatchObject({
          code: 'server-refused',
        })
        return
      }
      const answers = [await shell(), await shell()]
      await Promise.all(answers.map(answer => answer()))
      for (let n = 0; n < runs(75, 10); n++) {
        const input = Buffer.from('in ')
        const { code, output } = await runCommand(connection, typedByUser(`cat; echo out; exit ${n}`), {
          signal,
          input,
        })
        expect([code, output.toString()]).toEqual([n, 'in out\n'])
      }
      expect(connection.isClosed).toBe(false)
    },
  )

  test.skipIf(!canRun)('a refused forward leaves the files alone; a good one carries bytes both ways', async () => {
    const connection = await connect()
    const failed = connection.connectFromServer('127.0.0.1', await freePort(), signal)
    await expect(failed).rejects.toMatchObject({ name: 'AppError' })
    if (!commands)
      await expect(connection.listenRemotely({ address: 'localhost', port: 0 }, () => {}, signal)).rejects.toThrow()
    expect((await files.home()).length).toBeGreaterThan(0)
    if (!commands) return
    const echo = echoServer()
    const port = await listenOn(echo)
    onTestFinished(() => void echo.close())
    const channel = await connection.connectFromServer('127.0.0.1', port, signal)
    let seen = ''
    channel.on('data', (data: Buffer) => (seen += data.toString()))
    channel.end('through')
    await vi.waitFor(() => expect(seen).toBe('through'))
    const there = await connection.listenRemotely(
      { address: 'localhost', port: 0 },
      ({ accept }) => void accept().end('from here'),
      signal,
    )
    expect(there.port).toBeGreaterThan(0)
    const got = await new Promise<string>(resolve => {
      let text = ''
      connectTcp(there.port, '127.0.0.1')
        .on('data', data => (text += data.toString()))
        .on('end', () => resolve(text))
    })
    expect(got).toBe('from here')
    there.dispose()
    await vi.waitFor(async () => {
      const again = createServer()
      await new Promise((resolve, reject) =>
        again.once('error', reject).listen(there.port, '127.0.0.1', () => again.close(resolve)),
      )
    })
  })
})
