// Reads and writes small local files with synchronous calls, off the main thread: for thousands of files, Node's thread
// pool costs ten times as much as the system calls. Plain JavaScript, so that tests run the file that ships.
import * as fs from 'node:fs'
import { parentPort } from 'node:worker_threads'

/** @typedef {{ id: number, kind: 'read', path: string | Uint8Array, most: number }} ReadJob */
/** @typedef {{ id: number, kind: 'place', part: string | Uint8Array, to: string | Uint8Array, data: Uint8Array, mode: number | null, closed: number | null, mtimeMs: number | null, owner: { uid: number, gid: number } | null, replace: boolean }} PlaceJob */
/** @typedef {{ size: number, mtimeMs: number, mode: number, uid: number, gid: number, isFile: boolean }} SmallInfo */
/** @typedef {{ id: number, failed: null | { code: string, message: string }, data: Uint8Array | null, info: SmallInfo | null }} SmallResult */

parentPort?.on('message', (/** @type {readonly (ReadJob | PlaceJob)[]} */ jobs) => {
  parentPort?.postMessage(jobs.map(run))
})

/** @param {ReadJob | PlaceJob} job @returns {SmallResult} */
function run(job) {
  try {
    if (job.kind === 'read') return { id: job.id, failed: null, ...read(job) }
    place(job)
    return { id: job.id, failed: null, data: null, info: null }
  } catch (error) {
    const { code = '', message } = /** @type {NodeJS.ErrnoException} */ (error)
    return { id: job.id, failed: { code, message }, data: null, info: null }
  }
}

/** @param {ReadJob} job @returns {{ data: Uint8Array, info: SmallInfo }} */
function read({ path, most }) {
  // A pipe in place of a file must not block all others.
  const file = fs.openSync(native(path), fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
  try {
    const buffer = new Uint8Array(most)
    let length = 0
    for (let got = -1; got !== 0 && length < most; length += got) {
      got = fs.readSync(file, buffer, length, most - length, length)
    }
    const found = fs.fstatSync(file)
    const { size, mtimeMs, mode, uid, gid } = found
    return { data: buffer.subarray(0, length), info: { size, mtimeMs, mode, uid, gid, isFile: found.isFile() } }
  } finally {
    fs.closeSync(file)
  }
}

/** @param {PlaceJob} job */
function place({ part, to, data, mode, closed, mtimeMs, owner, replace }) {
  const at = native(part)
  const file = create(at, mode === null ? 0o666 : 0o600)
  try {
    try {
      for (let done = 0; done < data.length;) done += fs.writeSync(file, data, done, data.length - done, done)
      const owned = !owner || hasGot(file, owner)
      if (mode !== null) unlessRefused(() => fs.fchmodSync(file, owned ? mode : (closed ?? mode)))
      if (mtimeMs !== null) unlessRefused(() => fs.futimesSync(file, mtimeMs / 1000, mtimeMs / 1000))
    } finally {
      fs.closeSync(file)
    }
    if (replace || !movedByLink(at, native(to))) fs.renameSync(at, native(to))
  } catch (error) {
    fs.rmSync(at, { force: true })
    throw error
  }
}

/**
 * Creates a second link, which can't replace an existing file. Returns false on a disk without hard links, if the name
 * seems free. @param {string | Buffer} from @param {string | Buffer} to @returns {boolean}
 */
function movedByLink(from, to) {
  try {
    fs.linkSync(from, to)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') throw error
    if (fs.lstatSync(to, { throwIfNoEntry: false })) throw taken()
    return false
  }
  try {
    fs.unlinkSync(from)
  } catch (error) {
    fs.unlinkSync(to)
    throw error
  }
  return true
}

/**
 * Sets a file's owner, or at least its group. Returns false if even that failed. @param {number} file @param {{ uid:
 * number, gid: number }} owner @returns {boolean}
 */
function hasGot(file, { uid, gid }) {
  const now = fs.fstatSync(file)
  if (now.uid !== uid) unlessRefused(() => fs.fchownSync(file, uid, gid))
  else if (now.gid === gid) return true
  if (fs.fstatSync(file).gid !== gid) unlessRefused(() => fs.fchownSync(file, now.uid, gid))
  return fs.fstatSync(file).gid === gid
}

/** @param {string | Buffer} at @param {number} mode */
function create(at, mode) {
  try {
    return fs.openSync(at, 'wx', mode)
  } catch (error) {
    // A leftover of an earlier copy is removed; a folder is not.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
    fs.unlinkSync(at)
    return fs.openSync(at, 'wx', mode)
  }
}

/** Not every disk has modes, owners and times: the file is complete without them. @param {() => void} work */
function unlessRefused(work) {
  try {
    work()
  } catch {
    // Whatever the reason: the data is complete.
  }
}

function taken() {
  return Object.assign(new Error('The name is already in use'), { code: 'EEXIST' })
}

/** @param {string | Uint8Array} path */
function native(path) {
  return typeof path === 'string' ? path : Buffer.from(path)
}
