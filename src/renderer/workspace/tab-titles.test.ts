import { beforeEach, describe, expect, it } from 'vitest'

import type { Host, HostId } from '../../shared/contract/hosts.ts'
import type { Side } from '../../shared/contract/files.ts'
import { openFiles } from './files-tabs.ts'
import { titlesOf } from './tab-titles.ts'
import { openTab, renameTab, useWorkspace } from './workspace-store.ts'

const hostId = (last: number) => `00000000-0000-4000-8000-00000000000${last}` as HostId
const hosts = [
  { id: hostId(1), label: 'web1' },
  { id: hostId(2), label: 'db2' },
] as Host[]
const on = (last: number, root = false): Side => ({ target: { kind: 'host', hostId: hostId(last) }, root })
const titles = () => [...titlesOf(useWorkspace.getState().tabs, hosts).values()]

describe('the title of a tab of files', () => {
  beforeEach(() => useWorkspace.setState({ tabs: [], activeId: 'home', page: 'hosts' }))

  it('has its host, or both hosts, but not this computer', () => {
    openTab({ kind: 'local' }, 'zsh')
    openFiles()
    openFiles({ side: on(1), path: null })
    openFiles({ side: on(1, true), path: null })
    openFiles({
      side: {
        target: { kind: 'address', address: '::1', port: 22, user: 'ada', jumps: [], keyFile: null },
        root: false,
      },
      path: null,
    })
    const both = openFiles({ side: on(2), path: null })
    useWorkspace.setState(({ tabs }) => ({
      tabs: tabs.map(tab =>
        tab.id === both.id
          ? { ...both, left: { active: 0, tabs: [{ id: crypto.randomUUID(), side: on(1), path: '/' }] } }
          : tab,
      ),
    }))
    expect(titles().toSorted()).toEqual([
      'Files',
      'Files: ada@[::1]',
      'Files: web1',
      'Files: web1 as root',
      'Files: web1, db2',
      'zsh',
    ])
  })

  it('has the folder where another tab has the same host, and its path where the names are the same', () => {
    for (const path of ['/srv/logs', '/var/www', '/home/ada/www', null]) openFiles({ side: on(1), path })
    openFiles({ side: on(2), path: '/srv/logs' })
    expect(titles()).toEqual([
      'Files: web1 · logs',
      'Files: web1 · /var/www',
      'Files: web1 · /home/ada/www',
      'Files: web1 · ~',
      'Files: db2',
    ])
  })

  it('shows invisible characters of a folder, and is replaced by a name that the user gives', () => {
    openFiles({ side: on(1), path: '/a\u202Eb' })
    const second = openFiles({ side: on(1), path: '/' })
    expect(titles()).toEqual(['Files: web1 · a\\u202eb', 'Files: web1 · /'])
    renameTab(second.id, 'Backup')
    expect(titles().toSorted()).toEqual(['Backup', 'Files: web1'])
  })
})
