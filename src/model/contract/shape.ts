import type { z } from 'zod'

/** The type of a part of the contract: an optional field is absent, and never there with `undefined`. */
export type Shape<S extends z.ZodType> = Exact<z.infer<S>>

type Exact<T> = T extends object ? { [Key in keyof T]: Exact<Exclude<T[Key], undefined>> } : T
