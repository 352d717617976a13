import { spawn, execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { runs } from '../../testing/runs.ts'
import { parseScan, scanScript } from './port-scan.ts'

const linux = `@ss
LISTEN 0      4096       127.0.0.1:8888       0.0.0.0:*    users:(("jupyter-lab",pid=812,fd=6))
LISTEN 0      4096           [::1]:8888          [::]:*    users:(("jupyter-lab",pid=812,fd=7))
LISTEN 0      128          0.0.0.0:22         0.0.0.0:*
LISTEN 0      511                *:6006             *:*    users:(("tensorboard",pid=900,fd=3))
LISTEN 0      511    127.0.0.1%lo:53          0.0.0.0:*
@args
812 /home/ada/envs/ml/bin/python3 /home/ada/envs/ml/bin/jupyter-lab --no-browser --port=8888
900 /usr/bin/python3 /usr/local/bin/tensorboard --logdir runs
@uids
/proc/812/status:Uid:\t1000\t1000\t1000\t1000
/proc/900/status:Uid:\t1001\t1001\t1001\t1001
@load
0.52 0.58 0.59 1/467 12345
8
@user
1000
`
const busybox = `@proc
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 31415 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 31416 1
   0: 00000000000000000000000001000000:1B58 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 27182 1
@fds
/proc/77/fd:
lrwx------    1 ada  ada  64 Jan  1 00:00 3 -> socket:[31415]
@args
77 python3 -m http.server 8080
@uids
/proc/77/status:Uid:\t1000\t1000\t1000\t1000
@load
3.00 2.00 1.00 1/99 100
1
@user
1000
`
const macos = `@lsof
COMMAND     PID USER   FD   TYPE             DEVICE SIZE/OFF NODE NAME
python3.1 48121  ada    6u  IPv4 0x9d5a3c1f7e2b1a3d      0t0  TCP 127.0.0.1:7860 (LISTEN)
Python    48122  ada    6u  IPv6 0x9d5a3c1f7e2b1a3e      0t0  TCP *:5000 (LISTEN)
@args
48121 python demo.py
@uids
48121   501   501
48122   501     0
@load
12:03  up 3 days,  2:01, 3 users, load averages: 2.10 1.90 1.80
10
@user
501
`
const freebsd = `@netstat
Active Internet connections (including servers)
Proto Recv-Q Send-Q Local Address          Foreign Address        (state)
tcp4       0      0 127.0.0.1.8787         *.*                    LISTEN
tcp6       0      0 *.22                   *.*                    LISTEN
tcp4       0      0 10.0.0.5.22            10.0.0.9.51000         ESTABLISHED
@load
`

test('the output of Linux, BusyBox, macOS and FreeBSD is understood', () => {
  expect(parseScan(linux).ports).toEqual([
    { port: 22, pid: null, process: '', uid: null, loopback: false },
    { port: 53, pid: null, process: '', uid: null, loopback: true },
    {
      port: 6006,
      pid: 900,
      process: '/usr/bin/python3 /usr/local/bin/tensorboard --logdir runs',
      uid: 1001,
      loopback: false,
    },
    {
      port: 8888,
      pid: 812,
      process: '/home/ada/envs/ml/bin/python3 /home/ada/envs/ml/bin/jupyter-lab --no-browser --port=8888',
      uid: 1000,
      loopback: true,
    },
  ])
  expect(parseScan(linux).user).toBe(1000)
  expect(parseScan(linux).load).toBeCloseTo(0.065)
  expect(parseScan(busybox)).toEqual({
    ports: [
      { port: 7000, pid: null, process: '', uid: null, loopback: true },
      { port: 8080, pid: 77, process: 'python3 -m http.server 8080', uid: 1000, loopback: true },
    ],
    named: true,
    load: 3,
    user: 1000,
  })
  expect(parseScan(macos)).toEqual({
    ports: [
      { port: 5000, pid: 48122, process: 'Python', uid: null, loopback: false },
      { port: 7860, pid: 48121, process: 'python demo.py', uid: 501, loopback: true },
    ],
    named: true,
    load: expect.closeTo(0.21) as number,
    user: 501,
  })
  expect(parseScan(freebsd).ports.map(({ port }) => port)).toEqual([22, 8787])
  expect(parseScan(freebsd).named).toBe(false)
})

test('a port has an owner only if every process and every socket behind it has the same user', () => {
  const uids = '@uids\n5 0 0\n6 1000 1000\n7 1000 0\n@user\n0\n'
  const line = (address: string, ...pids: number[]) =>
    `LISTEN 0 9 ${address}:3000 0.0.0.0:* users:(${pids.map(pid => `("a",pid=${pid},fd=3)`).join(',')})`
  const owner = (...lines: string[]) => parseScan(`@ss\n${lines.join('\n')}\n${uids}`).ports[0]?.uid
  expect(owner(line('127.0.0.1', 5))).toBe(0)
  // A socket shared by two processes, a process that changed its user, and a second socket on the same port.
  expect(owner(line('127.0.0.1', 5, 6))).toBeNull()
  expect(owner(line('127.0.0.1', 7))).toBeNull()
  expect(owner(line('127.0.0.1', 5), line('[::1]', 6))).toBeNull()
  // A process can choose its own name.
  expect(owner('LISTEN 0 9 127.0.0.1:3000 0.0.0.0:* users:(("x",pid=5,fd=3",pid=6,fd=3))')).toBeNull()
  expect(owner('LISTEN 0 9 127.0.0.1:3000 0.0.0.0:*')).toBeNull()
})

test('listeners on loopback addresses other than 127.0.0.1 are not found: localhost doesn’t reach them', () => {
  const output = '@ss\nLISTEN 0 9 127.41.3.9:8888 0.0.0.0:*\nLISTEN 0 9 127.0.0.1:8889 0.0.0.0:*\n'
  expect(parseScan(output).ports.map(({ port }) => port)).toEqual([8889])
  const table = (address: string) => `   0: ${address}:22B8 00000000:0000 0A 0:0 00:0 0 0 0 1 1\n`
  expect(parseScan(`@proc\n${table('0903297F')}`).ports).toEqual([])
  expect(parseScan(`@proc\n${table('0100007F')}`).ports).toHaveLength(1)
})

test('no output of a host makes it throw, or reports an impossible port', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '@ss',
      '@proc',
      '@fds',
      '@args',
      '@lsof',
      '@netstat',
      '@load',
      '@uids',
      '@user',
      ...linux.split('\n'),
      ...busybox.split('\n'),
    ),
  )
  fc.assert(
    fc.property(fc.array(line), lines => {
      for (const { port } of parseScan(lines.join('\n')).ports)
        expect(port).toSatisfy(value => value > 0 && value < 65_536)
    }),
    { numRuns: runs(3000) },
  )
})

test.each(['with ss', 'without ss'])('a server of this machine is found %s', async how => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  // A PATH with everything except the programs that list sockets.
  const bin = tempDir()
  mkdirSync(join(bin, 'bin'))
  for (const from of ['/bin', '/usr/bin'])
    for (const name of readdirSync(from))
      if (name !== 'ss') {
        try {
          symlinkSync(join(from, name), join(bin, 'bin', name))
        } catch {
          // The same program is in both folders.
        }
      }
  const env = how === 'with ss' ? process.env : { ...process.env, PATH: join(bin, 'bin') }
  const output = await new Promise<string>(resolve => {
    const child = spawn('sh', ['-c', scanScript.text], { env })
    let text = ''
    child.stdout.on('data', data => (text += String(data)))
    child.once('close', () => resolve(text))
  })
  const found = parseScan(output).ports.find(each => each.port === port)
  expect(found).toMatchObject({ pid: process.pid, uid: process.getuid?.(), loopback: true })
  expect(found?.process).toContain('node')
  expect(execFileSync('sh', ['-n', '-c', scanScript.text], { encoding: 'utf8' })).toBe('')
})
