// The import directions of src, read from the disk: eslint.config.js makes lint errors of them.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The folders of src/main from the bottom up: each may import those of the rows before its own. */
const mainOrder = [
  ['work'],
  ['storage', 'prompts'],
  ['ssh-config', 'key-formats'],
  ['ssh'],
  ['sftp', 'tmux'],
  ['files', 'terminals', 'forwards', 'keys', 'hosts', 'settings', 'activity'],
  ['presets', 'snippets', 'imports'],
  ['transfers'],
  ['remote-edit'],
  ['wiring', 'ipc'],
  ['app'],
]

/** The same for src/renderer; each folder of features is a row's neighbour of the others. */
const rendererOrder = [['ui', 'ipc'], ['mirrors'], ['workspace'], ['features'], ['app']]

/** A folder of src/main that is called like a page of the contract is a plain feature, unless the order says more of it. */
const plainFeature = 'activity'

/**
 * A restriction of `import-x/no-restricted-paths`.
 *
 * @typedef {{ target: string, from: string, except: string[], message: string }} Zone
 */

/**
 * The zones for the tree at `root`. Throws for a folder that has no place in the order.
 *
 * @param {{ root?: string }} [options]
 * @returns {readonly Zone[]}
 */
export function importZones({ root = '.' } = {}) {
  return [
    zone('src/shared', {
      from: 'src',
      except: ['shared'],
      message: 'shared may import shared and zod, and nothing else.',
    }),
    zone('src/preload', {
      from: 'src',
      except: ['shared/contract', 'preload'],
      message: 'preload may import shared/contract only.',
    }),
    zone('src/main', {
      from: 'src',
      except: ['shared', 'main'],
      message: 'main may import shared only. Add a call to the contract instead.',
    }),
    zone('src/renderer', {
      from: 'src',
      except: ['shared', 'renderer'],
      message: 'The renderer may import shared only. Ask main through the contract.',
    }),
    ...zonesOf(root, { folder: 'src/main', order: withFeatures(root), cure: 'Join it with others in wiring/.' }),
    ...zonesOf(root, {
      folder: 'src/renderer',
      order: rendererOrder,
      cure: 'Move what both need below them, or join them in app/.',
    }),
    ...featureZones(root),
    doorZone(root),
  ]
}

/**
 * @param {string} root
 * @param {{ folder: string, order: readonly (readonly string[])[], cure: string }} layers
 * @returns {readonly Zone[]}
 */
function zonesOf(root, { folder, order, cure }) {
  const known = new Set(order.flat())
  for (const name of foldersIn(root, folder)) {
    if (!known.has(name))
      throw new Error(
        `${folder}/${name} has no place in the import order. Add it to scripts/lint/layers.mjs, in the row above all that it imports.`,
      )
  }
  return order.flatMap((row, at) => {
    const below = order.slice(0, at).flat()
    return row.map(name =>
      zone(`${folder}/${name}`, {
        from: folder,
        except: [...below, name],
        message: `${maySee(name, below)} ${cure}`,
      }),
    )
  })
}

/** The order of src/main with the plain features in it. @param {string} root @returns {readonly (readonly string[])[]} */
function withFeatures(root) {
  const known = new Set(mainOrder.flat())
  const plain = foldersIn(root, 'src/main').filter(
    name => !known.has(name) && existsSync(join(root, 'src/shared/contract', `${name}.ts`)),
  )
  return mainOrder.map(row => (row.includes(plainFeature) ? [...row, ...plain] : row))
}

/** A feature sees what is below features, and no other feature. @param {string} root @returns {readonly Zone[]} */
function featureZones(root) {
  const folder = 'src/renderer/features'
  const below = rendererOrder.slice(0, rowOf(rendererOrder, 'features')).flat()
  return foldersIn(root, folder).map(name =>
    zone(`${folder}/${name}`, {
      from: folder,
      except: [name],
      message: `${maySee(`features/${name}`, below)} Features meet in app/.`,
    }),
  )
}

/** @param {string} root @returns {Zone} */
function doorZone(root) {
  const folder = 'src/renderer/features'
  const doors = foldersIn(root, folder).map(name => `${name}/${name}-door.tsx`)
  return zone('src/renderer/app', {
    from: folder,
    except: doors,
    message: 'app may import a feature through features/NOUN/NOUN-door.tsx only.',
  })
}

/** @param {string} name @param {readonly string[]} below */
function maySee(name, below) {
  return below.length === 0 ? `${name} may import no other folder here.` : `${name} may import ${below.join(', ')}.`
}

/** @param {readonly (readonly string[])[]} order @param {string} name */
function rowOf(order, name) {
  return order.findIndex(row => row.includes(name))
}

/** A listed folder may be missing. @param {string} root @param {string} folder @returns {readonly string[]} */
function foldersIn(root, folder) {
  const at = join(root, folder)
  if (!existsSync(at)) return []
  return readdirSync(at, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => name)
}

/** @param {string} target @param {Omit<Zone, 'target' | 'except'> & { except: readonly string[] }} rule @returns {Zone} */
function zone(target, { from, except, message }) {
  return { target: `./${target}`, from: `./${from}`, except: except.map(name => `./${name}`), message }
}
