import { EditorState } from '@codemirror/state'
import { describe, expect, it } from 'vitest'

import { sentFrom } from './code-send.ts'

const text = 'import os\n# %% first\na = 1\nif a:\n    b = 2\n\n# %% second\nprint(a)\n'
const at = (anchor: number, head = anchor) => EditorState.create({ doc: text, selection: { anchor, head } })

describe('what an editor sends to a console', () => {
  it('is the selection', () => {
    expect(sentFrom(at(0, 6), 'line')).toEqual({ text: 'import', next: 6 })
    expect(sentFrom(at(0, 6), 'cell').text).toBe('import')
  })

  it('is the line of the cursor, which goes on to the next', () => {
    expect(sentFrom(at(3), 'line')).toEqual({ text: 'import os', next: 10 })
    expect(sentFrom(at(text.length), 'line')).toEqual({ text: '', next: text.length })
  })

  it('is the cell of the cursor, without its mark', () => {
    expect(sentFrom(at(text.indexOf('b =')), 'cell')).toEqual({
      text: 'a = 1\nif a:\n    b = 2',
      next: text.indexOf('# %% second'),
    })
    expect(sentFrom(at(text.indexOf('# %% second')), 'cell').text).toBe('print(a)')
    expect(sentFrom(at(0), 'cell').text).toBe('import os')
  })

  it('is everything where there are no cells', () => {
    expect(sentFrom(EditorState.create({ doc: 'a\nb' }), 'cell').text).toBe('a\nb')
  })
})
