import { createServer as createHttp, type RequestListener } from 'node:http'
import { randomUUID } from 'node:crypto'

import { describe, expect, onTestFinished, test, vi } from 'vitest'

import type { Forward, OperationId } from '../../shared/contract/forwards.ts'
import { forwardServiceRig, listenOn } from '../../testing/forward-rig.ts'
import { hasOpenSsh } from '../../testing/open-ssh.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import type { Script } from '../ssh/script.ts'
import { jupyterScript } from './remote-services.ts'
import { scanScript } from '../forwards/port-scan.ts'

// A busy machine is slow to connect.
const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 15_000 })

const target: Forward['target'] = {
  kind: 'address',
  address: 'gpu-box',
  port: 22,
  user: 'ada',
  jumps: [],
  keyFile: null,
}
const launch = { command: 'mlflow ui --port {port}', folder: '~', environment: '' }
const asked = (presetId: string) => ({ target, presetId, address: null, operation: null })

/** A host with scripted answers, reached through a real connection. */
async function rig(answer: (script: string, signal: AbortSignal) => string | Promise<string>) {
  const scripts: string[] = []
  const run = async (_target: unknown, { text }: Script, signal: AbortSignal) => {
    scripts.push(text)
    return answer(text, signal)
  }
  const made = await forwardServiceRig(tempDir(), { run, runLive: run })
  onTestFinished(() => made.stop())
  return { ...made, scripts }
}

async function serving(answer: RequestListener = (_request, response) => response.end('the page')): Promise<number> {
  const server = createHttp(answer)
  const port = await listenOn(server)
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return port
}

const scanOf = (port: number, process: string) =>
  `@ss\nLISTEN 0 9 127.0.0.1:${port} 0.0.0.0:* users:(("x",pid=9,fd=3))\n@args\n9 ${process}\n`

describe.skipIf(!hasOpenSsh)('PresetService', () => {
  test('finds a service, forwards it at the address of its host, and opens its page with the token', async () => {
    const port = await serving()
    const { service, presets, store, opened } = await rig(script => {
      if (script === scanScript.text) return scanOf(port, '/usr/bin/python3 /usr/bin/jupyter-lab')
      return script === jupyterScript.text
        ? `@server\n{"port": ${port}, "token": "t0ken", "base_url": "/x/", "pid": 9}`
        : ''
    })
    const result = await presets.use(asked('jupyter'))
    expect(result.kind).toBe('opened')
    expect(opened).toEqual([`http://${store.addressOf(target)}:${port}/x/?token=t0ken`])
    // Only the browser receives the token.
    expect(JSON.stringify([service.list(), store.all])).not.toContain('t0ken')
    const [saved] = service.saved
    expect(saved).toMatchObject({ presetId: 'jupyter', ownAddress: true, temporary: false })
    // A second click reuses the forward.
    await presets.use(asked('jupyter'))
    expect([service.saved.length, opened.length]).toEqual([1, 2])
  })

  test('offers how to start a service that isn’t running, with the last settings', async () => {
    const { presets, presetStore } = await rig(script =>
      script === scanScript.text ? '' : 'env /opt/conda\ntmux\nservice off\n',
    )
    const offer = { environments: ['/opt/conda'], tmux: true, service: 'off', elsesPort: null }
    expect(await presets.use(asked('mlflow'))).toEqual({ kind: 'not-running', launch: null, ...offer })
    await presetStore.keepLaunch(target, 'mlflow', launch)
    expect(await presets.use(asked('mlflow'))).toEqual({ kind: 'not-running', launch, ...offer })
  })

  test('starts a service, waits until it listens, and opens it; its own last output says why it did not start', async () => {
    const port = await serving()
    let started = false
    const { presets, opened } = await rig(script => {
      if (script.includes('tmux new-session')) started = true
      if (script === scanScript.text) return started ? scanOf(port, '/usr/bin/python3 /usr/bin/mlflow ui') : ''
      return ''
    })
    expect((await presets.launch({ ...asked('mlflow'), launch })).kind).toBe('opened')
    expect(opened).toHaveLength(1)
    const failing = await rig(script => (script.includes('tail -c') ? 'mlflow: command not found\n@gone\n' : ''))
    await expect(failing.presets.launch({ ...asked('mlflow'), launch })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('mlflow: command not found') as string,
    })
  })

  test('a launch that is cancelled ends at once, and says what may be running on the host', async () => {
    const { presets, scripts } = await rig(() => '')
    const operation = randomUUID() as OperationId
    const starting = presets.launch({ ...asked('mlflow'), launch, operation })
    await waitFor(() => expect(scripts.some(script => script.includes('tmux new-session'))).toBe(true))
    presets.cancel({ operation })
    await expect(starting).rejects.toMatchObject({
      code: 'cancelled',
      message: expect.stringContaining('Hawser started MLflow on gpu-box and has not stopped it') as string,
    })
    const before = scripts.length
    await new Promise(setImmediate)
    expect(scripts.length).toBe(before)
  })

  test('a scan of a host that doesn’t respond is cancelled', async () => {
    const hang = (_script: string, signal: AbortSignal) =>
      new Promise<string>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    const { presets } = await rig(hang)
    for (const work of [
      (operation: OperationId) => presets.use({ ...asked('mlflow'), operation }),
      (operation: OperationId) => presets.nodes({ target, operation }),
      (operation: OperationId) => presets.setService({ ...asked('mlflow'), launch, on: true, operation }),
    ]) {
      const operation = randomUUID() as OperationId
      const working = work(operation)
      presets.cancel({ operation })
      await expect(working).rejects.toThrow()
    }
  })

  test('hands a service to systemd and takes it back; a refusal by systemd is reported', async () => {
    const { presets, scripts } = await rig(script => (script.includes('systemctl') ? '@done' : ''))
    await presets.setService({ ...asked('mlflow'), launch, on: true })
    expect(scripts.at(-1)).toContain('enable --now')
    await presets.setService({ ...asked('mlflow'), launch, on: false })
    expect(scripts.at(-1)).toContain('disable --now')
    const refusing = await rig(() => 'Failed to connect to bus')
    await expect(refusing.presets.setService({ ...asked('mlflow'), launch, on: true })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('Failed to connect to bus') as string,
    })
  })

  test('lists the compute nodes behind a host, and nothing that isn’t a name', async () => {
    const { presets } = await rig(() => 'node17\nnode18\n$(reboot)\n\n')
    expect(await presets.nodes({ target, operation: null })).toEqual(['node17', 'node18'])
  })

  test('a preset that was deleted is refused', async () => {
    const { presets } = await rig(() => '')
    await expect(presets.use(asked('no-such'))).rejects.toMatchObject({ code: 'not-found' })
  })
})
