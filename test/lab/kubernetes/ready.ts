import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { pkiPath } from './pki.ts'

/** Whether the API server at this address says that it is ready, on a connection that its certificate secures. */
export function isServing(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request(
      `${url}/readyz`,
      { ca: readFileSync(pkiPath('ca.crt')), agent: false, timeout: 2000 },
      (response) => {
        response.resume()
        resolve(response.statusCode === 200)
      },
    )
    probe.once('timeout', () => probe.destroy())
    probe.once('error', () => resolve(false))
    probe.end()
  })
}
