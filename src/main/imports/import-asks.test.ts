import { expect, test } from 'vitest'

import { importedHost } from '../../shared/contract/imports.ts'
import { importWords } from '../../renderer/features/hosts/import-words.ts'
import { buildTestServices } from '../../testing/build-test-services.ts'
import { tempDir } from '../../testing/temp-dir.ts'

const own = {
  format: 'hawser',
  version: 1,
  hosts: [
    {
      id: '00000000-0000-4000-8000-000000000001',
      label: 'web2',
      address: 'web2.example',
      user: 'deploy',
      keyFile: '/keys/deploy',
      jumpHostId: '00000000-0000-4000-8000-000000000002',
      proxy: { kind: 'socks5', address: 'proxy.example', port: 1080, user: 'pu' },
      forwardAgent: true,
      weakAlgorithms: true,
      signIn: 'agent',
      favourite: true,
      tags: ['prod'],
      look: { theme: 'dusk', fontSize: 15 },
    },
    { id: '00000000-0000-4000-8000-000000000002', label: 'gate', address: 'gate.example' },
  ],
  groups: [],
  forwards: [
    {
      id: '00000000-0000-4000-8000-000000000003',
      label: 'docker',
      target: { kind: 'host', hostId: '00000000-0000-4000-8000-000000000001' },
      kind: 'remote',
      listen: { kind: 'tcp', address: 'localhost', port: 9000 },
      to: { kind: 'unix', path: '/var/run/docker.sock' },
      freePort: false,
      start: 'app',
      presetId: null,
      page: null,
    },
  ],
}

const formats = {
  hawser: {
    text: JSON.stringify(own),
    words: [
      'Jump hosts: gate',
      'SOCKS5 proxy: pu@proxy.example:1080',
      'Key file: /keys/deploy',
      'Signs in with the agent',
      'Tags: prod',
      'Favourite',
      'Theme: dusk',
      'Font size: 15',
      'Requests agent forwarding (stays off)',
      'Requests weak algorithms (stay off)',
      'Forward -R localhost:9000:/var/run/docker.sock, started manually: gives the host access to the socket /var/run/docker.sock from this computer',
    ],
  },
  putty: {
    text: `Windows Registry Editor Version 5.00\r\n
[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\box]\r
"HostName"="10.0.0.1"\r
"Protocol"="ssh"\r
"PublicKeyFile"="C:\\\\keys\\\\a.ppk"\r
"ProxyMethod"=dword:00000003\r
"ProxyHost"="proxy.example"\r
"ProxyPort"=dword:00000438\r
"AgentFwd"=dword:00000001\r
"PortForwardings"="L*:8080=localhost:80,L7000=localhost:70"\r\n`,
    words: [
      'HTTP proxy: proxy.example:1080',
      'Key file: C:\\keys\\a.ppk',
      'Requests agent forwarding (stays off)',
      'Forward -L *:8080:localhost:80, started manually: listens on all addresses of this computer, open to other computers',
      'Forward -L 7000:localhost:70, started manually',
    ],
  },
  winscp: {
    text: '[Sessions\\box]\nHostName=10.0.0.1\nPublicKeyFile=C:%5Ckeys%5Ca.ppk\nProxyMethod=1\nProxyHost=p.example\nProxyPort=1080\nTunnel=1\nTunnelHostName=gate\nTunnelUserName=t\n',
    words: ['Jump hosts: t@gate:22', 'SOCKS4 proxy: p.example:1080', 'Key file: C:\\keys\\a.ppk'],
  },
  mobaxterm: {
    text: `[Bookmarks]\nSubRep=\nbox=#109#0%10.0.0.1%22%m%%-1%-1%%%%%0%0%0%/keys/m%-1#x\n`,
    words: ['Key file: /keys/m'],
  },
  termius: {
    text: 'Groups,Label,Tags,Hostname/IP,Protocol,Port,Username,Key\n,box,a,10.0.0.4,ssh,22,t,/keys/t\n',
    words: ['Key file: /keys/t', 'Tags: a'],
  },
  csv: { text: 'name,ip,user,key file\nbox,10.0.0.5,c,/keys/c\n', words: ['Key file: /keys/c'] },
  ssh: {
    text: 'ssh -A -i /keys/s -J a,me@b:2222 -D 10.1.1.1:1080 -R 8080:localhost:80 -R 1081 -L /tmp/s:/run/db.sock root@10.0.0.7',
    words: [
      'Jump hosts: a, me@b:2222',
      'Key file: /keys/s',
      'Requests agent forwarding (stays off)',
      'Forward -D 10.1.1.1:1080, started manually: listens on 10.1.1.1 of this computer, open to other computers',
      'Forward -R 8080:localhost:80, started manually: gives the host access to localhost:80 from this computer',
      'Forward -R 1081, started manually: would open this computer’s whole network to the host, so it is skipped',
      'Forward -L /tmp/s:/run/db.sock, started manually: listens on the socket /tmp/s of this computer; connects to the socket /run/db.sock on the host',
    ],
  },
  'ssh-config': {
    text: 'Host box\n  HostName 10.0.0.9\n  IdentityFile /keys/i\n  ProxyJump gate\n  ForwardAgent yes\n  GatewayPorts yes\n  LocalForward 0.0.0.0:5432 db:5432\n',
    words: [
      'Jump hosts: gate',
      'Key file: /keys/i',
      'Requests agent forwarding (stays off)',
      'Forward -L 0.0.0.0:5432:db:5432, started manually: listens on all addresses of this computer, open to other computers',
    ],
  },
} as const

test.each(Object.entries(formats))(
  'all that a file of %s asks for is named, and no trust comes with it',
  async (format, { text, words }) => {
    const { built } = await buildTestServices(tempDir())
    const { imports, hosts, forwards } = built.services
    const preview = await imports.readText({ text })
    expect(preview.format).toBe(format)
    expect(importWords(preview.hosts[0]!).map(word => word.text)).toEqual(words)
    await imports.add({ hosts: preview.hosts as never, groupId: null })
    const saved = (await hosts.list(undefined)).hosts
    expect(saved.length).toBeGreaterThan(0)
    for (const host of saved) expect(host).toMatchObject({ forwardAgent: false, weakAlgorithms: false })
    for (const { forward } of (await forwards.list(undefined)).forwards) expect(forward.start).toBe('hand')
    built.dispose()
  },
)

test.each(['\\\\evil\\share\\k', '//evil/share/k', '\\\\?\\UNC\\evil\\k', '\\\\.\\pipe\\k'])(
  'a key file on another computer (%s) does not come in, and that is said',
  async keyFile => {
    const { built } = await buildTestServices(tempDir())
    const text = `name,ip,key\nbox,10.0.0.5,"${keyFile}"\n`
    const { hosts } = await built.services.imports.readText({ text })
    expect(hosts).toMatchObject([{ keyFile: null, note: expect.stringContaining('was ignored') as string }])
    built.dispose()
  },
)

test('everything that an imported host can contain is shown', () => {
  // Shown in the row itself, or as its note.
  const inRow = ['label', 'address', 'port', 'user', 'groups', 'note']
  const plain = importedHost.parse({ label: 'x', address: 'x' })
  const changed = {
    keyFile: '/k',
    jumps: [{ address: 'a', port: null, user: null }],
    tags: ['t'],
    proxy: { kind: 'http', address: 'p', port: 1, user: null },
    forwardAgent: true,
    signIn: 'key',
    weakAlgorithms: true,
    favourite: true,
    look: { theme: 't', fontSize: null },
    forwards: ['-D 1080'],
  }
  expect(importWords(plain)).toEqual([])
  expect([...inRow, ...Object.keys(changed)].sort()).toEqual(Object.keys(plain).sort())
  for (const [name, value] of Object.entries(changed))
    expect(importWords(importedHost.parse({ ...plain, [name]: value })), name).toHaveLength(1)
})
