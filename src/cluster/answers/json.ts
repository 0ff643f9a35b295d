import { ConnectionError } from './errors.ts'

/**
 * The value of an answer's JSON, whose type is the caller's to know.
 *
 * @throws ConnectionError when it is something else: then it is no API server that answers.
 */
export function parseJson(text: string) {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConnectionError('protocol', 'Unable to connect to the server: the answer is not JSON', {
      cause,
      hint: 'Something other than a Kubernetes API server answers at this address, perhaps a login page.',
    })
  }
}
