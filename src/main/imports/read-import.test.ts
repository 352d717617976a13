import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import { forward } from '../../shared/contract/forwards.ts'
import { group, host, type Group, type Host } from '../../shared/contract/hosts.ts'
import type { LocalFacts } from '../ssh-config/tokens.ts'
import { runs } from '../../testing/runs.ts'
import { printJson, printSshConfig } from './export-format.ts'
import { placeHosts } from './place-hosts.ts'
import { readPuttyFiles } from './putty.ts'
import { readImport } from './read-import.ts'

const facts: LocalFacts = { user: 'me', uid: 1, home: '/home/me', hostName: 'pc', sshFolder: '/home/me/.ssh', env: {} }
const read = (text: string) => readImport(text, facts)
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

describe('an import', () => {
  it('reads a whole ssh command with all its options', () => {
    const { format, hosts } = read(
      `ssh -i ~/.ssh/key -A -p 2200 -J a,me@b:22 -L 8888:localhost:8888 -D1080 -o Compression=yes 'root@10.0.0.7' uptime`,
    )
    expect(format).toBe('ssh')
    expect(hosts).toMatchObject([
      {
        label: '10.0.0.7',
        address: '10.0.0.7',
        port: 2200,
        user: 'root',
        keyFile: '~/.ssh/key',
        forwardAgent: true,
        jumps: [
          { address: 'a', port: null, user: null },
          { address: 'b', port: 22, user: 'me' },
        ],
        forwards: ['-L 8888:localhost:8888', '-D 1080'],
        note: 'ignored: -o Compression=yes uptime',
      },
    ])
  })

  it('reads ssh:// and sftp:// alone, in a command and in a table, without their passwords', () => {
    const host = { address: 'host', user: 'user@corp.example', port: 2222 }
    for (const text of [
      'ssh://user%40corp.example:s3cret@host:2222/',
      'ssh ssh://user%40corp.example:s3cret@host:2222/data',
      'name,address\none,sftp://user%40corp.example:s3cret@host:2222/data',
    ]) {
      const found = read(text)
      expect(found.hosts).toMatchObject([host])
      expect(JSON.stringify(found)).not.toContain('s3cret')
    }
  })

  it('reads PuTTY’s registry, with proxies and forwards, and skips sessions other than SSH', () => {
    const text = `Windows Registry Editor Version 5.00\r\n\r
[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\Default%20Settings]\r
"HostName"=""\r
[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\gpu%20box]\r
"HostName"="me@10.0.0.1"\r
"PortNumber"=dword:000008ae\r
"Protocol"="ssh"\r
"PublicKeyFile"="C:\\\\keys\\\\a b.ppk"\r
"ProxyMethod"=dword:00000002\r
"ProxyHost"="proxy.example"\r
"ProxyPort"=dword:00000438\r
"ProxyUsername"="pu"\r
"AgentFwd"=dword:00000001\r
"PortForwardings"="L8080=localhost:80,D1080,R9000=localhost:9"\r
[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\serial]\r
"HostName"="x"\r
"Protocol"="serial"\r\n`
    expect(read(text)).toMatchObject({
      format: 'putty',
      hosts: [
        {
          label: 'gpu box',
          address: '10.0.0.1',
          port: 2222,
          user: 'me',
          keyFile: 'C:\\keys\\a b.ppk',
          forwardAgent: true,
          proxy: { kind: 'socks5', address: 'proxy.example', port: 1080, user: 'pu' },
          forwards: ['-L 8080:localhost:80', '-D 1080', '-R 9000:localhost:9'],
        },
      ],
      skipped: ['serial: a serial session, not SSH'],
    })
  })

  it('reads the files of ~/.putty', () => {
    const files = [{ name: 'my%20host', text: 'HostName=h.example\nPortNumber=22\nUserName=u\nProtocol=ssh\n' }]
    expect(readPuttyFiles(files).hosts).toMatchObject([
      { label: 'my host', address: 'h.example', port: null, user: 'u' },
    ])
  })

  it('reads WinSCP.ini with its folders and tunnels, without its passwords', () => {
    const text = `\uFEFF[Configuration]\r\nx=y\r\n[Sessions\\Lab/gpu%20one]\r\nHostName=10.0.0.2\r\nUserName=me\r\nPublicKeyFile=C:%5Ck.ppk\r\nTunnel=1\r\nTunnelHostName=gate\r\nTunnelUserName=j\r\nPassword=A35C4E59\r\n[Sessions\\ftp]\r\nHostName=f\r\nFSProtocol=5\r\n`
    expect(read(text)).toMatchObject({
      format: 'winscp',
      hosts: [
        {
          label: 'gpu one',
          address: '10.0.0.2',
          user: 'me',
          keyFile: 'C:\\k.ppk',
          groups: ['Lab'],
          jumps: [{ address: 'gate', port: 22, user: 'j' }],
          note: 'its password was not imported',
        },
      ],
      skipped: ['ftp: doesn’t use SSH'],
    })
  })

  it('reads MobaXterm sessions with their folders', () => {
    const text = `[Bookmarks]\nSubRep=\nImgNum=42\n[Bookmarks_1]\nSubRep=Lab\\GPU\nImgNum=41\nbox =#109#0%10.0.0.3%2200%ubuntu%%-1%-1%%%%%0%0%0%_ProfileDir_\\.ssh\\key%%-1%0%0%0%%1080%%0%0%1#MobaFont%10%0%0\nwin=#91#4%10.0.0.4%3389%%#x\n`
    expect(read(text)).toMatchObject({
      format: 'mobaxterm',
      hosts: [
        {
          label: 'box',
          address: '10.0.0.3',
          port: 2200,
          user: 'ubuntu',
          groups: ['Lab', 'GPU'],
          keyFile: '~/.ssh/key',
        },
      ],
      skipped: ['win: not an SSH session'],
    })
  })

  it('reads Termius’ CSV and any CSV with an address', () => {
    expect(
      read(
        'Groups,Label,Tags,Hostname/IP,Protocol,Port,Username,Password\nLab/GPU,box,"a,b",10.0.0.5,ssh,22,me,secret\nx,t,,h,telnet,23,,\n',
      ),
    ).toMatchObject({
      format: 'termius',
      hosts: [
        {
          label: 'box',
          address: '10.0.0.5',
          groups: ['Lab', 'GPU'],
          tags: ['a', 'b'],
          user: 'me',
          note: 'its password was not imported',
        },
      ],
      skipped: ['t: uses telnet, not SSH'],
    })
    expect(read('name;ip;user\none;10.0.0.6;root\n')).toMatchObject({
      format: 'csv',
      hosts: [{ label: 'one', address: '10.0.0.6', user: 'root' }],
    })
  })

  it('reads the names of known_hosts, ports too, and says what is hashed', () => {
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDO5DCBnhTM9Gm6BQNA8MRGGTQ0SlJ2Rm0FvXSJ4w9Sp'
    expect(
      read(`gpu.example,10.0.0.7 ${key}\n[h.example]:2222 ${key}\n*.x ${key}\n|1|abc=|def= ${key}\n`),
    ).toMatchObject({
      format: 'known-hosts',
      hosts: [{ address: 'gpu.example' }, { address: 'h.example', port: 2222 }],
      skipped: ['1 hashed name: hashing can’t be reversed'],
    })
  })

  it('reads the text of an ssh_config', () => {
    expect(read('Host a b\n  HostName 10.0.0.8\n  ProxyJump gate\nHost *\n  User me\n')).toMatchObject({
      format: 'ssh-config',
      hosts: [
        { label: 'a', address: '10.0.0.8', user: 'me', jumps: [{ address: 'gate' }] },
        { label: 'b', address: '10.0.0.8', user: 'me' },
      ],
    })
  })

  it('returns hosts or a sentence for any text', () => {
    const piece = fc.constantFrom(
      '[Sessions\\x]\n',
      'HostName=%%%\n',
      '\\PuTTY\\Sessions\\',
      '[Bookmarks]\n',
      'a=#109#0%',
      'ssh -p',
      '{"format":"hawser"',
      'Host x\n',
      ' Port y\n',
      'ip,name\n',
      '"',
      '|1|',
      '\u0000',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 12 }), pieces => {
        try {
          for (const found of read(pieces.join('')).hosts) expect(found.address).toMatch(/^[^\s-]/)
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
      }),
      { numRuns: runs(2000) },
    )
  })
})

describe('what is imported', () => {
  const now = { hosts: [] as Host[], groups: [] as Group[], groupId: null }

  it('uses a host of the same file as jump host, wherever it is, and is not duplicated by a second import', () => {
    const { hosts } = read(
      'Host web\n  HostName 10.0.0.5\n  ProxyJump gate\nHost gate\n  HostName 1.2.3.4\n  User root\n',
    )
    const placed = placeHosts(hosts, now)
    const gate = placed.hosts.find(({ label }) => label === 'gate')
    expect(placed.hosts.map(({ label, address }) => `${label} ${address}`).sort()).toEqual([
      'gate 1.2.3.4',
      'web 10.0.0.5',
    ])
    expect(placed.hosts.find(({ label }) => label === 'web')?.jumpHostId).toBe(gate?.id)
    const csv = read('name,ip\nweb,10.0.0.1\nweb-tunnel,10.0.0.1\nweb,10.0.0.2\n').hosts
    const first = placeHosts(csv, now)
    expect(placeHosts(csv, { ...now, hosts: first.hosts })).toMatchObject({ added: 0, there: 3 })
  })

  it('recognizes a table whose first column is called “Host Name”', () => {
    expect(read('Host Name,IP Address,Port\nweb,10.0.0.1,22\n')).toMatchObject({
      format: 'csv',
      hosts: [{ label: 'web', address: '10.0.0.1' }],
    })
  })

  it('creates jump hosts and groups once, and finds existing ones', () => {
    const { hosts } = read('ssh -J a,me@b:2200 root@10.0.0.7')
    const first = placeHosts(hosts, now)
    expect(first.hosts.map(({ label }) => label)).toEqual(['a', 'b', '10.0.0.7'])
    expect(first.hosts[2]?.jumpHostId).toBe(first.hosts[1]?.id)
    expect(first.hosts[1]?.jumpHostId).toBe(first.hosts[0]?.id)
    const second = placeHosts(hosts, { ...now, hosts: first.hosts })
    expect([second.added, second.there, second.hosts]).toEqual([0, 1, []])
  })

  it('survives an export and import unchanged', () => {
    const groups = [group.parse({ id: id(1), label: 'Lab', user: 'labuser' })]
    const gate = host.parse({ id: id(2), label: 'gate', address: 'g.example', user: 'j' })
    const box = host.parse({
      id: id(3),
      label: 'gpu box',
      address: '10.0.0.9',
      port: 2222,
      groupId: id(1),
      jumpHostId: id(2),
      tags: ['x'],
    })
    const end = { kind: 'tcp', address: 'localhost', port: 8888 }
    const web = {
      id: id(4),
      label: 'web',
      target: { kind: 'host', hostId: id(3) },
      kind: 'local',
      listen: end,
      to: end,
    }
    const data = { hosts: [gate, box], groups, forwards: [forward.parse(web)] }
    // An export of an earlier version.
    const text = printJson(data, new Date(0)).replace('"temporary"', '"passing"')
    const json = read(text)
    expect(text).toContain('"passing": false')
    expect(json.hosts).toMatchObject([
      { label: 'gate', address: 'g.example', user: 'j' },
      {
        label: 'gpu box',
        address: '10.0.0.9',
        port: 2222,
        user: 'labuser',
        groups: ['Lab'],
        tags: ['x'],
        jumps: [{ address: 'gate' }],
        forwards: ['-L localhost:8888:localhost:8888'],
      },
    ])
    const config = printSshConfig(data, new Date(0))
    expect(config).toContain('Host gpu-box\n  HostName 10.0.0.9\n  Port 2222\n  User labuser\n  ProxyJump gate\n')
    expect(read(config).hosts).toMatchObject([{ label: 'gate' }, { label: 'gpu-box', jumps: [{ address: 'gate' }] }])
  })
})
