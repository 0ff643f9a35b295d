import { EventEmitter } from 'node:events'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { type LiveState, renderLive } from '../../../../../src/report/probe/live/state.ts'
import type { Progress, ProgressOptions } from '../../../../../src/report/probe/live/progress.ts'
import { createProgress } from '../../../../../src/report/probe/live/view.ts'
import { createStyle } from '../../../../../src/report/terminal.ts'
import { buildResult } from '../build-result.ts'
import { Screen } from './screen.ts'

class Recorder extends Writable {
  text = ''
  isTTY = true
  rows = 30
  columns = 80
  _refreshSize?: () => void
  readonly screen = new Screen(80)
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    this.screen.write(chunk.toString())
    done()
  }
}

interface Setup {
  progress: Progress
  stream: Recorder
  advance: (ms: number) => void
}

/** What a terminal's program is told by signals. */
class Signals extends EventEmitter {
  readonly pid = 1
  readonly kill = vi.fn<(pid: number, signal?: string | number) => true>(() => true)
}

function setup(isTTY: boolean, signals = new Signals(), stream = new Recorder()): Setup {
  let time = 0
  const style = createStyle({ isTTY: false, env: {} })
  const process = signals as unknown as NonNullable<ProgressOptions['process']>
  const columns = (): number => stream.columns
  const progress = createProgress({ stream, isTTY, columns, style, now: () => time, process })
  return { progress, stream, advance: (ms) => (time += ms) }
}

const after = (requests: number, planned = 60): LiveState => ({
  ...buildResult('A'.repeat(requests), { request: { plannedRequests: planned } }),
  expected: 'sticky',
})

describe('progress without a terminal', () => {
  it('writes each stage once, and made safe', () => {
    const { progress, stream } = setup(false)
    for (const text of ['creating', 'creating', 'pulling \u001B[31mimage']) progress.stage(text)
    expect(stream.text).toBe('creating\npulling ^[[31mimage\n')
  })

  it('writes a line for each tenth of the run, but no more than one a second', () => {
    const { progress, stream, advance } = setup(false)
    for (let requests = 1; requests <= 60; requests++) {
      advance(100)
      progress.update(() => after(requests))
    }
    expect(stream.text.split('\n')).toEqual([
      '10/60 requests  1 pod  0 switches',
      '20/60 requests  1 pod  0 switches',
      '30/60 requests  1 pod  0 switches',
      '40/60 requests  1 pod  0 switches',
      '50/60 requests  1 pod  0 switches',
      '60/60 requests  1 pod  0 switches',
      '',
    ])
  })

  it('begins at nothing again when another run follows', () => {
    const { progress, stream, advance } = setup(false)
    for (const requests of [60, 12]) {
      advance(2000)
      progress.update(() => after(requests))
      progress.startOver()
    }
    expect(stream.text).toMatch(/^60\/60 .*\n12\/60 .*\n$/)
  })

  it('is not silent for longer than ten seconds, and asks for the state once a second', () => {
    const { progress, stream, advance } = setup(false)
    const state = vi.fn(() => after(10, 100_000))
    for (let step = 0; step < 230; step++) {
      advance(100)
      progress.update(state)
    }
    expect(stream.text.match(/\n/g)).toHaveLength(2)
    expect(state.mock.calls.length).toBeLessThanOrEqual(23)
  })
})

describe('progress on a terminal', () => {
  it('shows the newest state, and takes it away at the end', async () => {
    const { progress, stream, advance } = setup(true)
    progress.stage('pulling the image')
    await vi.waitFor(() => expect(stream.text).toContain('pulling the image'), { timeout: 5000 })
    progress.update(() => after(5))
    progress.update(() => after(12))
    await vi.waitFor(() => expect(stream.text).toContain('12/60 requests'), { timeout: 5000 })
    expect(stream.text).not.toContain('5/60 requests')
    advance(1000)
    progress.note('a note that stays')
    expect(stream.screen.text).toMatch(/^a note that stays\n12\/60 requests/)
    progress.stop()
    progress.stop()
    expect(stream.screen.text).toBe('a note that stays\n')
    const [shown, hidden] = ['h', 'l'].map((end) => stream.text.lastIndexOf(`\u001B[?25${end}`))
    expect(shown).toBeGreaterThan(hidden!)
  })

  it('shows the stages of another run where the state of the one before was', async () => {
    const { progress, stream } = setup(true)
    progress.update(() => after(60))
    await vi.waitFor(() => expect(stream.text).toContain('60/60 requests'), { timeout: 5000 })
    progress.startOver()
    const before = stream.text.length
    progress.note('2 of 2')
    progress.stage('starting the probe pod')
    await vi.waitFor(() => expect(stream.text.slice(before)).toContain('starting the probe pod'), {
      timeout: 5000,
    })
    expect(stream.text.slice(before)).not.toContain('60/60 requests')
    progress.stop()
  })

  it('lets go of its lines when it is stopped for a while, and draws anew when it goes on', async () => {
    const signals = new Signals()
    const { progress, stream } = setup(true, signals)
    progress.update(() => after(12))
    await vi.waitFor(() => expect(stream.text).toContain('12/60 requests'), { timeout: 5000 })
    signals.emit('SIGTSTP')
    expect(signals.kill).toHaveBeenCalledWith(1, 'SIGSTOP')
    stream.write('[1]+ Stopped\n$ fg\n')
    signals.emit('SIGCONT')
    // What is above is the shell's by now.
    expect(stream.screen.text).toMatch(/^12\/60 requests[\s\S]*\n\[1\]\+ Stopped\n\$ fg\n12\/60 requests/)
    progress.stop()
    expect(signals.listenerCount('SIGCONT') + signals.listenerCount('SIGTSTP')).toBe(0)
  })

  it('leaves nothing of a frame and takes nothing else, whenever a terminal tells that it became narrower', async () => {
    const { progress, stream, advance } = setup(true)
    stream.write('$ probe\n')
    let requests = 12
    const drawNext = async (): Promise<void> => {
      advance(1000)
      progress.update(() => after(++requests))
      await vi.waitFor(() => expect(stream.text).toContain(`${requests}/60`), { timeout: 5000 })
    }
    await drawNext()
    for (const columns of [55, 40, 70, 30]) {
      stream.screen.resize(columns)
      // It says so after another frame.
      await drawNext()
      stream._refreshSize = () => (stream.columns = columns)
      await drawNext()
      expect(stream.screen.text.match(/60 requests/g)).toHaveLength(1)
      expect(stream.screen.text).toMatch(/^\$ probe\n\d+\/60/)
    }
    progress.stop()
    expect(stream.screen.text).toBe('$ probe\n')
  })

  it('breaks no row of a pod in a terminal of 20 columns', () => {
    const rows = renderLive(after(60), { width: 20, style: createStyle({ isTTY: false, env: {} }) }).filter(
      (line) => line.startsWith('  A '),
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]!.length).toBeLessThanOrEqual(20)
  })

  it('draws at most one frame in 66 ms', async () => {
    const { progress, stream } = setup(true)
    progress.update(() => after(1))
    await vi.waitFor(() => expect(stream.text).toContain('1/60 requests'), { timeout: 5000 })
    const state = vi.fn(() => after(2))
    for (let step = 0; step < 100; step++) progress.update(state)
    expect(state).not.toHaveBeenCalled()
    await vi.waitFor(() => expect(state).toHaveBeenCalledTimes(1), { timeout: 5000 })
    progress.stop()
  })

  it('shows nothing any more once it is stopped', async () => {
    const { progress, stream } = setup(true)
    progress.stage('starting')
    progress.stop()
    progress.stage('cleaning up')
    progress.update(() => after(1))
    await sleep(100)
    expect(stream.screen.text).toBe('')
    expect(stream.text).not.toContain('cleaning up')
  })
})
