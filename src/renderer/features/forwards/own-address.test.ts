import { expect, test } from 'vitest'

import { ownPage } from './own-address.ts'

test.each([
  'http://localhost:8888/lab',
  'http://LOCALHOST:8888/lab',
  'http://localhost.:8888/lab',
  'http://app.localhost:8888/lab',
  'http://a.b.localhost.:8888/lab',
  'http://localhost.localdomain:8888/lab',
  'http://ip6-localhost:8888/lab',
  'http://127.0.0.1:8888/lab',
  'http://127.1:8888/lab',
  'http://0x7f000001:8888/lab',
  'http://127.8.9.10:8888/lab',
  'http://127.0.0.1.:8888/lab',
  'http://0.0.0.0:8888/lab',
  'http://0:8888/lab',
  'http://[::1]:8888/lab',
  'http://[::]:8888/lab',
  'http://[0:0:0:0:0:0:0:1]:8888/lab',
  'http://[::ffff:127.0.0.1]:8888/lab',
  'http://[::ffff:7f00:1]:8888/lab',
  'http://[::ffff:0.0.0.0]:8888/lab',
])('%s is on the machine itself', address => {
  expect(ownPage(address)).toEqual({ port: 8888, path: '/lab', secure: false })
})

test.each([
  'http://localhost.example.com:8888/',
  'http://notlocalhost:8888/',
  'http://128.0.0.1/',
  'http://[::ffff:8.8.8.8]/',
  'http://[::2]/',
  'http://localhost@example.com/',
  'ftp://localhost/',
  'mailto:me@localhost',
  'localhost:8888',
])('%s is not', address => {
  expect(ownPage(address)).toBeNull()
})

test('a missing port is the default one', () => {
  expect(ownPage('https://localhost/?token=1#x')).toEqual({ port: 443, path: '/?token=1#x', secure: true })
  expect(ownPage('http://localhost')?.port).toBe(80)
})
