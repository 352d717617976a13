import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { describe, expect, it } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { buildProgram } from './config-program.ts'
import { readConfigs } from './config-reading.ts'
import { resolveHost } from './resolve.ts'
import { parseServices } from './service-names.ts'
import type { LocalFacts } from './tokens.ts'

const run = promisify(execFile)
const facts: LocalFacts = {
  user: userInfo().username,
  uid: userInfo().uid,
  home: homedir(),
  hostName: hostname(),
  sshFolder: join(homedir(), '.ssh'),
  env: {},
}

/** One form for forwards, whose ends ssh -G puts in brackets and parts with a space. */
const parted = (line: string) => line.replace(/[[\]]/g, '').replaceAll(':', ' ')

async function askSsh(file: string): Promise<string> {
  const { stdout } = await run('ssh', ['-G', '-F', file, 'box']).catch(() => ({ stdout: 'port refused' }))
  return (
    stdout
      .split('\n')
      .filter(line => /^(port|proxyjump|(local|remote|dynamic)forward) /.test(line))
      // It prints several jump hosts as they stand in the config.
      .map(line => parted(line).replace('gate https', 'gate 443'))
      .sort()
      .join('\n')
  )
}

async function askHawser(file: string): Promise<string> {
  const reading = await readConfigs([{ path: file, system: false }], facts)
  const answers = { exec: () => undefined, resolves: () => false }
  const host = resolveHost(buildProgram(reading.sources, facts.env), { name: 'box', facts, answers })
  if (reading.notes.length + host.problems.length > 0) return 'port refused'
  const forwards = host.forwards.map(({ kind, spec }) => `${kind}forward ${spec}`)
  return [
    `port ${host.port}`,
    ...(host.proxyJump ? [`proxyjump ${host.proxyJump.replace('ssh://', '')}`] : []),
    ...forwards,
  ]
    .map(parted)
    .sort()
    .join('\n')
}

const lines = [
  ...['Port ssh', 'Port "ssh"', 'Port=http-alt', 'Port ssh # the usual one', 'Port SSH', 'Port nothing-has-this-name'],
  ...['Port ssh http', 'Port syslog', 'Port www', 'Port domain', 'Port ssh/tcp'],
  ...['ProxyJump gate:ssh', 'ProxyJump me@gate:https,other:2222', 'ProxyJump ssh://gate:ssh', 'ProxyJump ssh'],
  ...['ProxyJump gate:nothing-has-this-name', 'ProxyJump [::1]:ssh'],
  ...['LocalForward 8080 localhost:http', 'LocalForward http-alt web:https', 'LocalForward 8080 http:http'],
  ...['LocalForward "8080" "localhost:http"', 'LocalForward 8080 http', 'LocalForward http localhost'],
  ...['RemoteForward http-alt localhost:ssh', 'DynamicForward socks', 'DynamicForward localhost:socks'],
]

describe.skipIf(lacks('ssh', '/etc/services'))('a port given by the name of its service', () => {
  it.each(lines)('means what ssh takes it for: %s', async line => {
    const folder = join(tempDir(), 'c')
    mkdirSync(folder)
    const file = join(folder, 'config')
    writeFileSync(file, `Host box\n  ${line}\n`, { mode: 0o600 })
    expect(await askHawser(file)).toBe(await askSsh(file))
  })
})

describe('services(5)', () => {
  it('names TCP ports, by aliases too; the first line of a name counts, and comments do not', () => {
    const text =
      'ssh\t22/tcp  # shell\n#no 1/tcp\nsyslog 514/udp\nhttp 80/tcp www  www-http\nhttp 81/tcp\nbad 70000/tcp\nx\n'
    expect([...parseServices(text)]).toEqual([
      ['ssh', 22],
      ['http', 80],
      ['www', 80],
      ['www-http', 80],
    ])
  })
})
