import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import { group, host, type Group, type Host, type HostId } from '../../shared/contract/hosts.ts'
import { buildProgram } from '../ssh-config/config-program.ts'
import { resolveHost } from '../ssh-config/resolve.ts'
import type { LocalFacts } from '../ssh-config/tokens.ts'
import { runs } from '../../testing/runs.ts'
import { planConnection, type ConfigView } from './connection-plan.ts'

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const makeHost = (n: number, rest: object = {}): Host =>
  host.parse({ id: id(n), label: `h${n}`, address: `h${n}.example`, ...rest })
const makeGroup = (n: number, rest: object = {}): Group => group.parse({ id: id(n), label: `g${n}`, ...rest })
const plan = (hosts: Host[], target: number, groups: Group[] = []) =>
  planConnection(
    { kind: 'host', hostId: id(target) as HostId },
    { hosts, groups, localUser: 'me', config: configOf('') },
  )

const facts: LocalFacts = {
  user: 'me',
  uid: 1,
  home: '/home/me',
  hostName: 'here',
  sshFolder: '/home/me/.ssh',
  env: {},
}

/** A config whose hosts with literal names have the IDs 101, 102, ... in order. */
function configOf(text: string, names: readonly string[] = []): ConfigView {
  const program = buildProgram([{ path: 'config', text, system: false, includes: new Map() }], facts.env)
  const answers = { exec: () => undefined, resolves: () => undefined }
  return {
    nameOf: hostId => names[Number(hostId.slice(-3)) - 101] ?? null,
    problem: () => null,
    resolve: (name, given) => resolveHost(program, { name, given, facts, answers }),
  }
}

describe('planConnection', () => {
  it('fills in the port and the local user', () => {
    expect(plan([makeHost(1)], 1)).toMatchObject([{ address: 'h1.example', port: 22, user: 'me' }])
  })

  it('goes through a chain of jump hosts, the first one first', () => {
    const hosts = [makeHost(1, { jumpHostId: id(2) }), makeHost(2, { jumpHostId: id(3) }), makeHost(3)]
    expect(plan(hosts, 1).map(hop => hop.label)).toEqual(['h3', 'h2', 'h1'])
  })

  it('takes from the nearest group what the host leaves open', () => {
    const groups = [makeGroup(10, { user: 'outer', keyFile: 'k' }), makeGroup(11, { parentId: id(10), user: 'inner' })]
    expect(plan([makeHost(1, { groupId: id(11) })], 1, groups)).toMatchObject([{ user: 'inner', keyFile: 'k' }])
    expect(plan([makeHost(1, { groupId: id(11), user: 'own' })], 1, groups)).toMatchObject([{ user: 'own' }])
  })

  it('dials a group’s jump host directly when it lies in the group itself', () => {
    const groups = [makeGroup(10, { jumpHostId: id(2) })]
    const hosts = [makeHost(1, { groupId: id(10) }), makeHost(2, { groupId: id(10) })]
    expect(plan(hosts, 1, groups).map(hop => hop.label)).toEqual(['h2', 'h1'])
    expect(plan(hosts, 2, groups).map(hop => hop.label)).toEqual(['h2'])
  })

  it('reports jump hosts that form a loop, or a deleted one', () => {
    expect(() => plan([makeHost(1, { jumpHostId: id(2) }), makeHost(2, { jumpHostId: id(1) })], 1)).toThrow(
      expect.objectContaining({ code: 'invalid-input' }),
    )
    expect(() => plan([makeHost(1, { jumpHostId: id(9) })], 1)).toThrow(expect.objectContaining({ code: 'not-found' }))
  })

  it('treats two routes to the same address as two logins', () => {
    const [direct] = plan([makeHost(1)], 1)
    const through = plan([makeHost(1, { jumpHostId: id(2) }), makeHost(2)], 1)
    expect(direct.key).not.toBe(through.at(-1)?.key)
  })

  it('dials a host of the config as ssh would, through its jumps, each by its own lines', () => {
    const config = configOf(
      'Host a\n HostName 10.0.0.1\n ProxyJump me@b:2200,c\nHost b\n ProxyJump d\n User other\nHost c\n Port 7\n ProxyJump never\n',
      ['a'],
    )
    const hosts = [makeHost(101, { label: 'a' })]
    const hops = planConnection(
      { kind: 'host', hostId: id(101) as HostId },
      { hosts, groups: [], localUser: 'me', config },
    )
    expect(hops.map(({ user, address, port }) => `${user}@${address}:${port}`)).toEqual([
      'me@d:22',
      'me@b:2200',
      'me@c:7',
      'me@10.0.0.1:22',
    ])
  })

  it('applies the config to typed addresses too, and typed parts take precedence', () => {
    const config = configOf('Host *.lab\n User u\n Port 99\n IdentityFile /k\n')
    const target = { kind: 'address' as const, address: 'x.lab', port: 5, user: null, jumps: [], keyFile: null }
    const [hop] = planConnection(target, { hosts: [], groups: [], localUser: 'me', config })
    expect(hop).toMatchObject({ user: 'u', port: 5, options: { identityFiles: ['/k'] } })
  })

  it('refuses a config with a line that OpenSSH would refuse, and jump hosts that form a loop', () => {
    const hosts = [makeHost(101)]
    const dial = (text: string) =>
      planConnection(
        { kind: 'host', hostId: id(101) as HostId },
        { hosts, groups: [], localUser: 'me', config: configOf(text, ['a']) },
      )
    expect(() => dial('Host a\n Port many\n')).toThrow(
      expect.objectContaining({ code: 'invalid-input', configLine: { path: 'config', line: 2 } }),
    )
    expect(() => dial('Host a\n ProxyJump b\nHost b\n ProxyJump a\n')).toThrow(
      expect.objectContaining({ code: 'invalid-input' }),
    )
  })

  it('ends for any graph of hosts and groups: a plan without a repeated hop, or a sentence', () => {
    const ref = fc.option(fc.integer({ min: 1, max: 5 }).map(id))
    const graph = fc.record({
      hosts: fc.tuple(
        ...Array.from({ length: 5 }, () =>
          fc.record({ jumpHostId: ref, groupId: fc.option(fc.integer({ min: 11, max: 13 }).map(id)) }),
        ),
      ),
      groups: fc.tuple(
        ...Array.from({ length: 3 }, () =>
          fc.record({ jumpHostId: ref, parentId: fc.option(fc.integer({ min: 11, max: 13 }).map(id)) }),
        ),
      ),
    })
    fc.assert(
      fc.property(graph, ({ hosts, groups }) => {
        try {
          const labels = plan(
            hosts.map((each, index) => makeHost(index + 1, each)),
            1,
            groups.map((each, index) => makeGroup(index + 11, each)),
          ).map(hop => hop.label)
          expect(new Set(labels).size).toBe(labels.length)
          expect(labels.at(-1)).toBe('h1')
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
      }),
      { numRuns: runs(1000) },
    )
  })
})
