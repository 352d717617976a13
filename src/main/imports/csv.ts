import Papa from 'papaparse'

import { Collector, type Found } from './imported.ts'

// Termius's own names first; the others are common column names.
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

// Excel writes this line before a table to declare its separator.
const separatorLine = /^\s*"?sep=(.)"?\s*$/i
const delimiters = [',', ';', '\t', '|']
// Titles and remarks may precede the column names.
const maxTitles = 20

interface Table {
  readonly rows: readonly (readonly string[])[]
  readonly places: Readonly<Record<Column, number>>
  readonly isTermius: boolean
}

/**
 * Reads a table of hosts in which one of the first lines contains the column names; Termius exports are one. Null if no
 * column is an address.
 */
export function readCsv(text: string): (Found & { readonly isTermius: boolean }) | null {
  const table = readTable(text.replace(/^\uFEFF/, ''))
  if (!table) return null
  const { rows, places, isTermius } = table
  const collect = new Collector()
  for (const row of rows) {
    const cell = (column: Column) => (places[column] < 0 ? '' : (row[places[column]] ?? '').trim())
    const protocol = cell('protocol').toLowerCase()
    if (protocol !== '' && protocol !== 'ssh' && protocol !== 'sftp') {
      collect.skip(`${cell('label') || cell('address')}: uses ${protocol}, not SSH`)
      continue
    }
    collect.add({
      label: cell('label') || undefined,
      address: cell('address'),
      port: cell('port') === '' ? null : cell('port'),
      user: cell('user'),
      // A whole key in a cell belongs in the vault, not in a path.
      keyFile: /BEGIN [A-Z ]*PRIVATE KEY/.test(cell('keyFile')) ? '' : cell('keyFile'),
      groups: cell('groups').split(/[/\\]/),
      tags: cell('tags').split(/[,;]/),
      notes: cell('password') === '' ? [] : ['its password was not imported'],
    })
  }
  return { ...collect.found, isTermius }
}

/**
 * Reads a table with each separator and returns the result whose header is recognized best; a declared separator is the
 * only candidate.
 */
function readTable(text: string): Table | null {
  const [first = '', ...others] = text.split('\n')
  const named = separatorLine.exec(first.replace(/\r$/, ''))?.[1]
  const body = named === undefined ? text : others.join('\n')
  let best: (Table & { readonly known: number }) | null = null
  for (const delimiter of named === undefined ? delimiters : [named]) {
    const { data } = Papa.parse<string[]>(body, { delimiter, skipEmptyLines: 'greedy' })
    for (const [at, row] of data.slice(0, maxTitles).entries()) {
      const head = row.map(columnName)
      const place = (column: Column) => columns[column].map(name => head.indexOf(name)).find(index => index >= 0) ?? -1
      const places = Object.fromEntries(
        (Object.keys(columns) as Column[]).map(each => [each, place(each)]),
      ) as Table['places']
      const known = Object.values(places).filter(index => index >= 0).length
      // A column "host" may be the name if another one is the address.
      if (places.address < 0 || (best && known <= best.known)) continue
      best = { rows: data.slice(at + 1), places, isTermius: head.includes('hostname/ip'), known }
    }
  }
  return best
}

function columnName(cell: string): string {
  return cell
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
}
