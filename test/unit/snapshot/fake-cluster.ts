import { ApiError, type Cluster } from '../../../src/cluster/index.ts'

type Answer = object | string

/**
 * A cluster that answers from a table, refuses what is 'forbidden' or 'missing' there, and writes down what it was asked.
 * Paths that are not there are empty lists.
 */
export function fakeCluster(answers: Readonly<Record<string, Answer>>): {
  cluster: Cluster
  asked: string[]
} {
  const asked: string[] = []
  const answer = async (
    path: string,
    query: Readonly<Record<string, string | number>> = {},
  ): Promise<object | string> => {
    await Promise.resolve()
    const selector = query['labelSelector'] ?? query['fieldSelector']
    asked.push(selector === undefined ? path : `${path}?${String(selector)}`)
    const found = answers[path] ?? { items: [] }
    if (found === 'forbidden') throw failure(403, 'Forbidden', path)
    if (found === 'missing') throw failure(404, 'NotFound', path)
    return found
  }
  const cluster = {
    contextName: 'fake',
    server: 'http://fake',
    namespace: 'shop',
    get: (path: string, options: { query?: Record<string, string | number> } = {}) =>
      answer(path, options.query),
    async *list(path: string, options: { query?: Record<string, string | number> } = {}) {
      const { items } = (await answer(path, options.query)) as { items: object[] }
      for (const item of items) yield structuredClone(item)
    },
    text: (path: string) => answer(path),
    close: () => undefined,
  }
  return { cluster: cluster as unknown as Cluster, asked }
}

function failure(code: number, reason: string, path: string): ApiError {
  const status = { kind: 'Status' as const, apiVersion: 'v1', code, reason, message: `${reason} ${path}` }
  return new ApiError(status, { verb: 'GET', path })
}
