import type { CodeTable } from '../../model/findings/code.ts'

/** What is found about Ingresses that the controller of kubernetes/ingress-nginx serves. */
export const codes = {
  'AFF-NGX-VALUE-DROPPED': { level: 'warning', title: 'ingress-nginx drops the value of an annotation' },
  'AFF-NGX-DEAD-ANNOTATION': { level: 'warning', title: 'An annotation that ingress-nginx no longer has' },
  'AFF-NGX-REGEX-COOKIE-PATH': {
    level: 'error',
    title: 'The Path of the cookie is a regular expression',
  },
  'AFF-NGX-COOKIE-LOST': { level: 'warning', title: 'Browsers do not send the cookie back everywhere' },
  'AFF-NGX-REGEX-OFF': { level: 'warning', title: 'A path with a pattern is taken to the letter' },
  'AFF-NGX-PATH-TYPE': { level: 'warning', title: 'A path with a pattern and a path type that allows none' },
  'AFF-NGX-SERVICE-UPSTREAM': {
    level: 'warning',
    title: 'With service-upstream the cookie keeps nobody on a pod',
  },
  'AFF-NGX-CANARY-AFFINITY': { level: 'warning', title: 'Affinity on a canary Ingress has no effect' },
  'AFF-NGX-HASH-LOSES': { level: 'warning', title: 'A hash loses to a cookie on the same Service' },
  'AFF-NGX-COOKIES-FIGHT': { level: 'warning', title: 'Two Ingresses set one Service’s cookie differently' },
  'AFF-NGX-COOKIE-NOT-ISSUED': {
    level: 'warning',
    title: 'A path of a sticky Service sets no cookie',
  },
  'AFF-NGX-HASH-SUBSET': { level: 'warning', title: 'A hash over a subset keeps nobody on one pod' },
  'AFF-NGX-HASH-CONSTANT': { level: 'warning', title: 'A hash of a fixed text sends everybody to one pod' },
  'AFF-NGX-HASH-WEIGHTED': { level: 'warning', title: 'The weight of a canary is drawn before the hash' },
  'AFF-NGX-HASH-OF-NODES': {
    level: 'warning',
    title: 'A hash of the client address sees the addresses of nodes',
  },
  'AFF-NGX-COOKIE-SHARED': {
    level: 'warning',
    title: 'Two Services of a host replace each other’s cookie',
  },
  'AFF-NGX-SAMESITE-INSECURE': {
    level: 'warning',
    title: 'Browsers refuse SameSite=None without Secure',
  },
  'AFF-NGX-RETIRED': { level: 'info', title: 'ingress-nginx is no longer maintained' },
} as const satisfies CodeTable
