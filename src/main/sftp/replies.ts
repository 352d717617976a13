import { cleanLine } from '../../shared/base/clean-text.ts'
import { packetType, PacketReader, SftpFormatError, type Attributes } from './codec.ts'

/** One name of SSH_FXP_NAME, as bytes, with its attributes. */
export interface NamedEntry {
  readonly name: Buffer
  /** The `ls -l` line that servers include, for owner and group; raw bytes. */
  readonly longName: Buffer
  readonly attributes: Attributes
}

/** A server's reply. */
export type Reply =
  | { readonly kind: 'status'; readonly code: number; readonly text: string }
  | { readonly kind: 'handle'; readonly handle: Buffer }
  | { readonly kind: 'data'; readonly data: Buffer }
  | { readonly kind: 'names'; readonly entries: readonly NamedEntry[] }
  | { readonly kind: 'attributes'; readonly attributes: Attributes }
  | { readonly kind: 'extended'; readonly fields: PacketReader }

// A handle has at most 256 bytes (section 6.3); the smallest entry has three lengths of four bytes.
const maxHandle = 256
const smallestEntry = 12

/** Parses one packet. Errors: `SftpFormatError` if it is not a reply of version 3. */
export function parseReply(packet: Buffer): { readonly id: number; readonly reply: Reply } {
  const reader = new PacketReader(packet)
  const type = reader.u8()
  return { id: reader.u32(), reply: parseFields(type, reader) }
}

/** Parses SSH_FXP_VERSION: the version, and the names and data of the extensions (section 4). */
export function parseVersion(packet: Buffer): { version: number; extensions: ReadonlyMap<string, string> } {
  const reader = new PacketReader(packet)
  if (reader.u8() !== packetType.version) throw new SftpFormatError('no version packet')
  const version = reader.u32()
  const extensions = new Map<string, string>()
  while (reader.left > 0 && extensions.size < 256) {
    const name = reader.bytes().toString('latin1')
    extensions.set(name, reader.bytes().toString('latin1'))
  }
  return { version, extensions }
}

function parseFields(type: number, reader: PacketReader): Reply {
  switch (type) {
    case packetType.status: {
      const code = reader.u32()
      // Some servers older than version 3 send no text.
      const text = reader.left >= 4 ? cleanLine(reader.bytes().toString('utf8'), 200) : ''
      return { kind: 'status', code, text }
    }
    case packetType.handle: {
      const handle = reader.bytes()
      if (handle.length > maxHandle) throw new SftpFormatError('a handle longer than 256 bytes')
      return { kind: 'handle', handle: Buffer.from(handle) }
    }
    case packetType.data:
      return { kind: 'data', data: reader.bytes() }
    case packetType.name:
      return { kind: 'names', entries: parseNames(reader) }
    case packetType.attrs:
      return { kind: 'attributes', attributes: reader.attributes() }
    case packetType.extendedReply:
      return { kind: 'extended', fields: reader }
    default:
      throw new SftpFormatError(`a packet of type ${type}`)
  }
}

function parseNames(reader: PacketReader): readonly NamedEntry[] {
  const count = reader.u32()
  const entries: NamedEntry[] = []
  // A count larger than the number of names is odd, but no reason to lose them.
  while (entries.length < count && reader.left >= smallestEntry)
    entries.push({ name: reader.bytes(), longName: reader.bytes(), attributes: reader.attributes() })
  return entries
}
