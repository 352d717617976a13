import { EditorState } from '@codemirror/state'
import { describe, expect, it } from 'vitest'

import { sentFrom } from './code-send.ts'

const text = 'import os\n# %% first\na = 1\nif a:\n    b = 2\n\n# %% second\nprint(a)\n'
const at = (anchor: number, head = anchor) => EditorState.create({ doc: text, selection: { anchor, head } })

describe('text sent from the editor to a terminal', () => {
  it('is the selection', () => {
    expect(sentFrom(at(0, 6), 'line')).toEqual({ text: 'import', next: 6 })
    expect(sentFrom(at(0, 6), 'cell').text).toBe('import')
  })

  it('is the current line, and the cursor moves to the next one', () => {
    expect(sentFrom(at(3), 'line')).toEqual({ text: 'import os', next: 10 })
    expect(sentFrom(at(text.length), 'line')).toEqual({ text: '', next: text.length })
  })

  it('is the current cell, without its marker', () => {
    expect(sentFrom(at(text.indexOf('b =')), 'cell')).toEqual({
      text: 'a = 1\nif a:\n    b = 2',
      next: text.indexOf('# %% second'),
    })
    expect(sentFrom(at(text.indexOf('# %% second')), 'cell').text).toBe('print(a)')
    expect(sentFrom(at(0), 'cell').text).toBe('import os')
  })

  it('is the whole text if there are no cells', () => {
    expect(sentFrom(EditorState.create({ doc: 'a\nb' }), 'cell').text).toBe('a\nb')
  })
})
