import { readFile } from 'node:fs/promises'
import { KubeconfigError } from '../answers/errors.ts'
import { readProblem } from '../files.ts'
import { bearer, type Credentials, type CallerIdentity } from './credentials.ts'

/** Tokens in files are replaced while programs run (a pod's lasts an hour), so they are read again this often. */
const REREAD_MS = 60_000

/**
 * A bearer token from a file. As in client-go the file comes before a token that stands beside it in the
 * kubeconfig, which serves while the file cannot be read.
 */
export function tokenFileCredentials(
  file: string,
  fallback: string | undefined,
  certificate: CallerIdentity,
  now: () => number = Date.now,
): Credentials {
  let token: string | undefined
  let readAt = -Infinity
  return {
    async current() {
      if (now() - readAt > REREAD_MS) {
        try {
          token = await readFile(file, 'utf8')
          readAt = now()
        } catch (cause) {
          token ??= fallback
          if (!token)
            throw new KubeconfigError(`error: ${readProblem(file, cause)}`, {
              cause,
              hint: 'It is the tokenFile of the user.',
            })
        }
      }
      return { ...certificate, authorization: bearer(token ?? '') }
    },
    renew() {
      const wasRead = readAt !== -Infinity
      readAt = -Infinity
      return wasRead
    },
  }
}
