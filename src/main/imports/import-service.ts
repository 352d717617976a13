import { randomUUID } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { AppError } from '../../shared/base/errors.ts'
import { parseForwardSpecs, type SpecEnd } from '../../shared/base/forward-spec.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { Endpoint, Forward, ForwardId } from '../../shared/contract/forwards.ts'
import type { HostId } from '../../shared/contract/hosts.ts'
import { importedHost, type ImportPreview, type ImportResult } from '../../shared/contract/imports.ts'
import type { ForwardService } from '../forwards/forward-service.ts'
import type { HostService } from '../hosts/host-service.ts'
import type { LiveConfig } from '../ssh-config/live-config.ts'
import { writeNew } from '../storage/write-new.ts'
import { decodeImport } from './decode-import.ts'
import { printJson, printSshConfig, type ExportData } from './export-format.ts'
import { Collector } from './imported.ts'
import { placeHosts, type Placed } from './place-hosts.ts'
import { readPuttyFiles } from './putty.ts'
import { draftOf, readCommand, readImport } from './read-import.ts'

type Contract = Services['imports']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

export interface ImportParts {
  readonly hosts: HostService
  readonly forwards: ForwardService
  readonly config: LiveConfig
  /** Further parts of an export: settings, presets. Never secrets. */
  readonly others: () => Readonly<Record<string, unknown>>
}

const maxBytes = 16 * 1024 * 1024
const maxFiles = 2_000
// A PuTTY session takes about 10 KB.
const maxSession = 65_536

/** Imports hosts from other programs, and exports everything. */
export class ImportService implements Contract {
  readonly #parts: ImportParts

  constructor(parts: ImportParts) {
    this.#parts = parts
  }

  readText({ text }: Input<'readText'>): ImportPreview {
    return readImport(text, this.#parts.config.facts)
  }

  async readFile({ path }: Input<'readFile'>): Promise<ImportPreview> {
    const info = await stat(path).catch(() => null)
    if (!info) throw new AppError('not-found', `${path} doesn’t exist. Choose another file.`)
    if (info.isDirectory()) return readFolder(path)
    if (!info.isFile()) throw new AppError('invalid-input', `${path} is not a file. Choose another file.`)
    if (info.size > maxBytes) throw new AppError('invalid-input', 'The file is larger than 16 MB. Choose another file.')
    return readImport(decodeImport(await readFile(path)), this.#parts.config.facts)
  }

  async places(): Promise<readonly { readonly label: string; readonly path: string }[]> {
    const usual = [
      { label: 'PuTTY', path: join(homedir(), '.putty', 'sessions') },
      { label: 'known_hosts', path: join(this.#parts.config.facts.sshFolder, 'known_hosts') },
      { label: 'WinSCP', path: join(process.env['APPDATA'] ?? homedir(), 'WinSCP.ini') },
      { label: 'MobaXterm', path: join(process.env['APPDATA'] ?? homedir(), 'MobaXterm', 'MobaXterm.ini') },
    ]
    const there = await Promise.all(usual.map(({ path }) => stat(path).catch(() => null)))
    return usual.filter((_place, index) => there[index] !== null)
  }

  async add({ hosts, groupId }: Input<'add'>): Promise<ImportResult> {
    const { hosts: service } = this.#parts
    return this.#save(placeHosts(hosts, { hosts: service.hosts, groups: service.groups, groupId }))
  }

  async addConfigured({ ids }: Input<'addConfigured'>): Promise<ImportResult> {
    const { hosts, config } = this.#parts
    const collect = new Collector()
    for (const id of ids) {
      const name = hosts.configName(id)
      if (name === null) throw new AppError('not-found', 'This host is no longer in the SSH config.')
      collect.add(draftOf(config.resolve(name)))
    }
    const [skipped] = collect.found.skipped
    if (skipped !== undefined && collect.found.hosts.length === 0) throw new AppError('invalid-input', `${skipped}.`)
    // Compared with saved hosts only: a copy of a config host doesn't exist merely because the config has it.
    const now = { hosts: hosts.saved, jumpable: hosts.hosts, groups: hosts.groups, groupId: null, keepsTrust: true }
    return this.#save(placeHosts(collect.found.hosts, now))
  }

  async jumpHost({ jumps }: Input<'jumpHost'>): Promise<HostId | null> {
    const { hosts } = this.#parts
    const last = importedHost.parse({ label: 'x', address: 'x', jumps })
    const placed = placeHosts([last], { hosts: hosts.hosts, groups: hosts.groups, groupId: null })
    const target = placed.hosts.at(-1)
    await hosts.saveAll({ hosts: placed.hosts.slice(0, -1), groups: [] })
    return target?.jumpHostId ?? null
  }

  async addForwards({ id, forwards }: Input<'addForwards'>): Promise<void> {
    const host = this.#parts.hosts.hosts.find(each => each.id === id)
    if (!host) throw new AppError('not-found', 'This host was deleted.')
    for (const spec of forwards)
      for (const forward of forwardsFrom(spec, id, host.label)) await this.#parts.forwards.save({ forward })
  }

  async readdress({ id, text }: Input<'readdress'>): Promise<void> {
    const { hosts } = this.#parts
    const host = hosts.saved.find(each => each.id === id)
    if (!host) throw new AppError('not-found', 'This host was deleted or is defined in the SSH config.')
    const line = text.trim()
    const [found] = readCommand(line).hosts
    if (!found)
      throw new AppError('invalid-input', `${line.slice(0, 80)} contains no address. Copy the ssh command again.`)
    // Settings that the command doesn't mention stay unchanged; without -p it means the default port.
    const jumpHostId = found.jumps.length > 0 ? await this.jumpHost({ jumps: [...found.jumps] }) : host.jumpHostId
    const { address, port } = found
    const [user, keyFile] = [found.user ?? host.user, found.keyFile ?? host.keyFile]
    await hosts.save({ host: { ...host, address, port, user, keyFile, jumpHostId } })
  }

  async exportTo({ folder, format }: Input<'exportTo'>): Promise<string> {
    const { hosts, forwards, others } = this.#parts
    const now = new Date()
    const data: ExportData = { hosts: hosts.saved, groups: hosts.groups, forwards: forwards.saved, ...others() }
    const text = format === 'json' ? printJson(data, now) : printSshConfig(data, now)
    return writeNew(folder, `hawser-${now.toISOString().slice(0, 10)}`, {
      ending: format === 'json' ? '.json' : '.config',
      text,
    })
  }

  async #save(placed: Placed): Promise<{ added: number; there: number }> {
    const { hosts, forwards } = this.#parts
    await hosts.saveAll({ hosts: placed.hosts, groups: placed.groups })
    for (const { hostId, label, specs } of placed.forwards)
      for (const forward of specs.flatMap(spec => forwardsFrom(spec, hostId, label))) await forwards.save({ forward })
    return { added: placed.added, there: placed.there }
  }
}

/** Parses forwards of a host in the syntax of ssh(1). */
function forwardsFrom(spec: string, hostId: HostId, label: string): readonly Forward[] {
  return parseForwardSpecs(spec).flatMap(({ kind, listen, to }): Forward[] => {
    if (kind === 'remote' && to === null) return []
    const port = listen.kind === 'tcp' ? String(listen.port) : listen.path
    return [
      {
        id: randomUUID() as ForwardId,
        label: `${label} ${port}`.slice(0, 128),
        target: { kind: 'host', hostId },
        kind,
        listen: endpointOf(listen),
        to: to && endpointOf(to),
        freePort: false,
        start: 'hand',
        presetId: null,
        page: null,
        ownAddress: false,
        temporary: false,
      },
    ]
  })
}

function endpointOf(end: SpecEnd): Endpoint {
  return end.kind === 'unix' ? end : { kind: 'tcp', address: end.address ?? 'localhost', port: end.port }
}

async function readFolder(path: string): Promise<ImportPreview> {
  const sessions = (await stat(join(path, 'sessions')).catch(() => null)) ? join(path, 'sessions') : path
  const names = (await readdir(sessions)).slice(0, maxFiles)
  const files: { name: string; text: string }[] = []
  for (const name of names) {
    const info = await stat(join(sessions, name)).catch(() => null)
    if (!info?.isFile() || info.size > maxSession) continue
    files.push({
      name,
      text: await readFile(join(sessions, name)).then(
        bytes => decodeImport(bytes),
        () => '',
      ),
    })
  }
  const found = readPuttyFiles(files.filter(({ text }) => /^(HostName|Protocol)=/m.test(text)))
  if (found.hosts.length === 0 && found.skipped.length === 0)
    throw new AppError('invalid-input', 'There are no PuTTY sessions in this folder. Choose another folder.')
  return { format: 'putty', ...found }
}
