import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { shownType } from '../ssh/fingerprint.ts'
import { bitsOf, parsePublicLine } from './public-key.ts'
import { randomart } from './randomart.ts'

describe('the drawing of a key', () => {
  it.each([
    ['ed25519', ''],
    ['ecdsa', '521'],
    ['rsa', '3072'],
    ['rsa', '2048'],
  ])('of %s %s is that of ssh-keygen, and so is its size', (type, bits) => {
    const path = join(tempDir(), 'id')
    execFileSync('ssh-keygen', ['-q', '-t', type, ...(bits === '' ? [] : ['-b', bits]), '-N', '', '-f', path])
    const [head = '', ...drawing] = execFileSync('ssh-keygen', ['-lv', '-f', path], { encoding: 'utf8' })
      .trimEnd()
      .split('\n')
    const key = parsePublicLine(readFileSync(`${path}.pub`, 'utf8'))
    if (!key) throw new Error('no key')
    const size = bitsOf(key.blob) ?? 0
    expect(String(size)).toBe(head.split(' ')[0])
    expect(randomart(key.blob, { type: shownType(key.type), bits: size })).toBe(drawing.join('\n'))
  })
})
