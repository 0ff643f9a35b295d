import type { CodeTable } from '../../model/findings/code.ts'

/** Of Traefik: annotations of Services, IngressRoute, TraefikService. */
export const codes = {
  'AFF-TRA-UNREADABLE-ANNOTATION': {
    level: 'error',
    title: 'An annotation for which Traefik refuses the Service',
  },
  'AFF-TRA-ANNOTATION-ON-INGRESS': {
    level: 'warning',
    title: 'Traefik reads the annotation on the Service only',
  },
  'AFF-TRA-DRAWS-SERVICE': {
    level: 'warning',
    title: 'A Service is drawn for each request before the cookie',
  },
  'AFF-TRA-SERVICE-LEVEL-ONLY': {
    level: 'warning',
    title: 'The cookie keeps clients on a Service, not on a pod',
  },
  'AFF-TRA-ONE-COOKIE-NAME': {
    level: 'warning',
    title: 'Sticky cookies of one name replace each other',
  },
  'AFF-TRA-SETTINGS-FIGHT': {
    level: 'warning',
    title: 'Balancers set one Service of Traefik differently',
  },
  'AFF-TRA-HASH-BEFORE-COOKIE': {
    level: 'warning',
    title: 'A sticky cookie beside strategy hrw is ignored',
  },
  'AFF-TRA-ONE-SERVER': {
    level: 'warning',
    title: 'A sticky cookie for a cluster IP or for nodes',
  },
  'AFF-TRA-COOKIE-PATH': {
    level: 'warning',
    title: "The cookie's path does not cover the Ingress path",
  },
  'AFF-TRA-COOKIE-EXPIRED': { level: 'warning', title: 'The cookie has expired when it comes' },
  'AFF-TRA-SAMESITE': { level: 'warning', title: 'Browsers refuse the cookie, or Traefik its SameSite' },
  'AFF-TRA-PATTERN-OFF': { level: 'warning', title: 'Traefik takes a path with a pattern to the letter' },
  'AFF-TRA-OLD-GROUP': { level: 'warning', title: 'Traefik 3 does not read the group traefik.containo.us' },
  'AFF-TRA-DEAD-ANNOTATION': { level: 'info', title: 'An affinity annotation of Traefik 1' },
} as const satisfies CodeTable
