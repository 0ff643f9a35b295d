/** What Bun has beside Node's globals; absent in Node. */
interface WithBun {
  Bun?: { unsafe: { setJITPolicy(scale: number): void } }
}

/**
 * For a command with much to do: functions are compiled as soon as usual. The executable starts reluctant to, as most commands are done
 * before it pays (scripts/bundle.ts).
 */
export function compileSoon(): void {
  const { Bun } = globalThis as WithBun
  Bun?.unsafe.setJITPolicy(1)
}
