import type { Analyzer } from '../../analyzer.ts'
import { crossing, draws, hashFirst, levelOnly, old, oneServer } from './balancers.ts'
import { annotatedCookies, cookies } from './cookies.ts'
import { entryPoints } from './entry-points.ts'
import {
  atGateway,
  hashFirstAsNginx,
  onIngress,
  path,
  patterns,
  unreadable,
  unreadAsNginx,
} from './ingresses.ts'
import { oneName } from './one-name.ts'
import { settings } from './settings.ts'
import { tcpFirst } from './tcp-first.ts'

export const analyzers: readonly Analyzer[] = [
  unreadable,
  onIngress,
  path,
  annotatedCookies,
  patterns,
  unreadAsNginx,
  atGateway,
  oneName,
  settings,
  cookies,
  draws,
  levelOnly,
  hashFirst,
  hashFirstAsNginx,
  oneServer,
  crossing,
  tcpFirst,
  entryPoints,
  old,
]
