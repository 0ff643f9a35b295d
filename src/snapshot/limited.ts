import type { Cluster } from '../cluster/index.ts'

/**
 * The same cluster, with so many requests at a time. Each request at once needs a connection of its own, and setting
 * one up (TLS) costs more than several small answers on one that is open.
 */
export function limited(cluster: Cluster, most: number): Cluster {
  const take = createGate(most)
  const pass = async <T>(request: () => Promise<T>): Promise<T> => {
    const leave = await take()
    try {
      return await request()
    } finally {
      leave()
    }
  }
  return {
    contextName: cluster.contextName,
    server: cluster.server,
    namespace: cluster.namespace,
    get: (path, options) => pass(() => cluster.get(path, options)),
    list: (path, options) => limitedList(cluster.list(path, options), pass),
    create: (path, body, options) => pass(() => cluster.create(path, body, options)),
    patch: (path, patch, options) => pass(() => cluster.patch(path, patch, options)),
    delete: (path, options) => pass(() => cluster.delete(path, options)),
    stream: (path, options) => pass(() => cluster.stream(path, options)),
    upgrade: (path, options) => pass(() => cluster.upgrade(path, options)),
    close: () => cluster.close(),
  }
}

/** A page is read when an item is asked for; most items are there already. */
async function* limitedList<T>(
  items: AsyncGenerator<T, void, undefined>,
  pass: <R>(request: () => Promise<R>) => Promise<R>,
): AsyncGenerator<T, void, undefined> {
  try {
    for (;;) {
      const next = await pass(() => items.next())
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await items.return()
  }
}

/** Resolves with what gives the place back. First come, first served. */
function createGate(most: number): () => Promise<() => void> {
  const waiting: (() => void)[] = []
  let inside = 0
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) inside -= 1
    else next()
  }
  return async () => {
    if (inside >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else inside += 1
    return leave
  }
}
