import { connect } from 'node:net'

/** A public key held by an agent. */
export interface AgentIdentity {
  readonly type: string
  readonly blob: Buffer
  readonly comment: string
}

// draft-ietf-sshm-ssh-agent: uint32 length, byte type, contents.
const requestIdentities = Buffer.from([0, 0, 0, 1, 11])
const identitiesAnswer = 12
const limitMs = 3_000
const maxReply = 262_144

/** Lists every identity of an agent, including those that ssh2 skips; empty if the agent doesn't answer within 3 s. */
export function agentIdentities(socketPath: string): Promise<readonly AgentIdentity[]> {
  return new Promise(resolve => {
    const socket = connect(socketPath)
    let reply = Buffer.alloc(0)
    const end = (found: readonly AgentIdentity[]) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(found)
    }
    const timer = setTimeout(() => end([]), limitMs)
    socket.on('error', () => end([]))
    socket.on('close', () => end([]))
    socket.on('data', data => {
      reply = Buffer.concat([reply, data])
      if (reply.length > maxReply) return end([])
      if (reply.length >= 4 && reply.length >= 4 + reply.readUInt32BE(0)) end(parseIdentities(reply.subarray(4)))
    })
    socket.write(requestIdentities)
  })
}

/** Parses SSH_AGENT_IDENTITIES_ANSWER; a malformed rest is ignored. */
export function parseIdentities(answer: Buffer): readonly AgentIdentity[] {
  const found: AgentIdentity[] = []
  if (answer[0] !== identitiesAnswer) return found
  let at = 5
  const next = () => {
    if (answer.length - at < 4) return null
    const length = answer.readUInt32BE(at)
    if (length > answer.length - at - 4) return null
    at += 4 + length
    return answer.subarray(at - length, at)
  }
  for (let blob = next(); blob !== null; blob = next()) {
    const comment = next()
    if (comment === null) return found
    const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0
    found.push({ type: blob.toString('latin1', 4, 4 + length), blob, comment: comment.toString('utf8') })
  }
  return found
}
