import fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  parseForwardSpec,
  parseForwardSpecs,
  printForwardSpec,
  type ForwardSpec,
  type SpecEnd,
} from './forward-spec.ts'
import { runs } from '../../testing/runs.ts'

const tcp = (port: number, address: string | null = null): SpecEnd => ({ kind: 'tcp', address, port })

test('pasted text is read as ssh reads it', () => {
  const given: readonly [string, readonly ForwardSpec[]][] = [
    ['ssh -N -L 8000:localhost:8089 gpu', [{ kind: 'local', listen: tcp(8000), to: tcp(8089, 'localhost') }]],
    ['ssh -NL8000:node17:8888 gpu', [{ kind: 'local', listen: tcp(8000), to: tcp(8888, 'node17') }]],
    ['-L 127.0.0.1:80:[::1]:8080', [{ kind: 'local', listen: tcp(80, '127.0.0.1'), to: tcp(8080, '::1') }]],
    ['-L :8080:web:80', [{ kind: 'local', listen: tcp(8080, '*'), to: tcp(80, 'web') }]],
    ['-R 52698:localhost:52698', [{ kind: 'remote', listen: tcp(52698), to: tcp(52698, 'localhost') }]],
    ['-D 1080', [{ kind: 'dynamic', listen: tcp(1080), to: null }]],
    ['-D [::1]:1080', [{ kind: 'dynamic', listen: tcp(1080, '::1'), to: null }]],
    [
      '-L /tmp/a.sock:/var/run/docker.sock',
      [
        {
          kind: 'local',
          listen: { kind: 'unix', path: '/tmp/a.sock' },
          to: { kind: 'unix', path: '/var/run/docker.sock' },
        },
      ],
    ],
    [
      '-L 2375:/var/run/docker.sock',
      [{ kind: 'local', listen: tcp(2375), to: { kind: 'unix', path: '/var/run/docker.sock' } }],
    ],
    ['8888:localhost:8888', [{ kind: 'local', listen: tcp(8888), to: tcp(8888, 'localhost') }]],
    [
      '-L 1:a:1 -R 2:b:2 -D 3',
      [
        { kind: 'local', listen: tcp(1), to: tcp(1, 'a') },
        { kind: 'remote', listen: tcp(2), to: tcp(2, 'b') },
        { kind: 'dynamic', listen: tcp(3), to: null },
      ],
    ],
  ]
  for (const [text, specs] of given) expect(parseForwardSpecs(text), text).toEqual(specs)
})

test('specifications that ssh would refuse are not forwards', () => {
  for (const text of [
    '8000',
    '8000:localhost',
    'a:b:c',
    '70000:localhost:80',
    '8000:localhost:0',
    '8000:[::1:80',
    '8000:lo$(id)st:80',
  ])
    expect(parseForwardSpec('local', text), text).toBeNull()
})

const address = fc.oneof(
  fc.constantFrom('localhost', '127.0.0.1', '::1', 'fe80::1', 'node-17.cluster'),
  fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/),
)
const path = fc.stringMatching(/^\/[A-Za-z0-9._/-]{1,30}$/).map((text): SpecEnd => ({ kind: 'unix', path: text }))
const port = fc.integer({ min: 1, max: 65_535 })
const listen = fc.oneof(
  fc.tuple(port, fc.option(address)).map(([at, name]) => tcp(at, name)),
  path,
)
const to = fc.oneof(
  fc.tuple(port, address).map(([at, name]) => tcp(at, name)),
  path,
)

test('printed specifications are read back unchanged', () => {
  fc.assert(
    fc.property(fc.constantFrom('local' as const, 'remote' as const), listen, to, (kind, from, target) => {
      const spec: ForwardSpec = { kind, listen: from, to: target }
      expect(parseForwardSpecs(`ssh ${printForwardSpec(spec)} host`)).toEqual([spec])
    }),
    { numRuns: runs(2000) },
  )
})

test('no text at all makes it throw', () => {
  fc.assert(
    fc.property(fc.string(), text => void parseForwardSpecs(text)),
    { numRuns: runs(5000) },
  )
})
