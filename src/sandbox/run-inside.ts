import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { UserError } from '../model/common/user-error.ts'

/** Runs a command on this terminal with its KUBECONFIG; returns its exit code. Ends with it when interrupted. */
export async function runInside(
  command: readonly string[],
  kubeconfig: string,
  interrupted: AbortSignal,
): Promise<number> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, KUBECONFIG: kubeconfig } })
  // A terminal tells both of us of Ctrl-C; whoever ends this process alone means the command as well.
  interrupted.addEventListener('abort', () => child.kill('SIGTERM'))
  return await new Promise<number>((resolve, reject) => {
    child.once('error', (error) =>
      reject(new UserError(`cannot run ${program}: ${whyNot(error)}`, { cause: error })),
    )
    child.once('close', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    )
  })
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such command'
  return code === 'EACCES' ? 'permission denied' : message
}
