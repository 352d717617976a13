import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

import { expect, it } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { scanHostKey } from '../ssh/host-key-scan.ts'
import { KnownHostsFile } from '../ssh/known-hosts-file.ts'
import { KnownHostsService } from './known-hosts-service.ts'

it('ends the wait for a server’s keys when it is cancelled, and adds nothing', async () => {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer(socket => void sockets.add(socket)).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const service = new KnownHostsService(new KnownHostsFile(tempDir()), { readHostKey: scanHostKey })
  try {
    const { port } = server.address() as AddressInfo
    const adding = service.add({ address: '127.0.0.1', port, fingerprint: 'SHA256:x' })
    await expect.poll(() => sockets.size).toBe(1)
    void service.cancelAdd()
    await expect(adding).rejects.toMatchObject({ code: 'cancelled' })
    expect(await service.list()).toEqual([])
  } finally {
    service.dispose()
    for (const socket of sockets) socket.destroy()
    server.close()
  }
})
