import { describe, expect, it, vi } from 'vitest'

import { group, host, type GroupId, type HostId } from '../../shared/contract/hosts.ts'
import { buildTestServices } from '../../testing/build-test-services.ts'
import { tempDir } from '../../testing/temp-dir.ts'

const newHost = (rest: object = {}) =>
  host.parse({ id: crypto.randomUUID(), label: 'h', address: 'a.example', ...rest })
const newGroup = (rest: object = {}) => group.parse({ id: crypto.randomUUID(), label: 'g', ...rest })

describe('the hosts', () => {
  it('keep their secrets through delete and undo, and lose them at the next start after a delete', async () => {
    const folder = tempDir()
    const { built, keychain } = await buildTestServices(folder)
    const { hosts } = built.services
    const [kept, gone] = [newHost(), newHost()]
    for (const each of [kept, gone]) {
      await hosts.save({ host: each })
      await hosts.setSecret({ id: each.id, kind: 'password', secret: 'pw' })
    }
    await hosts.remove({ id: kept.id })
    await hosts.save({ host: kept })
    expect((await hosts.list(undefined)).secrets[kept.id]).toEqual(['password'])
    await hosts.remove({ id: gone.id })
    await built.flush()
    built.dispose()

    const { built: again } = await buildTestServices(folder, keychain)
    await vi.waitFor(async () => expect((await again.services.vault.status(undefined)).state).toBe('unlocked'))
    await again.services.hosts.save({ host: gone })
    await vi.waitFor(async () =>
      expect(Object.keys((await again.services.hosts.list(undefined)).secrets)).toEqual([kept.id]),
    )
    again.dispose()
  })

  it('move up when their group is deleted, and a group can’t be inside itself', async () => {
    const { built } = await buildTestServices(tempDir())
    const { hosts } = built.services
    const outer = newGroup()
    const inner = newGroup({ parentId: outer.id })
    await hosts.saveGroup({ group: outer })
    await hosts.saveGroup({ group: inner })
    await hosts.save({ host: newHost({ groupId: inner.id }) })
    await expect(hosts.saveGroup({ group: { ...outer, parentId: inner.id } })).rejects.toMatchObject({
      code: 'invalid-input',
    })
    await hosts.removeGroup({ id: inner.id })
    expect((await hosts.list(undefined)).hosts[0]?.groupId).toBe(outer.id)
    await expect(hosts.removeGroup({ id: inner.id as GroupId })).rejects.toMatchObject({ code: 'not-found' })
    await expect(hosts.save({ host: newHost({ groupId: inner.id }) })).rejects.toMatchObject({ code: 'not-found' })
    const own = newHost()
    await expect(hosts.save({ host: { ...own, jumpHostId: own.id as HostId } })).rejects.toMatchObject({
      code: 'invalid-input',
    })
    built.dispose()
  })
})
