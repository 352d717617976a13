import { createPrivateKey } from 'node:crypto'

import { runKeyJob } from '../key-formats/key-job.ts'
import { outlineKey } from '../key-formats/key-outline.ts'
import { signerFromPem, type Signer } from './signer.ts'

/**
 * Turns the text of a private key into a signer, in its own worker and within 15 s. Errors: `WrongPassphrase`,
 * `key-unusable`.
 */
export async function parsePrivateKey(input: {
  text: string
  passphrase: string | null
  name: string
  worker: URL
}): Promise<Signer> {
  const { text, passphrase, name, worker } = input
  outlineKey(text, name)
  const read = await runKeyJob(worker, { kind: 'read', text, passphrase }, { name })
  return signerFromPem({ type: read.type, blob: Buffer.from(read.blob), key: createPrivateKey(read.pem), name })
}
