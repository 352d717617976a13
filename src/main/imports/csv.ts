import Papa from 'papaparse'

import { Collector, type Found } from './imported.ts'

// Termius' own names first; the others are what people call their columns.
const columns = {
  label: ['label', 'name', 'alias', 'title', 'host name', 'session'],
  address: ['hostname/ip', 'address', 'ip', 'ip address', 'hostname', 'host', 'server', 'public ip', 'dns'],
  port: ['port', 'ssh port'],
  user: ['username', 'user', 'login', 'user name'],
  keyFile: ['key', 'key file', 'keyfile', 'identity file', 'identityfile', 'private key'],
  groups: ['groups', 'group', 'folder', 'path'],
  tags: ['tags', 'tag', 'labels'],
  protocol: ['protocol', 'type'],
  password: ['password'],
} as const
type Column = keyof typeof columns

/** A table of hosts whose first line names its columns; Termius' export is one. Null when no column is an address. */
export function readCsv(text: string): (Found & { readonly isTermius: boolean }) | null {
  const { data } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { skipEmptyLines: 'greedy' })
  const head = (data[0] ?? []).map(cell => cell.trim().toLowerCase())
  const at = (column: Column) => columns[column].map(name => head.indexOf(name)).find(index => index >= 0) ?? -1
  const places = Object.fromEntries((Object.keys(columns) as Column[]).map(column => [column, at(column)])) as Record<
    Column,
    number
  >
  // A column "host" may be the name where another one is the address.
  if (places.address < 0) return null
  const collect = new Collector()
  for (const row of data.slice(1)) {
    const cell = (column: Column) => (places[column] < 0 ? '' : (row[places[column]] ?? '').trim())
    const protocol = cell('protocol').toLowerCase()
    if (protocol !== '' && protocol !== 'ssh' && protocol !== 'sftp') {
      collect.skip(`${cell('label') || cell('address')}: it is ${protocol}, not SSH`)
      continue
    }
    collect.add({
      label: cell('label') || undefined,
      address: cell('address'),
      port: cell('port') === '' ? null : cell('port'),
      user: cell('user'),
      // A whole key in a cell belongs into the vault, not into a path.
      keyFile: /BEGIN [A-Z ]*PRIVATE KEY/.test(cell('keyFile')) ? '' : cell('keyFile'),
      groups: cell('groups').split(/[/\\]/),
      tags: cell('tags').split(/[,;]/),
      notes: cell('password') === '' ? [] : ['its password was not taken over'],
    })
  }
  return { ...collect.found, isTermius: head.includes('hostname/ip') }
}
