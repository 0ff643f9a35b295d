/** What Bun has beside Node's globals; absent in Node. */
interface WithBun {
  Bun?: { main: string; unsafe: { setJITPolicy(scale: number): void } }
}

/**
 * Options of Bun's engine, which reads them when a process starts: without its last compiler, which takes more time than it saves
 * here, and with garbage collected as on a machine of 1 GB, however much there is.
 */
const options = { BUN_JSC_useFTLJIT: '0', BUN_JSC_forceRAMSize: '1000000000' }

/**
 * For a command with much to do: functions are compiled as soon as usual. The executable starts reluctant to, as most commands are done
 * before it pays (scripts/bundle.ts). Options of the engine only who starts a process can set: the executable takes its own place once
 * (docs/decisions/005-start-up.md).
 */
export function compileSoon(): void {
  const { Bun } = globalThis as WithBun
  if (Bun === undefined) return
  const { env, execPath, argv } = process
  if (env['BUN_JSC_useFTLJIT'] === undefined && Bun.main.startsWith('/$bunfs/'))
    process.execve?.(execPath, [execPath, ...argv.slice(2)], { ...env, ...options })
  // They are not for the programs that this one starts.
  for (const name of Object.keys(options)) delete env[name]
  Bun.unsafe.setJITPolicy(1)
}
