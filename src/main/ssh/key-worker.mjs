// Parses private keys off the main thread: an encrypted key costs 0.2 s and up, a hostile one never ends.
// Plain JavaScript, so that tests run the very file that ships.
import { createPrivateKey } from 'node:crypto'
import { parentPort } from 'node:worker_threads'

import ssh2 from 'ssh2'

/** @typedef {{ text: string, passphrase: string | null }} KeyJob */
/** @typedef {{ ok: true, type: string, blob: Uint8Array, pem: string } | { ok: false, why: 'passphrase' | 'format', detail: string }} KeyResult */

parentPort?.on('message', (/** @type {KeyJob} */ job) => {
  parentPort?.postMessage(parse(job))
})

/** @param {KeyJob} job @returns {KeyResult} */
function parse({ text, passphrase }) {
  try {
    const readable =
      text.includes('PRIVATE KEY-----') && /BEGIN (ENCRYPTED )?PRIVATE KEY/.test(text)
        ? fromPkcs8(text, passphrase)
        : text
    const parsed = ssh2.utils.parseKey(readable, passphrase ?? undefined)
    const key = Array.isArray(parsed) ? parsed[0] : parsed
    if (key === undefined || key instanceof Error) return failure(key?.message ?? 'empty')
    if (!key.isPrivateKey()) return { ok: false, why: 'format', detail: 'it holds only a public key' }
    return { ok: true, type: key.type, blob: new Uint8Array(key.getPublicSSH()), pem: key.getPrivatePEM() }
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error))
  }
}

/** ssh2 reads PKCS#1 and SEC 1, not PKCS#8. @param {string} text @param {string | null} passphrase */
function fromPkcs8(text, passphrase) {
  const key = createPrivateKey(passphrase === null ? text : { key: text, passphrase })
  const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1'
  return key.export({ format: 'pem', type }).toString()
}

/** @param {string} detail @returns {KeyResult} */
function failure(detail) {
  const why = /passphrase|integrity check|bad[ _]decrypt|mac mismatch|encrypted/i.test(detail) ? 'passphrase' : 'format'
  return { ok: false, why, detail }
}
