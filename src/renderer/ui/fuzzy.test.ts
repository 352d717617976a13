import { describe, expect, it } from 'vitest'

import { fuzzyFind } from './fuzzy.ts'

const find = (typed: string) => fuzzyFind(['gpu-box', 'login01', 'storage', 'сервер', 'データ'], typed, item => item)

describe('fuzzyFind', () => {
  it('matches a part, two parts in any order, and all scripts', () => {
    expect(find('log')).toEqual(['login01'])
    expect(find('box gpu')).toEqual(['gpu-box'])
    expect(find('серв')).toEqual(['сервер'])
    expect(find('データ')).toEqual(['データ'])
  })

  it('tolerates a typo, and returns all items for an empty search and none without a match', () => {
    expect(find('strage')).toEqual(['storage'])
    expect(find('  ')).toHaveLength(5)
    expect(find('zzz')).toEqual([])
  })
})
