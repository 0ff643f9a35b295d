import { homedir } from 'node:os'

/**
 * The user's home. Undefined where there is none: HOME is unset and the user is not in passwd, as in a container that
 * runs as any number; the system call then fails instead of saying so.
 */
export function homeFolder(): string | undefined {
  try {
    return homedir() || undefined
  } catch {
    return undefined
  }
}
