// The in-process server as a program: options as JSON in the first argument; a line of JSON when it listens, then one
// per event. It ends with its standard input, so that nothing is left when its starter dies.
import { startTestServer, type TestServerOptions } from './ssh-server.ts'

const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)
void startTestServer(JSON.parse(process.argv[2] ?? '{}') as TestServerOptions, say).then(({ port, publicKey }) =>
  say({ kind: 'listening', port, publicKey }),
)
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
