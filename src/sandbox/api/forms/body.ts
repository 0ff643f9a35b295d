import type { IncomingMessage } from 'node:http'
import { badRequest, tooLarge } from '../../failure.ts'
import { decodeProtobuf, isProtobuf } from './protobuf.ts'

/** As much as a real API server takes (k8s.io/apiserver, MaxRequestBodyBytes). */
const mostBytes = 3 * 1024 * 1024

/** The body of a request, as JSON, as YAML where it is applied, or as kubectl's protobuf; undefined for none. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > mostBytes) throw tooLarge()
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  if (isProtobuf(bytes)) return decodeProtobuf(bytes)
  const text = bytes.toString('utf8')
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(request.headers['content-type'] ?? '').includes('yaml'))
      throw badRequest(
        `the object provided is unrecognized (must be of type JSON): ${(error as Error).message}`,
      )
  }
  const { parse } = await import('yaml')
  try {
    return parse(text)
  } catch (error) {
    throw badRequest(`error decoding YAML: ${(error as Error).message}`)
  }
}
