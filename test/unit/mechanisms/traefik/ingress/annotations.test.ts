import { describe, expect, it } from 'vitest'
import { readAnnotations } from '../../../../../src/mechanisms/traefik/ingress/annotations.ts'

const read = (own: Record<string, string>) =>
  readAnnotations(
    Object.fromEntries(
      Object.entries(own).map(([key, value]) => [`traefik.ingress.kubernetes.io/service.${key}`, value]),
    ),
  )

describe("annotations of Traefik's Ingress provider", () => {
  it.each([
    ['the switch', { 'sticky.cookie': 'true' }, {}],
    ['the switch in other letters', { 'Sticky.Cookie': 'TRUE' }, {}],
    ['an empty switch', { 'sticky.cookie': '' }, {}],
    ['a name is enough', { 'sticky.cookie.name': 'sid' }, { name: 'sid' }],
    ['sticky alone', { sticky: 'true' }, undefined],
    ['switched off', { 'sticky.cookie': 'false', 'sticky.cookie.name': 'sid' }, undefined],
    ['any other word switches it off', { 'sticky.cookie': 'yes' }, undefined],
    ['switched off above', { sticky: 'false', 'sticky.cookie': 'true' }, undefined],
    [
      'all of them',
      {
        'sticky.cookie': 'true',
        'sticky.cookie.name': 'sid',
        'sticky.cookie.path': '/app',
        'sticky.cookie.maxage': '60',
        'sticky.cookie.secure': '1',
        'sticky.cookie.samesite': 'lax',
      },
      { name: 'sid', path: '/app', maxAge: 60, secure: true, sameSite: 'lax' },
    ],
  ])('%s', (_name, own, cookie) => {
    expect(read(own)).toMatchObject({ cookie, unreadable: [] })
  })

  it.each([
    ['sticky.cookei', 'true', 'sticky.cookie'],
    ['sticky.cookie.nmae', 'sid', 'sticky.cookie.name'],
    ['stiky.cookie', 'true', 'sticky.cookie'],
    ['sticky.cookie.secure', 'yes', undefined],
    ['sticky.cookie.maxage', '1h', undefined],
    ['nativelb', 'on', undefined],
  ])('%s: %s cannot be read', (key, value, meant) => {
    const [one, ...more] = read({ [key]: value }).unreadable
    expect(more).toEqual([])
    expect(one?.meant?.split('/service.')[1]).toBe(meant)
  })
})
