import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import { untilAborted } from '../../shared/base/abort.ts'
import { newKeyWork } from '../../shared/contract/keys.ts'
import type { Answer, Question } from '../../shared/contract/prompts.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { completeHop, dialRig, trusting } from '../../testing/dial.ts'
import { FakeKeychain } from '../../testing/fake-keychain.ts'
import { startOpenSsh } from '../../testing/open-ssh.ts'
import { startTestServer } from '../../testing/ssh-server.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { lacks } from '../../testing/programs.ts'
import type { ConnectionPlan } from '../ssh/connection-plan.ts'
import type { Prompter } from '../prompts/prompter.ts'
import { KeyRing } from '../ssh/key-ring.ts'
import { vaultKeyName } from '../storage/secret-names.ts'
import { agentSigners } from '../ssh/signer.ts'
import { JsonFile } from '../storage/json-file.ts'
import { vaultFile } from '../storage/vault-format.ts'
import { Vault } from '../storage/vault.ts'
import { KeyDeployment } from './key-deployment.ts'
import { KeyService } from './key-service.ts'

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach(end => end()))

const worker = new URL('../key-formats/key-worker.mjs', import.meta.url)
const target: Target = { kind: 'address', address: 'x', port: null, user: null, jumps: [], keyFile: null }
const plain = { passphrase: '', rounds: 16 }
const ed25519 = { type: 'ed25519', bits: 256, comment: 'me@laptop', ...plain } as const

interface Given {
  readonly reply?: (question: Question) => Answer | null
  /** Asks instead of `reply`. */
  readonly ask?: Prompter['ask']
  readonly agentSocket?: string | null
  readonly server?: { readonly port: number; readonly user?: string; readonly id?: string }
}

async function setUp({ reply = () => null, ask, agentSocket = null, server }: Given = {}, folder = tempDir()) {
  const sshFolder = join(folder, 'ssh')
  mkdirSync(sshFolder, { recursive: true, mode: 0o700 })
  const file = await JsonFile.open({
    path: join(folder, 'vault.json'),
    schema: vaultFile,
    initial: null,
    showNotice: () => {},
  })
  const vault = new Vault(file, new FakeKeychain())
  const asked: Question[] = []
  const rig = dialRig(folder, trusting())
  ends.push(() => rig.stop())
  const hop = completeHop(
    { port: server?.port ?? 1, user: server?.user ?? 'me', signIn: 'key', keyFile: server?.id ?? null },
    0,
  )
  const keys = new KeyService({
    sshFolder,
    worker,
    vault,
    prompter: { ask: ask ?? (async question => (asked.push(question), reply(question))) },
    hosts: { hosts: [], groups: [] },
    ring: new KeyRing({ sshFolder, worker, vaultKey: name => vault.get(vaultKeyName(name)) }),
    deployment: new KeyDeployment({
      pool: rig.pool,
      prepare: () => Promise.resolve([hop] as unknown as ConnectionPlan),
    }),
    agentSocket,
    agent: () => agentSigners(agentSocket),
  })
  const path = (name: string) => join(sshFolder, name)
  return { keys, vault, asked, folder, path }
}

const passphrases =
  (...all: readonly string[]) =>
  (question: Question): Answer | null => {
    const left = answered.get(all) ?? [...all]
    answered.set(all, left)
    return question.kind === 'secrets' ? { kind: 'secrets', secrets: [left.shift() ?? ''], remember: false } : null
  }
const answered = new WeakMap<readonly string[], string[]>()

/** The public key line that ssh-keygen prints for a private key with this passphrase; throws if it can't decrypt it. */
function publicOf(path: string, passphrase = ''): string {
  return execFileSync('ssh-keygen', ['-y', '-P', passphrase, '-f', path], { encoding: 'utf8', stdio: 'pipe' })
}

async function startAgent(folder: string): Promise<string> {
  const socket = join(folder, 'agent')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  ends.push(() => agent.kill())
  await expect.poll(() => existsSync(socket), { timeout: 10_000 }).toBe(true)
  return socket
}

describe.skipIf(lacks('sshd', 'ssh-agent'))('KeyService', () => {
  it('generates a key as a file that ssh-keygen reads, announces it and lists it', async () => {
    const { keys, path } = await setUp()
    let announced = 0
    const listening = keys.onChanged(() => announced++)
    const id = await keys.generate({ place: 'file', name: 'work', ...ed25519 })
    expect(id).toBe(`file:${path('work')}`)
    expect(readFileSync(path('work.pub'), 'utf8')).toContain(publicOf(path('work')).trim().split(' ')[1])
    expect(statSync(path('work')).mode & 0o777).toBe(0o600)
    expect(announced).toBe(1)
    listening.dispose()
    const book = await keys.list()
    expect(book).toMatchObject({ agent: false, vaultLocked: false })
    expect(book.keys).toMatchObject([{ id, type: 'ED25519', comment: 'me@laptop', encrypted: false, inAgent: false }])
  })

  it('generates into the vault, without any file', async () => {
    const { keys, path } = await setUp()
    const id = await keys.generate({ place: 'vault', name: 'mine', ...ed25519 })
    expect(id).toBe('vault:mine')
    expect(existsSync(path('mine'))).toBe(false)
    expect((await keys.list()).keys).toMatchObject([{ id, place: 'vault' }])
  })

  it('never overwrites a key, and generates none into a locked vault', async () => {
    const { keys, vault, path } = await setUp()
    writeFileSync(path('taken.pub'), 'somebody’s')
    await expect(keys.generate({ place: 'file', name: 'taken', ...ed25519 })).rejects.toMatchObject({ code: 'exists' })
    await keys.generate({ place: 'vault', name: 'taken', ...ed25519 })
    await expect(keys.generate({ place: 'vault', name: 'taken', ...ed25519 })).rejects.toMatchObject({ code: 'exists' })
    vault.lock()
    await expect(keys.generate({ place: 'vault', name: 'more', ...ed25519 })).rejects.toMatchObject({
      code: 'vault-locked',
    })
    expect(await keys.list()).toMatchObject({ vaultLocked: true })
  })

  it('imports an encrypted key, and keeps its passphrase', async () => {
    const { keys, asked, folder, path } = await setUp({ reply: passphrases('wrong', 'right') })
    const given = join(folder, 'given')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-C', 'given', '-N', 'right', '-f', given])
    const id = await keys.importKey({ text: '', path: given, place: 'file', name: 'taken-in' })
    expect(asked).toHaveLength(2)
    expect(publicOf(path('taken-in'), 'right')).toBe(publicOf(given, 'right'))
    expect(() => publicOf(path('taken-in'))).toThrow()
    expect((await keys.list()).keys.find(key => key.id === id)).toMatchObject({ encrypted: true, comment: 'given' })
  })

  it('imports nothing that is missing, invalid or locked', async () => {
    const { keys, folder, path } = await setUp()
    const into = { place: 'file', name: 'new' } as const
    await expect(keys.importKey({ text: '', path: join(folder, 'none'), ...into })).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(keys.importKey({ text: 'not a key', path: '', ...into })).rejects.toMatchObject({
      code: 'key-unusable',
    })
    const given = join(folder, 'given')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'right', '-f', given])
    await expect(keys.importKey({ text: '', path: given, ...into })).rejects.toMatchObject({ code: 'cancelled' })
    const guessing = await setUp({ reply: passphrases('a', 'b', 'c') })
    await expect(guessing.keys.importKey({ text: '', path: given, ...into })).rejects.toMatchObject({
      code: 'key-unusable',
    })
    expect(guessing.asked).toHaveLength(3)
    expect(existsSync(path('new'))).toBe(false)
  })

  it('exports a copy under a free name, with a new passphrase', async () => {
    const { keys, folder, path } = await setUp()
    const id = await keys.generate({ place: 'file', name: 'work', ...ed25519 })
    const sealed = { passphrase: 'new words', rounds: 16 }
    const written = await keys.exportKey({ id, folder, format: 'openssh', ...sealed })
    expect(publicOf(written, 'new words').split(' ')[1]).toBe(publicOf(path('work')).split(' ')[1])
    await expect(keys.exportKey({ id, folder, format: 'openssh', ...plain })).rejects.toMatchObject({ code: 'exists' })
    expect(() => publicOf(written)).toThrow()
    await expect(keys.exportKey({ id: 'file:/etc/passwd', folder, format: 'openssh', ...plain })).rejects.toMatchObject(
      { code: 'not-found' },
    )
  })

  it('changes a passphrase, asking for the old one, and deletes a saved one', async () => {
    const { keys, vault, asked, path } = await setUp({ reply: passphrases('old') })
    const id = await keys.generate({ place: 'file', name: 'work', ...ed25519, passphrase: 'old' })
    await keys.changePassphrase({ id, passphrase: 'new', rounds: 16 })
    expect(asked).toHaveLength(1)
    expect(() => publicOf(path('work'), 'old')).toThrow()
    expect(publicOf(path('work'), 'new')).toContain('ssh-ed25519')
    await vault.set(`key:${path('work')}:passphrase`, 'new')
    await keys.changePassphrase({ id, passphrase: '', rounds: 16 })
    expect(asked).toHaveLength(1)
    expect(await vault.get(`key:${path('work')}:passphrase`)).toBeNull()
    expect(publicOf(path('work'))).toContain('ssh-ed25519')
  })

  it('leaves a key unchanged when its passphrase is not given', async () => {
    const { keys, path } = await setUp()
    const id = await keys.generate({ place: 'file', name: 'work', ...ed25519, passphrase: 'old' })
    await expect(keys.changePassphrase({ id, passphrase: 'new', rounds: 16 })).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(publicOf(path('work'), 'old')).toContain('ssh-ed25519')
  })

  it('ends the question for a passphrase when its work is cancelled or Hawser quits, and changes nothing', async () => {
    let questions = 0
    const { keys, path } = await setUp({
      ask: (_question, { signal }) => (questions++, untilAborted(new Promise<never>(() => {}), signal)),
    })
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'old', '-f', path('work')])
    const [before, id] = [readFileSync(path('work'), 'utf8'), `file:${path('work')}`]
    const change = keys.changePassphrase({ id, passphrase: 'new', rounds: 16 })
    await expect.poll(() => questions).toBe(1)
    void keys.cancel({ id })
    await expect(change).rejects.toMatchObject({ code: 'cancelled' })
    const importing = keys.importKey({ text: before, path: '', place: 'file', name: 'copy' })
    await expect.poll(() => questions).toBe(2)
    void keys.cancel({ id: newKeyWork })
    await expect(importing).rejects.toMatchObject({ code: 'cancelled' })
    const load = keys.exportKey({ id, folder: tempDir(), format: 'openssh', ...plain })
    await expect.poll(() => questions).toBe(3)
    keys.dispose()
    await expect(load).rejects.toMatchObject({ code: 'cancelled' })
    expect(readFileSync(path('work'), 'utf8')).toBe(before)
    expect(existsSync(path('copy'))).toBe(false)
  })

  it('deletes a key with its public key and its saved passphrase, from either place', async () => {
    const { keys, vault, path } = await setUp()
    const file = await keys.generate({ place: 'file', name: 'work', ...ed25519 })
    const kept = await keys.generate({ place: 'vault', name: 'mine', ...ed25519 })
    await vault.set(`key:${path('work')}:passphrase`, 'x')
    await keys.remove({ id: file })
    await keys.remove({ id: kept })
    expect(existsSync(path('work')) || existsSync(path('work.pub'))).toBe(false)
    expect(vault.names()).toEqual([])
    expect((await keys.list()).keys).toEqual([])
    await expect(keys.remove({ id: file })).rejects.toMatchObject({ code: 'not-found' })
    await expect(keys.remove({ id: 'file:/etc/hostname' })).rejects.toMatchObject({ code: 'not-found' })
    expect(existsSync('/etc/hostname')).toBe(true)
  })

  it('adds a key to a server, tests it by signing in, and removes it again', async () => {
    const folder = tempDir()
    const server = await startOpenSsh(folder)
    ends.push(() => server.stop())
    const { keys } = await setUp({ server }, folder)
    const id = await keys.generate({ place: 'file', name: 'work', ...ed25519 })
    expect(await keys.putOn({ id, target: target as never })).toEqual({ added: true, proved: true, problem: null })
    expect(await keys.takeOff({ id, target: target as never })).toBe(1)
    await expect(keys.putOn({ id: 'file:/gone', target: target as never })).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(keys.takeOff({ id: 'vault:gone', target: target as never })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('stops adding a key when that is cancelled, and ignores a cancel without an operation', async () => {
    const server = await startTestServer({ keys: [], mute: true })
    ends.push(() => server.close())
    const { keys } = await setUp({ server })
    const id = await keys.generate({ place: 'file', name: 'work', ...ed25519 })
    await keys.cancel({ id })
    const putting = keys.putOn({ id, target: target as never })
    const ended = expect(putting).rejects.toMatchObject({ code: 'cancelled' })
    // Until the key is read there is nothing to cancel.
    const timer = setInterval(() => void keys.cancel({ id }), 1)
    await ended
    clearInterval(timer)
  })

  it('adds a key to the agent and removes it again', async () => {
    const folder = tempDir()
    const agentSocket = await startAgent(folder)
    const { keys, path } = await setUp({ agentSocket }, folder)
    const id = await keys.generate({ place: 'file', name: 'work', ...ed25519 })
    await keys.addToAgent({ id, seconds: 60 })
    const listed = execFileSync('ssh-add', ['-L'], { env: { SSH_AUTH_SOCK: agentSocket }, encoding: 'utf8' })
    expect(listed).toContain(publicOf(path('work')).split(' ')[1])
    expect((await keys.list()).keys.find(key => key.id === id)).toMatchObject({ inAgent: true })
    await keys.removeFromAgent({ id })
    await expect(keys.removeFromAgent({ id })).rejects.toMatchObject({ code: 'not-found' })
    expect((await keys.list()).keys.find(key => key.id === id)).toMatchObject({ inAgent: false })
  })

  it('reports a missing agent', async () => {
    const { keys } = await setUp()
    const id = await keys.generate({ place: 'file', name: 'work', ...ed25519 })
    await expect(keys.addToAgent({ id, seconds: 0 })).rejects.toMatchObject({ code: 'not-found' })
    await expect(keys.removeFromAgent({ id })).rejects.toMatchObject({ code: 'not-found' })
  })
})
