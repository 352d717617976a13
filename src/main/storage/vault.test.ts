import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { FakeKeychain } from '../../testing/fake-keychain.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { runs } from '../../testing/runs.ts'
import { JsonFile } from './json-file.ts'
import { createKeychain } from './keychain.ts'
import { newVaultKey, seal, unseal, vaultFile } from './vault-format.ts'
import { Vault } from './vault.ts'

async function open(folder: string, keychain = new FakeKeychain()) {
  const notices: string[] = []
  const path = join(folder, 'vault.json')
  const file = await JsonFile.open({
    path,
    schema: vaultFile,
    initial: null,
    showNotice: (_level, text) => notices.push(text),
  })
  return { vault: new Vault(file, keychain), keychain, path, notices }
}

describe('the vault with a keychain', () => {
  it('keeps a secret over a restart and never writes it in plain', async () => {
    const folder = tempDir()
    const { vault, keychain, path } = await open(folder)
    await vault.set('host:1:password', 'tr0ub4dor&3')
    expect(readFileSync(path, 'utf8')).not.toContain('tr0ub4dor')
    expect([...keychain.entries.values()].map(value => Buffer.from(value, 'base64').length)).toEqual([32])
    const again = await open(folder, keychain)
    expect(await again.vault.get('host:1:password')).toBe('tr0ub4dor&3')
  })

  it('does not lose one of many secrets that are saved at once', async () => {
    const { vault } = await open(tempDir())
    await Promise.all(Array.from({ length: 20 }, (_each, n) => vault.set(`s${n}`, `${n}`)))
    expect(vault.names()).toHaveLength(20)
  })

  it('returns nothing once the user has locked it, until the user unlocks it', async () => {
    const { vault } = await open(tempDir())
    await vault.set('a', 'secret')
    vault.lock()
    expect(await vault.get('a')).toBeNull()
    expect(await vault.ready()).toBe(false)
    await expect(vault.set('b', 'x')).rejects.toMatchObject({ code: 'vault-locked' })
    await vault.unlock(null)
    expect(await vault.get('a')).toBe('secret')
  })

  it('changes to a master password and deletes its key from the keychain', async () => {
    const folder = tempDir()
    const { vault, keychain } = await open(folder)
    await vault.set('a', 'secret')
    await vault.protect({ by: 'password', password: 'correct horse' })
    expect(keychain.entries.size).toBe(0)
    const again = await open(folder, keychain)
    expect(await again.vault.get('a')).toBeNull()
    await again.vault.unlock('correct horse')
    expect(await again.vault.get('a')).toBe('secret')
  })

  it('sweeps only what is no longer needed', async () => {
    const { vault } = await open(tempDir())
    await vault.set('host:1:password', 'x')
    await vault.set('host:2:password', 'y')
    await vault.sweep(name => name.includes(':1:'))
    expect(vault.names()).toEqual(['host:1:password'])
  })
})

describe('the vault without a keychain', () => {
  const none = () => Object.assign(new FakeKeychain(), { works: false })

  it('refuses to save a secret rather than write it in plain text', async () => {
    const { vault, path } = await open(tempDir(), none())
    expect(await vault.ready()).toBe(false)
    expect(vault.status).toEqual({ state: 'new', protector: null, keychain: false })
    await expect(vault.set('a', 'secret')).rejects.toMatchObject({ code: 'no-keychain' })
    expect(() => readFileSync(path)).toThrow()
  })

  it('keeps secrets until Hawser quits only if the user chose so', async () => {
    const folder = tempDir()
    const { vault, path } = await open(folder, none())
    await vault.protect({ by: 'session' })
    await vault.set('a', 'secret')
    expect(await vault.get('a')).toBe('secret')
    expect(() => readFileSync(path)).toThrow()
  })

  it('opens with the master password, reports a wrong one, and changes it', async () => {
    const folder = tempDir()
    const { vault } = await open(folder, none())
    await vault.protect({ by: 'password', password: 'first password' })
    await vault.set('a', 'secret')
    await expect(vault.changePassword('wrong password', 'second password')).rejects.toMatchObject({
      code: 'vault-wrong-password',
    })
    await vault.changePassword('first password', 'second password')
    const again = await open(folder, none())
    expect(again.vault.status.state).toBe('locked')
    await expect(again.vault.unlock('first password')).rejects.toMatchObject({ code: 'vault-wrong-password' })
    await again.vault.unlock('second password')
    expect(await again.vault.get('a')).toBe('secret')
  })

  it('moves a vault file of an unknown format aside and never resets it silently', async () => {
    const folder = tempDir()
    writeFileSync(join(folder, 'vault.json'), '{"version":1,"data":{"id":"x"}}')
    const { vault, notices } = await open(folder, none())
    expect(vault.status.state).toBe('new')
    expect(notices[0]).toMatch(/saved as vault\.json\.damaged/)
  })
})

describe('sealing', () => {
  it('opens with its key and context, and not with a changed bit, another key or another context', () => {
    const key = newVaultKey()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (plain, at) => {
        const box = seal(key, plain, 'a')
        expect(unseal(key, box, 'a')).toEqual(Buffer.from(plain))
        expect(unseal(key, box, 'b')).toBeUndefined()
        expect(unseal(newVaultKey(), box, 'a')).toBeUndefined()
        const tag = Buffer.from(box.tag, 'base64')
        tag[at % 16] = (tag[at % 16] ?? 0) ^ 1
        expect(unseal(key, { ...box, tag: tag.toString('base64') }, 'a')).toBeUndefined()
      }),
      { numRuns: runs(300) },
    )
  })
})

describe('the system keychain', () => {
  it('gives up after 5 s instead of waiting for a dialog that nobody sees', { timeout: 10_000 }, async () => {
    const never = { getPassword: () => new Promise(() => {}) } as unknown as typeof import('keytar')
    const started = Date.now()
    await expect(createKeychain(async () => never).get('x')).rejects.toMatchObject({ code: 'no-keychain' })
    expect(Date.now() - started).toBeLessThan(6_000)
  })

  it('reports a library that can’t be loaded', async () => {
    await expect(createKeychain(() => Promise.reject(new Error('no libsecret'))).get('x')).rejects.toMatchObject({
      code: 'no-keychain',
    })
  })
})

describe('a vault that is locked while it works', () => {
  const change = (vault: Vault) => [
    () => vault.protect({ by: 'password', password: 'new one' }),
    () => vault.changePassword('first', 'second'),
  ]

  it('stays locked where it was only just being made', async () => {
    const fresh = (await open(tempDir())).vault
    const protecting = fresh.protect({ by: 'password', password: 'first' })
    fresh.lock()
    await protecting
    expect(fresh.status.state).toBe('locked')

    const keychained = (await open(tempDir())).vault
    const setting = keychained.set('a', 'secret').catch((error: unknown) => error)
    keychained.lock()
    expect(await setting).toMatchObject({ code: 'vault-locked' })
    expect(await keychained.get('a')).toBeNull()
  })

  it('stays locked when work waited behind other work', async () => {
    const { vault } = await open(tempDir())
    await vault.protect({ by: 'password', password: 'first' })
    await vault.set('a', 'secret')
    const setting = vault.set('b', 'other').catch((error: unknown) => error)
    const changing = vault.changePassword('first', 'second')
    vault.lock()
    await Promise.allSettled([setting, changing])
    expect(vault.status.state).toBe('locked')
    expect(await vault.get('a')).toBeNull()
  })

  it.each([0, 1])('stays locked, and opens with what was being set (%i)', async which => {
    const folder = tempDir()
    const { vault, keychain } = await open(folder)
    await vault.protect({ by: 'password', password: 'first' })
    await vault.set('a', 'secret')
    const changing = change(vault)[which]?.()
    await Promise.resolve()
    vault.lock()
    await changing
    expect(vault.status.state).toBe('locked')
    expect(await vault.get('a')).toBeNull()
    const again = await open(folder, keychain)
    await again.vault.unlock(which === 0 ? 'new one' : 'second')
    expect(await again.vault.get('a')).toBe('secret')
  })
})
