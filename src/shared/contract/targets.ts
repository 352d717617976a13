import { z } from 'zod'

import { isHostName, isUserName } from '../base/ssh-names.ts'
import { shortName } from '../base/shown-name.ts'
import { address, hostId, port, userName } from './hosts.ts'
import { exactLine } from './text.ts'

/** One hop on the route to a host that is not saved. */
export const hop = z.strictObject({
  address,
  port: port.nullable().default(null),
  user: userName.nullable().default(null),
})
export type Hop = Readonly<z.output<typeof hop>>

// Targets are stored in many places, also by earlier versions with other rules: one that can't be dialed today must
// still be visible so that it can be corrected. Connection planning validates each hop with `wrongHop`.
const storedHop = z.strictObject({
  ...hop.shape,
  address: z.string().max(255),
  user: z.string().max(128).nullable().default(null),
})

/** Returns what is wrong with a typed or linked hop, as a sentence; null if nothing is. */
export function wrongHop(stop: Hop): string | null {
  if (stop.address === '') return 'Enter the host to connect to.'
  if (!address.safeParse(stop.address).success) return `${shortName(stop.address)} is not a valid address.`
  if (stop.port !== null && !port.safeParse(stop.port).success) return 'The port must be a number from 1 to 65535.'
  if (stop.user !== null && !userName.safeParse(stop.user).success)
    return `“${shortName(stop.user)}” is not a valid user name.`
  return null
}

/** The target of a terminal: a saved host, a typed address, or a local shell. */
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
 * Returns a unique text for a target, for lists kept by host. The whole route counts: one address behind two jump hosts
 * means two machines. A target without jumps and key file has the same text in every version, so that saved data is not
 * lost.
 */
export function targetKey(of: Target): string {
  if (of.kind === 'host') return of.hostId
  if (of.kind === 'local') return 'local'
  const { jumps, keyFile } = of
  if (jumps.length === 0 && keyFile === null) return hopKey(of)
  return JSON.stringify({ to: hopKey(of), jumps: jumps.map(hopKey), keyFile })
}

function hopKey({ user, address, port }: Hop): string {
  // An invalid name might contain an @ and get the key of another machine.
  if (!isHostName(address) || (user !== null && !isUserName(user))) return JSON.stringify([user, address, port ?? 22])
  return `${user ?? ''}@${address}:${port ?? 22}`
}
