import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { isSafeName, isWithin, joinPath, nameOf, parentOf, resolvePath, stepsOf } from './paths.ts'

const name = fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }).filter(isSafeName)
const path = fc.array(name, { maxLength: 5 }).map(names => `/${names.join('/')}`)

describe('paths', () => {
  test('a joined name is the name of the result, whose parent is the folder', () => {
    fc.assert(
      fc.property(path, name, (folder, last) => {
        const whole = joinPath(folder, last)
        expect([nameOf(whole), parentOf(whole), isWithin(whole, folder)]).toEqual([last, folder, true])
      }),
    )
  })

  test('whatever is typed becomes an absolute path without steps up', () => {
    fc.assert(
      fc.property(fc.string(), path, (typed, from) => {
        const found = resolvePath(typed, { home: '/home/me', from })
        expect(found).toMatch(/^\/|^[A-Za-z]:\//)
        expect(found.split('/').slice(1)).not.toContain('..')
        expect(found.split('/').slice(1)).not.toContain('.')
      }),
    )
  })

  test('only names that stay in their folder are safe', () => {
    for (const bad of ['', '.', '..', 'a/b', '/', '../x', 'a\0']) expect(isSafeName(bad)).toBe(false)
    for (const good of ['a', '...', ' ', '-rf', '$(id)', 'a\nb', '~', 'C:']) expect(isSafeName(good)).toBe(true)
  })

  test('home, relative and Windows paths are understood', () => {
    const at = { home: '/home/me', from: '/data' }
    expect(resolvePath('~', at)).toBe('/home/me')
    expect(resolvePath('~/x//y/./z', at)).toBe('/home/me/x/y/z')
    expect(resolvePath('../etc', at)).toBe('/etc')
    expect(resolvePath('../../../..', at)).toBe('/')
    expect(resolvePath('C:\\Users\\me', at)).toBe('C:/Users/me')
    expect([parentOf('C:/Users'), parentOf('C:/'), nameOf('C:/Users')]).toEqual(['C:/', 'C:/', 'Users'])
  })

  test('the steps of a path lead to it', () => {
    fc.assert(
      fc.property(path, whole => {
        expect(stepsOf(whole).at(-1)?.path).toBe(whole)
      }),
    )
    expect(stepsOf('/a/b').map(step => step.path)).toEqual(['/', '/a', '/a/b'])
    expect(isWithin('/a/bc', '/a/b')).toBe(false)
  })
})
