// The in-process server as a program: options as a line of JSON on standard input; a line of JSON when it is listening,
// then one per event. It exits when its standard input ends, so that nothing is left if its parent dies.
import { createInterface } from 'node:readline'

import { startTestServer, type TestServerOptions } from './ssh-server.ts'

const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)
const input = createInterface({ input: process.stdin })
input.once('line', line => {
  void startTestServer(JSON.parse(line) as TestServerOptions, say).then(({ port, publicKey }) =>
    say({ kind: 'listening', port, publicKey }),
  )
})
input.on('close', () => process.exit(0))
