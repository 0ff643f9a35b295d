import { awsBalancers } from './aws.ts'
import { cloudBalancers } from './clouds.ts'
import { installedBalancers } from './installed.ts'
import { moreClouds } from './more-clouds.ts'
import type { Provider } from './provider.ts'

/**
 * Load balancers of Services by who makes them. The order counts: what a controller writes on Services that it serves
 * comes before what people write, and nodes come last.
 */
export const providers: readonly Provider[] = [
  ...installedBalancers,
  ...awsBalancers,
  ...cloudBalancers,
  ...moreClouds,
]
