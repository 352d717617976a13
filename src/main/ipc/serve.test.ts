import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'

import { createApi } from '../../renderer/ipc/client.ts'
import { contract, type Contract } from '../../shared/contract/contract.ts'
import { channel, type Service } from '../../shared/contract/define.ts'
import { buildTestServices } from '../../testing/build-test-services.ts'
import { FakeTransport } from '../../testing/fake-transport.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { runs } from '../../testing/runs.ts'
import { serve } from './serve.ts'

const names = Object.keys(contract) as (keyof Contract)[]
const calls = names.flatMap(name =>
  Object.entries(contract[name] as unknown as Service).flatMap(([member, declared]) =>
    declared.kind === 'call' ? [{ at: channel(name, member), input: declared.input }] : [],
  ),
)

async function setUp() {
  const { built, bugs, notices } = await buildTestServices(tempDir())
  const transport = new FakeTransport()
  const reportBug = (_where: string, error: unknown) => bugs.push(error)
  for (const name of names) {
    const served = serve(name, built.services[name] as never, { transport, reportBug })
    onTestFinished(() => served.dispose())
  }
  return { built, transport, bugs, notices }
}

describe('the boundary', () => {
  it('handles exactly the calls of the contract', async () => {
    const { built, transport } = await setUp()
    expect([...transport.handlers.keys()].sort()).toEqual(calls.map(call => call.at).sort())
    built.dispose()
  })

  it('answers any mutated input with invalid-input and keeps working', { timeout: 60_000 }, async () => {
    const { built, transport, bugs } = await setUp()
    const junk = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
      fc.object(),
      fc.string(),
      fc.constant({ __proto__: { id: 1 } }),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...calls), junk, async ({ at, input }, value) => {
        fc.pre(!input.safeParse(value).success)
        const reply = await transport.invoke(at, value)
        expect(reply).toMatchObject({ ok: false, error: { code: 'invalid-input' } })
      }),
      { numRuns: runs(3000) },
    )
    expect(bugs).toEqual([])
    expect(await transport.invoke('hawser:settings.get', undefined)).toMatchObject({ ok: true })
    built.dispose()
  })

  it('refuses unknown keys, long strings and long arrays', async () => {
    const { built, transport } = await setUp()
    const group = { id: crypto.randomUUID(), label: 'g' }
    const refused = async (at: string, input: unknown) =>
      expect(await transport.invoke(at, input)).toMatchObject({ ok: false, error: { code: 'invalid-input' } })
    await refused('hawser:hosts.saveGroup', { group, extra: 1 })
    await refused('hawser:hosts.saveGroup', { group: { ...group, extra: 1 } })
    await refused('hawser:hosts.saveGroup', { group: { ...group, label: 'x'.repeat(129) } })
    await refused('hawser:hosts.save', {
      host: { id: crypto.randomUUID(), label: 'h', address: 'a', tags: Array(33).fill('t') },
    })
    await refused('hawser:hosts.save', { host: { id: crypto.randomUUID(), label: 'h', address: '-oProxyCommand=x' } })
    built.dispose()
  })

  it('does not repeat a refused input, which may be a secret', async () => {
    const { built, transport } = await setUp()
    const reply = await transport.invoke('hawser:vault.unlock', { password: 12345678, hunter2: 'hunter2' })
    expect(JSON.stringify(reply)).not.toMatch(/12345678/)
    built.dispose()
  })

  it('carries a typed call and an announcement through to the client', async () => {
    const { built, transport } = await setUp()
    const api = createApi(transport.bridge)
    const seen: number[] = []
    const stop = api.hosts.onChanged(book => seen.push(book.groups.length))
    await api.hosts.saveGroup({ group: { id: crypto.randomUUID() as never, label: 'Lab' } })
    expect((await api.hosts.list()).groups).toMatchObject([{ label: 'Lab', parentId: null }])
    expect(seen).toEqual([1])
    stop.dispose()
    await expect(api.hosts.remove({ id: crypto.randomUUID() as never })).rejects.toMatchObject({ code: 'not-found' })
    built.dispose()
  })

  it('hides the text of a bug from the window and reports it', async () => {
    const { built, transport, bugs } = await setUp()
    const broken = {
      ...built.services.settings,
      get: () => {
        throw new TypeError('secret detail')
      },
      save: built.services.settings.save,
      onChanged: built.services.settings.onChanged,
    }
    const served = serve('settings', broken as never, { transport, reportBug: (_where, error) => bugs.push(error) })
    onTestFinished(() => served.dispose())
    const reply = await transport.invoke('hawser:settings.get', undefined)
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } })
    expect(JSON.stringify(reply)).not.toContain('secret detail')
    expect(bugs).toHaveLength(1)
    built.dispose()
  })
})
