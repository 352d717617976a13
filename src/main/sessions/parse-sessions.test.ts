import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { sessionRun } from '../../shared/contract/session-run.ts'
import { runs } from '../../testing/runs.ts'
import { parseSessions } from './parse-sessions.ts'

const now = 1_800_000_000_000
/** The output of a host whose clock is an hour slow. */
const host = (now - 3_600_000) / 1000
const parse = (...lines: readonly string[]) => parseSessions(lines.map(line => `MARK ${line}\n`).join(''), 'MARK', now)

const whole = [
  `T ${host}`,
  'V tmux 3.3a',
  'N default $0 build',
  String.raw`N default $12 it's "two words", \$HOME\011`,
  `S default $0,2,1,${host - 7200},${host - 60},${host - 60} `,
  `S default $12,1,0,${host - 30},${host - 5}, `,
  'C default $0,1,1,0 python3',
  'C default $0,0,1,0 bash',
  'C default $0,0,0,1 dead',
  'C default $12,1,1,0 my, program',
  'D default $0,1,1,0 /srv/a, b',
  'D default $0,0,1,0 /elsewhere',
  'E hawser error connecting to /tmp/tmux-0/hawser (No such file or directory)',
]

describe('sessions of tmux', () => {
  it('are read with their windows, clients, times, folders and commands, the last used first', () => {
    const { tmux, sessions, problems } = parse(...whole)
    expect({ tmux, problems }).toEqual({ tmux: '3.3a', problems: [] })
    expect(sessions).toEqual([
      {
        run: {
          kind: 'tmux',
          socket: 'default',
          session: String.raw`it's "two words", \$HOME\011`,
          known: { id: '$12', created: host - 30 },
        },
        name: String.raw`it's "two words", \$HOME\011`,
        windows: 1,
        clients: 0,
        created: now - 30_000,
        active: now - 5_000,
        folder: '',
        command: 'my, program',
        running: ['my, program'],
      },
      {
        run: { kind: 'tmux', socket: 'default', session: 'build', known: { id: '$0', created: host - 7200 } },
        name: 'build',
        windows: 2,
        clients: 1,
        created: now - 7_200_000,
        active: now - 60_000,
        folder: '/srv/a, b',
        command: 'python3',
        running: ['python3', 'bash'],
      },
    ])
  })

  it('of both servers stand next to each other', () => {
    const { sessions } = parse(...whole, 'N hawser $0 kept', `S hawser $0,1,0,${host - 3},${host - 1},`)
    expect(sessions.map(({ run, name }) => [run.kind === 'tmux' && run.socket, name])).toEqual([
      ['hawser', 'kept'],
      ['default', String.raw`it's "two words", \$HOME\011`],
      ['default', 'build'],
    ])
  })

  it('of Hawser’s server have the name of the terminal that they keep', () => {
    const kept = (socket: string, text: string) =>
      parse(`N ${socket} $0 training`, `K ${socket} $0 ${text}`).sessions.map(({ run }) => 'kept' in run && run.kept)
    expect(kept('hawser', "it's 1")).toEqual(["it's 1"])
    expect(kept('hawser', '')).toEqual([false])
    expect(kept('default', 'x')).toEqual([false])
  })

  it('of old versions have at least their names', () => {
    const names = (...lines: readonly string[]) =>
      parse('V tmux 1.8', ...lines).sessions.map(({ name, run }) => [name, 'known' in run])
    expect(names('N default  a b', 'S default ,,,,, ', 'C default ,,, sh')).toEqual([['a b', false]])
    expect(names('N default $1 a', 'S default $1,1,0,,, ')).toEqual([['a', false]])
    expect(names('O default a: 2 windows (created Mon Jan  1 00:00:00 2024) [80x24] (attached)')).toEqual([
      ['a', false],
    ])
  })

  it('are cleaned before they are shown, and named exactly in commands', () => {
    const name = 'a\u202eb'
    const { sessions } = parse(
      `N default $0 ${name}`,
      'C default $0,1,1,0 \u001b[31mvi\u0007m',
      'D default $0,1,1,0 /a\u009b',
    )
    expect(sessions[0]).toMatchObject({ command: 'vim', name: String.raw`a\u202eb`, run: { session: name } })
    expect(sessions[0]?.folder).toBe(String.raw`/a\x9b`)
  })

  it('show folders below home as prompts do', () => {
    const home = ['H /home/ada', 'H /data/home/ada', 'H ']
    const folders = (path: string) =>
      parse(...home, 'N default $0 a', `D default $0,1,1,0 ${path}`).sessions.map(({ folder }) => folder)
    expect(folders('/home/ada')).toEqual(['~'])
    expect(folders('/data/home/ada/x y')).toEqual(['~/x y'])
    expect(folders('/home/adam')).toEqual(['/home/adam'])
    expect(folders('/')).toEqual(['/'])
  })

  it('can’t be forged by a folder or a program with a line break in its name', () => {
    const forged = 'D default $0,1,1,0 /a\nN default $1 evil\nMARK2 N default $1 evil'
    expect(parse('N default $0 real', forged).sessions.map(({ name }) => name)).toEqual(['real'])
  })
})

it('tells no tmux, no sessions and a server that can’t be asked apart', () => {
  expect(parse(`T ${host}`)).toEqual({ tmux: null, sessions: [], problems: [] })
  const quiet = [
    'E default no server running on /tmp/tmux-0/default',
    'E hawser failed to connect to server: Connection refused',
  ]
  expect(parse('V tmux 3.3a', ...quiet)).toEqual({ tmux: '3.3a', sessions: [], problems: [] })
  const broken = 'E default server version is too old for client\u001b[0m '
  expect(parse('V tmux 3.3a', broken).problems).toEqual([{ fromServer: 'server version is too old for client' }])
})

it('reads what screen lists, dead sockets apart', () => {
  const { sessions } = parse(
    'X There are screens on:\r',
    'X \t7843.a b\t(11/29/26 06:40:57)\t(Detached)',
    'X \t12.pts-0.host\t(Attached)\r',
    'X \t13.odd\ufffd\t(Multi, attached)',
    'X \t14.gone\t(Dead ???)',
    'X 1 Socket in /run/screen/S-root.',
  )
  expect(sessions.map(({ run, name, clients }) => [run.session, name, clients])).toEqual([
    ['7843.a b', 'a b', 0],
    ['12.', 'pts-0.host', 1],
    ['13.', 'odd\ufffd', 1],
  ])
})

it('reads what zellij lists, exited sessions apart', () => {
  const { sessions } = parse(
    'Z \u001b[32;1mbrave-ant\u001b[m [Created \u001b[35;1m2h 3m\u001b[m ago] (current)',
    'Z two words [Created 1day ago]',
    'Z short',
    'Z old [Created 3days ago] (EXITED - attach to resurrect)',
    'Z No active zellij sessions found.',
  )
  expect(sessions.map(({ run }) => run)).toEqual(
    ['brave-ant', 'two words', 'short'].map(session => ({ kind: 'zellij', session })),
  )
})

describe('any output', () => {
  const piece = fc.oneof(
    fc.constantFrom(...whole, 'X \t1.a\t(Attached)', 'Z a [Created 1s ago]', 'O default a: 1 windows'),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .tuple(fc.constantFrom(...'THVNSCDEOXZ'), fc.string({ unit: 'binary', maxLength: 40 }))
      .map(([kind, text]) => `${kind} ${text}`),
    fc
      .tuple(fc.constantFrom('N', 'S', 'C', 'D', 'O', 'E'), fc.string({ maxLength: 30 }))
      .map(([kind, text]) => `${kind} default ${text}`),
  )
  const output = fc
    .array(fc.tuple(fc.constantFrom('MARK ', '', 'MARK'), piece, fc.constantFrom('\n', '', '\r\n')), { maxLength: 30 })
    .map(parts => parts.flat().join(''))

  it('never throws, and leads to sessions that the contract accepts', () => {
    fc.assert(
      fc.property(output, fc.nat(), (text, cut) => {
        for (const each of [text, text.slice(0, cut % (text.length + 1))]) {
          const { sessions } = parseSessions(each, 'MARK', now)
          for (const { run, name, command, folder } of sessions) {
            expect(sessionRun.safeParse(run).success).toBe(true)
            // eslint-disable-next-line no-control-regex -- nothing of a server's may control a screen
            expect(`${name}${command}${folder}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
          }
        }
      }),
      { numRuns: runs(20_000) },
    )
  })
})
