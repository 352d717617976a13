import { createPrivateKey } from 'node:crypto'

import { runKeyJob } from '../key-formats/key-job.ts'
import { outlineKey } from '../key-formats/key-outline.ts'
import { signerFromPem, type Signer } from './signer.ts'

/** Turns a private key's text into a signer, in a worker of its own with a limit of 15 s. Throws `WrongPassphrase` or `key-unusable`. */
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
