import { connect } from 'node:net'

import { AppError } from '../../shared/base/errors.ts'

/*
 * The agent protocol (draft-ietf-sshm-ssh-agent): uint32 length, byte type, contents.
 */
const removeIdentity = 18
const addIdentity = 17
const addConstrained = 25
const success = 6
const constrainLifetime = 1
const limitMs = 10_000
const maxReply = 262_144

/** A private key in the format of the agent protocol. */
export interface AgentKey {
  readonly type: string
  /** The private fields in the order of the protocol. */
  readonly fields: Uint8Array
  readonly comment: string
}

/**
 * Adds a key to a running agent; 0 seconds means for as long as the agent runs. Errors: `unsupported` if the agent
 * refuses it.
 */
export async function addToAgent(socketPath: string, key: AgentKey, seconds: number): Promise<void> {
  const parts = [text(key.type), Buffer.from(key.fields), text(key.comment)]
  const lifetime = Buffer.alloc(5)
  lifetime[0] = constrainLifetime
  lifetime.writeUInt32BE(seconds, 1)
  const request =
    seconds > 0 ? [Buffer.from([addConstrained]), ...parts, lifetime] : [Buffer.from([addIdentity]), ...parts]
  await ask(socketPath, Buffer.concat(request), 'add the key')
}

/** Removes a key from a running agent. */
export async function removeFromAgent(socketPath: string, blob: Uint8Array): Promise<void> {
  await ask(socketPath, Buffer.concat([Buffer.from([removeIdentity]), text(Buffer.from(blob))]), 'remove the key')
}

function ask(socketPath: string, request: Buffer, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath)
    let reply = Buffer.alloc(0)
    const end = (settle: () => void) => {
      clearTimeout(timer)
      socket.destroy()
      settle()
    }
    const refuse = (why: string) =>
      end(() => reject(new AppError('unsupported', `The SSH agent did not ${what}: ${why}. Check it with ssh-add -l.`)))
    const timer = setTimeout(() => refuse('it did not respond'), limitMs)
    socket.on('error', error => refuse(error.message))
    socket.on('close', () => refuse('it closed the connection'))
    socket.on('data', data => {
      reply = Buffer.concat([reply, data])
      if (reply.length > maxReply) return refuse('its response is too long')
      if (reply.length < 5 || reply.length < 4 + reply.readUInt32BE(0)) return
      if (reply[4] === success) end(resolve)
      else refuse('it refused')
    })
    const head = Buffer.alloc(4)
    head.writeUInt32BE(request.length)
    socket.write(Buffer.concat([head, request]))
  })
}

function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string)
  const head = Buffer.alloc(4)
  head.writeUInt32BE(bytes.length)
  return Buffer.concat([head, bytes])
}
