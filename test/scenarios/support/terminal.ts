import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { userEnvironment } from './command.ts'
import type { Site } from './site.ts'

const run = promisify(execFile)

/** Whether there is a program that is a terminal. */
export const hasTerminal: boolean = (process.env['PATH'] ?? '')
  .split(delimiter)
  .some((folder) => existsSync(join(folder, 'tmux')))

/** A terminal of this size in which a shell command runs as a user of the site. */
export interface Terminal {
  /** What it shows now; with `joined`, lines that the terminal wrapped are put together again. */
  screen(options?: { joined?: boolean }): Promise<string>
  /** Waits until it shows this. */
  shows(pattern: RegExp, timeoutMs?: number): Promise<void>
  /** Whether the cursor can be seen. */
  hasCursor(): Promise<boolean>
  type(key: string): Promise<void>
  close(): Promise<void>
}

export async function openTerminal(
  site: Site,
  { columns, rows, command }: { columns: number; rows: number; command: string },
): Promise<Terminal> {
  const socket = `affinity-${randomBytes(4).toString('hex')}`
  const tmux = async (...args: string[]): Promise<string> =>
    (
      await run('tmux', ['-L', socket, '-f', '/dev/null', ...args], {
        env: { ...userEnvironment(site), TERM: 'xterm-256color' },
      })
    ).stdout
  // The shell stays, so that what was shown last can be read.
  await tmux(
    'new-session',
    '-d',
    '-x',
    String(columns),
    '-y',
    String(rows),
    `${command}; echo "exit $?"; sleep 60`,
  )
  const screen = (options: { joined?: boolean } = {}): Promise<string> =>
    tmux('capture-pane', '-p', '-S', '-200', ...(options.joined === true ? ['-J'] : []))
  return {
    screen,
    shows: async (pattern, timeoutMs = 60_000) => {
      const until = performance.now() + timeoutMs
      while (!pattern.test(await screen())) {
        if (performance.now() > until) throw new Error(`${pattern} is not shown:\n${await screen()}`)
        await sleep(50)
      }
    },
    hasCursor: async () => (await tmux('display-message', '-p', '#{cursor_flag}')).trim() === '1',
    type: async (key) => {
      await tmux('send-keys', key)
    },
    close: async () => {
      await tmux('kill-server')
    },
  }
}
