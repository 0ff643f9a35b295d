import { describe, expect, test } from 'vitest'
import type { Observation } from '../../../../../src/model/probe/observation.ts'
import { KeptConnection } from '../../../../../src/probe/count/tally/kept.ts'

const fiveSeconds = { idleMs: 5000 }

/** One request a second; a capital letter opens a connection, an apostrophe before it says that the old one was closed. */
function notes(text: string, more: Partial<Observation> = { replaced: 'closed' }): string[] {
  const kept = new KeptConnection()
  let number = 0
  for (const [, mark = '', letter = ''] of text.matchAll(/('?)([a-zA-Z])/g)) {
    const newConnection = letter === letter.toUpperCase()
    const observation: Observation = {
      number: ++number,
      target: 0,
      atMs: number * 1000,
      latencyMs: 100,
      outcome: 'answered',
      newConnection,
      ...(mark === '' ? {} : more),
    }
    kept.add(observation, letter.toLowerCase())
  }
  return kept.notes(fiveSeconds)
}

describe('a connection that is kept open', () => {
  test('and stays is worth no word, until it outlives the affinity', () => {
    expect(notes('Aaaaa')).toEqual([])
    expect(notes('Aaaaaa')).toEqual([expect.stringContaining('of 5.1 s outlived the affinity of 5 s')])
    // Something picks for each request.
    expect(notes('Aababaa')).toEqual([])
  })

  test.each([
    ['closed', 'was closed by the other side'],
    ['reset', 'was reset'],
    ['timeout', 'stopped answering and was given up'],
  ] as const)('and is %s is told with its life', (replaced, words) => {
    expect(notes("Aaa'Bb", { replaced })).toEqual([
      `the connection that was kept open ${words} after 2.1 s and 3 requests; request 4 opened another`,
    ])
  })

  test('is told a few times only', () => {
    const all = notes("A'A'A'A'A'A")
    expect(all).toHaveLength(4)
    expect(all[3]).toBe('2 more connections ended before the run did')
  })
})
