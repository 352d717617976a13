import { z } from 'zod'

import { address, hostId, port, userName } from './hosts.ts'
import { line } from './text.ts'

/** One stop on the way to a host that is not saved. */
export const hop = z.strictObject({
  address,
  port: port.nullable().default(null),
  user: userName.nullable().default(null),
})
export type Hop = Readonly<z.output<typeof hop>>

/** What a terminal is opened on: a saved host, an address somebody typed, or a shell on this computer. */
export const target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('host'), hostId }),
  z.strictObject({
    kind: z.literal('address'),
    ...hop.shape,
    jumps: z.array(hop).max(8).default([]),
    keyFile: line(1024).nullable().default(null),
  }),
  z.strictObject({ kind: z.literal('local') }),
])
export type Target = Readonly<z.output<typeof target>>

/** A target on another machine. */
export const remoteTarget = target.refine(({ kind }) => kind !== 'local', 'must be a host')

/** One text for one target, for lists that are kept by host. */
export function targetKey(of: Target): string {
  if (of.kind === 'host') return of.hostId
  return of.kind === 'local' ? 'local' : `${of.user ?? ''}@${of.address}:${of.port ?? 22}`
}
