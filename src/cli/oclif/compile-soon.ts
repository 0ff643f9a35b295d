/** What Bun has beside Node's globals; absent in Node. */
interface WithBun {
  Bun?: { main: string; unsafe: { setJITPolicy(scale: number): void } }
}

/** Of Bun's engine, which reads it when a process starts. */
const lastCompiler = 'BUN_JSC_useFTLJIT'

/**
 * For a command with much to do: functions are compiled as soon as usual. The executable starts reluctant to, as most commands are done
 * before it pays (scripts/bundle.ts). The last of the engine's compilers takes more time than it saves here as well, and only who
 * starts a process can switch it off: the executable takes its own place once (docs/decisions/005-start-up.md).
 */
export function compileSoon(): void {
  const { Bun } = globalThis as WithBun
  if (Bun === undefined) return
  const { env, execPath, argv } = process
  if (env[lastCompiler] === undefined && Bun.main.startsWith('/$bunfs/'))
    process.execve?.(execPath, [execPath, ...argv.slice(2)], { ...env, [lastCompiler]: '0' })
  // It is not for the programs that this one starts.
  delete env[lastCompiler]
  Bun.unsafe.setJITPolicy(1)
}
