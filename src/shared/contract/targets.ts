import { z } from 'zod'

import { isHostName, isUserName } from '../base/ssh-names.ts'
import { shortName } from '../base/shown-name.ts'
import { address, hostId, port, userName } from './hosts.ts'
import { exactLine } from './text.ts'

/** One stop on the way to a host that is not saved. */
export const hop = z.strictObject({
  address,
  port: port.nullable().default(null),
  user: userName.nullable().default(null),
})
export type Hop = Readonly<z.output<typeof hop>>

// A target is stored in many places, by earlier versions too, whose rules were others: one that is not dialled today must
// still be there to be seen and corrected. The plan of a connection asks `wrongHop` of each stop.
const storedHop = z.strictObject({
  ...hop.shape,
  address: z.string().max(255),
  user: z.string().max(128).nullable().default(null),
})

/** What is wrong with a stop that was typed or came from a link, as a sentence; null for nothing. */
export function wrongHop(stop: Hop): string | null {
  if (stop.address === '') return 'Enter the host to connect to.'
  if (!address.safeParse(stop.address).success) return `${shortName(stop.address)} is not a valid address.`
  if (stop.port !== null && !port.safeParse(stop.port).success) return 'The port must be a number from 1 to 65535.'
  if (stop.user !== null && !userName.safeParse(stop.user).success)
    return `“${shortName(stop.user)}” is not a valid user name.`
  return null
}

/** What a terminal is opened on: a saved host, an address somebody typed, or a shell on this computer. */
export const target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('host'), hostId }),
  z.strictObject({
    kind: z.literal('address'),
    ...storedHop.shape,
    jumps: z.array(storedHop).max(8).default([]),
    keyFile: exactLine(1024).nullable().default(null),
  }),
  z.strictObject({ kind: z.literal('local') }),
])
export type Target = Readonly<z.output<typeof target>>

/** A target on another machine. */
export const remoteTarget = target.refine(({ kind }) => kind !== 'local', 'must be a host')

/**
 * One text for one target, for lists that are kept by host. The whole way counts: one address behind two jump hosts is two
 * machines. A target without jumps and key file has the text that every version has written, so that nothing filed is lost.
 */
export function targetKey(of: Target): string {
  if (of.kind === 'host') return of.hostId
  if (of.kind === 'local') return 'local'
  const { jumps, keyFile } = of
  if (jumps.length === 0 && keyFile === null) return hopKey(of)
  return JSON.stringify({ to: hopKey(of), jumps: jumps.map(hopKey), keyFile })
}

function hopKey({ user, address, port }: Hop): string {
  // A name that is not dialled could hold an @, and have the key of another machine.
  if (!isHostName(address) || (user !== null && !isUserName(user))) return JSON.stringify([user, address, port ?? 22])
  return `${user ?? ''}@${address}:${port ?? 22}`
}
