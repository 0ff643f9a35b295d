/** Optional where a value may be undefined, and never undefined then. */
type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** The fields that have a value, in their order: what is unknown has no key, so that no output names it. */
export function defined<const T extends object>(fields: T): Defined<T> {
  const kept: Partial<T> = {}
  for (const key in fields) if (fields[key] !== undefined) kept[key] = fields[key]
  return kept as unknown as Defined<T>
}
