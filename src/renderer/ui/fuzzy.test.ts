import { describe, expect, it } from 'vitest'

import { fuzzyFind } from './fuzzy.ts'

const find = (typed: string) => fuzzyFind(['gpu-box', 'login01', 'storage', 'сервер', 'データ'], typed, item => item)

describe('fuzzyFind', () => {
  it('finds by a part, by two parts in any order, and in every script', () => {
    expect(find('log')).toEqual(['login01'])
    expect(find('box gpu')).toEqual(['gpu-box'])
    expect(find('серв')).toEqual(['сервер'])
    expect(find('データ')).toEqual(['データ'])
  })

  it('forgives a slip, gives all for nothing typed, and none for what is not there', () => {
    expect(find('strage')).toEqual(['storage'])
    expect(find('  ')).toHaveLength(5)
    expect(find('zzz')).toEqual([])
  })
})
