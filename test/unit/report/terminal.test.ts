import { describe, expect, it } from 'vitest'
import { createStyle, outputWidth, type TerminalFacts } from '../../../src/report/terminal.ts'

const hasColour = (facts: TerminalFacts): boolean => createStyle(facts).bad('x') !== 'x'

describe('colour', () => {
  it.each([
    ['a terminal', { isTTY: true, env: { TERM: 'xterm' } }, true],
    ['no terminal', { isTTY: false, env: { TERM: 'xterm' } }, false],
    ['a dumb terminal', { isTTY: true, env: { TERM: 'dumb' } }, false],
    ['NO_COLOR', { isTTY: true, env: { NO_COLOR: '1' } }, false],
    ['an empty NO_COLOR', { isTTY: true, env: { NO_COLOR: '' } }, false],
    ['FORCE_COLOR without a terminal', { isTTY: false, env: { FORCE_COLOR: '1' } }, false],
  ])('%s', (_, facts: TerminalFacts, expected) => expect(hasColour(facts)).toBe(expected))
})

describe('drawing characters', () => {
  it.each([
    ['a UTF-8 locale', { LANG: 'en_US.UTF-8' }, true],
    ['no locale', {}, true],
    ['the C locale', { LANG: 'C' }, false],
    ['LC_ALL before LANG', { LC_ALL: 'POSIX', LANG: 'C.utf8' }, false],
    ['an empty LC_ALL', { LC_ALL: '', LANG: 'C.utf8' }, true],
  ])('%s', (_, env: TerminalFacts['env'], expected) => {
    expect(createStyle({ isTTY: true, env }).unicode).toBe(expected)
    expect(createStyle({ isTTY: false, env }).unicode).toBe(true)
  })
})

describe('width', () => {
  it.each([
    [{ isTTY: true, columns: 120 }, 120],
    [{ isTTY: true, columns: 20 }, 20],
    [{ isTTY: true, columns: 5 }, 20],
    [{ isTTY: true, columns: 0 }, 80],
    [{ isTTY: true }, 80],
    [{ isTTY: false, columns: 120 }, 80],
  ])('%o is %d', (facts, width) => expect(outputWidth(facts)).toBe(width))
})
