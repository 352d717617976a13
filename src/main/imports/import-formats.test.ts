import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { ImportPreview } from '../../shared/contract/imports.ts'
import { buildTestServices } from '../../testing/build-test-services.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { decodeImport } from './decode-import.ts'

/** Imports a file's bytes. */
async function readBytes(bytes: Buffer, name = 'sessions.txt'): Promise<ImportPreview> {
  const folder = tempDir()
  const path = join(folder, name)
  writeFileSync(path, bytes)
  const { built } = await buildTestServices(join(folder, 'data'))
  try {
    return await built.services.imports.readFile({ path })
  } finally {
    built.dispose()
  }
}
const readText = (text: string) => readBytes(Buffer.from(text))
const bytes = (hex: string) => Buffer.from(hex.replace(/\s/g, ''), 'hex')
const around = (name: Buffer, before: string, after: string) =>
  Buffer.concat([Buffer.from(before), name, Buffer.from(after)])

const moba = (name: string, fields: Readonly<Record<number, string>> = {}) => {
  const all = '0%10.0.0.3%22%ubuntu%%-1%-1%%%22%%0%0%0%%%-1%0%0%0%%1080%%0%0%1%%0%%%%0%-1%-1%0'.split('%')
  for (const [at, value] of Object.entries(fields)) all[Number(at)] = value
  return `${name}= #109#${all.join('%')}#MobaFont%10%0%0%-1%15%236,236,236%30,30,30#0# #-1\r\n`
}
const bookmarks = (lines: string, folder = '') => `[Bookmarks]\r\nSubRep=${folder}\r\nImgNum=42\r\n${lines}`

// Names in Windows code pages.
const names: readonly (readonly [string, string, string])[] = [
  ['服务器', 'gbk', 'b7fe cef1 c6f7'],
  ['测试', 'gbk', 'b2e2 cad4'],
  ['西南机房', 'gbk', 'cef7 c4cf bbfa b7bf'],
  ['伺服器', 'big5', 'a6f8 aa41 bEb9'],
  ['サーバ', 'shift_jis', '8354 815b 836f'],
  ['開発サーバー', 'shift_jis', '8a4a 94ad 8354 815b 836f 815b'],
  ['개발서버', 'euc-kr', 'b0b3 b9df bcad b9f6'],
  ['сервер', 'windows-1251', 'f1e5 f0e2 e5f0'],
  ['СЕРВЕР', 'windows-1251', 'd1c5 d0c2 c5d0'],
  ['Büro', 'windows-1252', '42fc 726f'],
  ['Café São Paulo', 'windows-1252', '4361 66e9 2053 e36f 2050 6175 6c6f'],
  ['Łódź', 'windows-1250', 'a3f3 649f'],
]

describe('the encoding of a file', () => {
  it.each(names)('%s is read from %s', (name, _codePage, hex) => {
    expect(decodeImport(around(bytes(hex), 'name=', ' #109#0%10.0.0.3\r\n'), 'en-US')).toContain(`name=${name} #`)
  })

  it('is that of this computer’s language if several fit equally', () => {
    const greek = bytes('f1e5 f0e2 e5f0')
    expect(decodeImport(greek, 'en-US')).toBe('сервер')
    expect(decodeImport(greek, 'el-GR')).toBe('ρεπβεπ')
    expect(decodeImport(bytes('4b75 f869 6d'), 'en-US')).toBe('Kuøim')
    expect(decodeImport(bytes('4b75 f869 6d'), 'cs')).toBe('Kuřim')
  })

  it.each([
    ['UTF-8 with a mark', Buffer.from('\uFEFFname,ip\nBüro,10.0.0.1\n')],
    ['UTF-16 with a mark', Buffer.from('\uFEFFname,ip\nBüro,10.0.0.1\n', 'utf16le')],
    ['UTF-16 the other way round', Buffer.from('\uFEFFname,ip\nBüro,10.0.0.1\n', 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from('name,ip\nBüro,10.0.0.1\n', 'utf16le')],
    ['a code page', Buffer.from('name,ip\nBüro,10.0.0.1\n', 'latin1')],
  ])('is detected from its bytes: %s', async (_kind, file) => {
    expect(await readBytes(file)).toMatchObject({ format: 'csv', hosts: [{ label: 'Büro', address: '10.0.0.1' }] })
  })
})

describe('MobaXterm’s sessions', () => {
  it('keep their names: of another code page, with escapes, with an equals sign', async () => {
    const file = Buffer.concat([
      Buffer.from('[Bookmarks_1]\r\nSubRep=Lab __DIEZE__2\\In__PTVIRG__ner=1\r\nImgNum=41\r\n'),
      bytes('b7fe cef1 c6f7'),
      Buffer.from(moba('')),
      Buffer.from(moba('node __DIEZE__1') + moba('a=b') + moba('50__PERCENT__ __EQUAL__ 1')),
      Buffer.from('noted=; a remark #109#0%10.0.0.4%22%%%-1%-1#x\r\n'),
    ])
    const { hosts, skipped } = await readBytes(file)
    expect(skipped).toEqual([])
    expect(hosts.map(({ label }) => label)).toEqual(['服务器', 'node #1', 'a=b', '50% = 1', 'noted'])
    for (const { groups } of hosts) expect(groups).toEqual(['Lab #2', 'In;ner=1'])
  })

  it('keep their gateways, in order, with ports and users', async () => {
    const one = { 8: 'gate.example', 9: '2222', 10: 'jumper' }
    const several = { 8: 'outer__PIPE__inner', 9: '22__PIPE__2200', 10: 'a__PIPE__', 15: '_ProfileDir_\\o.ppk__PIPE__' }
    const { hosts } = await readText(bookmarks(moba('one', one) + moba('two', several) + moba('none')))
    expect(hosts).toMatchObject([
      { jumps: [{ address: 'gate.example', port: 2222, user: 'jumper' }] },
      {
        jumps: [
          { address: 'outer', port: 22, user: 'a' },
          { address: 'inner', port: 2200, user: null },
        ],
        note: 'the key file of outer is ~/o.ppk: set it for that host',
      },
      { jumps: [], note: '' },
    ])
  })

  it('are not imported without a gateway that is invalid', async () => {
    const { hosts, skipped } = await readText(bookmarks(moba('one', { 8: 'not a host' }) + moba('two')))
    expect(hosts).toMatchObject([{ label: 'two' }])
    expect(skipped).toEqual(['one: jump host “not a host” is not a valid address'])
  })

  it('keep their key files, placeholders filled in', async () => {
    const keys = [
      ['_ProfileDir_\\.ssh\\id_rsa', '~/.ssh/id_rsa'],
      ['_MyDocuments_\\keys\\a b.ppk', '~/Documents/keys/a b.ppk'],
      ['_CurrentDrive_:\\keys\\k.ppk', 'C:\\keys\\k.ppk'],
      ['C:\\keys\\50__PERCENT__.ppk', 'C:\\keys\\50%.ppk'],
      ['/home/mobaxterm/.ssh/id', '/home/mobaxterm/.ssh/id'],
    ] as const
    const { hosts } = await readText(bookmarks(keys.map(([key], at) => moba(`k${at}`, { 14: key })).join('')))
    expect(hosts.map(({ keyFile }) => keyFile)).toEqual(keys.map(([, path]) => path))
    const unknown = await readText(bookmarks(moba('x', { 14: '_SomeDir_\\id' })))
    expect(unknown.hosts).toMatchObject([
      { keyFile: null, note: 'key file _SomeDir_\\id was ignored: _SomeDir_ is not known on this computer' },
    ])
  })

  it('keep proxies and report what is not imported', async () => {
    const proxied = { 19: '3', 20: 'proxy.example', 21: '8080', 22: 'pu', 34: '-1', 7: 'htop' }
    const { hosts } = await readText(
      bookmarks(moba('a', proxied) + moba('b', { 19: '5' }) + moba('c', { 3: '[work]' })),
    )
    expect(hosts).toMatchObject([
      {
        proxy: { kind: 'http', address: 'proxy.example', port: 8080, user: 'pu' },
        forwardAgent: true,
        note: 'its startup command was not imported',
      },
      { proxy: null, note: 'its proxy type is not supported' },
      { user: null, note: 'its user is stored in the saved credentials “work”, which were not imported' },
    ])
  })
})

describe('PuTTY’s sessions', () => {
  const registry = (name: string, values = '') =>
    `Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\${name}]\r\n"HostName"="10.0.0.1"\r\n"Protocol"="ssh"\r\n${values}`

  it.each([
    ['gpu%20box', 'gpu box'],
    ['B%FCro', 'Büro'],
    ['B%C3%BCro', 'Büro'],
    ['%B7%FE%CE%F1%C6%F7', '服务器'],
    ['%F1%E5%F0%E2%E5%F0%201', 'сервер 1'],
    ['100%', '100%'],
    ['a%3Db', 'a=b'],
  ])('keep their names: %s is %s', async (name, label) => {
    expect((await readBytes(Buffer.from(`\uFEFF${registry(name)}`, 'utf16le'))).hosts).toMatchObject([{ label }])
  })

  it('keep an SSH proxy as a jump host', async () => {
    const values =
      '"ProxyMethod"=dword:00000006\r\n"ProxyHost"="gate"\r\n"ProxyPort"=dword:00000016\r\n"ProxyUsername"="j"\r\n'
    const { hosts } = await readText(registry('a', values))
    expect(hosts).toMatchObject([{ jumps: [{ address: 'gate', port: 22, user: 'j' }], proxy: null, note: '' }])
  })

  it('of ~/.putty are read in a code page too', async () => {
    const folder = join(tempDir(), 'sessions')
    mkdirSync(folder)
    writeFileSync(
      join(folder, 'B%FCro'),
      around(bytes('4afc7267'), 'Protocol=ssh\nHostName=h.example\nUserName=', '\n'),
    )
    const { built } = await buildTestServices(join(tempDir(), 'data'))
    expect((await built.services.imports.readFile({ path: folder })).hosts).toMatchObject([
      { label: 'Büro', user: 'Jürg' },
    ])
    built.dispose()
  })
})

describe('WinSCP’s sites', () => {
  it('keep names and values whose escapes begin with a mark, and tell of a tunnel’s key', async () => {
    const text =
      '[Sessions\\%EF%BB%BFLab%20B%C3%BCro/%EF%BB%BFgpu%3D1]\r\nHostName=%EF%BB%BF10.0.0.2\r\nUserName=%EF%BB%BFJ%C3%BCrg\r\n' +
      'Tunnel=1\r\nTunnelHostName=gate\r\nTunnelPublicKeyFile=C:%5Ct.ppk\r\n'
    expect((await readText(text)).hosts).toMatchObject([
      {
        label: 'gpu=1',
        groups: ['Lab Büro'],
        address: '10.0.0.2',
        user: 'Jürg',
        jumps: [{ address: 'gate', port: 22 }],
        note: 'the key file of gate is C:\\t.ppk: set it for that host',
      },
    ])
  })
})

describe('a table', () => {
  it.each([
    ['a separator line', 'sep=;\r\nname;ip;port\r\nbox;10.0.0.1;2222\r\n'],
    ['a quoted separator line', '"sep=;"\nname;ip;port\nbox;10.0.0.1;2222\n'],
    ['titles above it', 'Hosts of the lab, 2025\n\nname,ip,port\nbox,10.0.0.1,2222\n'],
    ['a title with another separator', 'Server; all, of them;\nname\tip\tport\nbox\t10.0.0.1\t2222\n'],
    ['bars', 'name|ip|port\nbox|10.0.0.1|2222\n'],
    ['names of columns in quotation marks', '"Name ";"IP-Address";"SSH_Port"\r\n"box";"10.0.0.1";"2222"\r\n'],
    ['line breaks and separators in cells', 'name,notes,ip,port\nbox,"a, b\nc;d",10.0.0.1,2222\n'],
    ['the port in the address', 'name,ip\nbox,10.0.0.1:2222\n'],
    ['the user in the address', 'name,ip,port\nbox,me@10.0.0.1,2222\n'],
  ])('is read with %s', async (_kind, text) => {
    expect(await readText(text)).toMatchObject({
      format: 'csv',
      hosts: [{ label: 'box', address: '10.0.0.1', port: 2222 }],
      skipped: [],
    })
  })
})

describe('the text of an ssh_config', () => {
  it('is read with a mark', async () => {
    expect(await readText('\uFEFFHost one\n  Port 1\nHost two\n  Port 2\n')).toMatchObject({
      hosts: [
        { label: 'one', port: 1 },
        { label: 'two', port: 2 },
      ],
    })
  })

  it.each(['Hots two', '\uFEFFHost two', 'Mtach host two', '<<<<<<< HEAD', 'Host "two'])(
    'is refused where ssh refuses it: %s',
    async line => {
      await expect(readText(`Host one\n  HostName 10.0.0.1\n${line}\n  User bob\n`)).rejects.toThrow(
        /^Line 3: .* ssh would refuse this file\. Correct the line and import it again\.$/,
      )
    },
  )

  it('tells of files that it includes', async () => {
    expect(await readText('Include more\nHost one\n  Port 1\n')).toMatchObject({
      hosts: [{ label: 'one' }],
      skipped: ['Line 1: Include is not followed. Import the included file too'],
    })
  })
})

describe('known_hosts', () => {
  it('is read with a mark and in UTF-16', async () => {
    const line = 'gpu.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDO5DCBnhTM9Gm6BQNA8MRGGTQ0SlJ2Rm0FvXSJ4w9Sp\n'
    for (const file of [Buffer.from(`\uFEFF${line}`), Buffer.from(`\uFEFF${line}`, 'utf16le')])
      expect(await readBytes(file)).toMatchObject({ format: 'known-hosts', hosts: [{ address: 'gpu.example' }] })
  })
})
