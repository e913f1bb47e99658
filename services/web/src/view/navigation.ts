import type { Role } from '@patchwork/events'

/** A line of the navigation; `key` is one of `navigation.*`. */
export type NavigationItem = { href: string; key: string }

/** Where somebody in a role begins. */
export const startPageOf: Readonly<Record<Role, string>> = {
  resident: '/my',
  provider: '/provider',
  coordinator: '/provider',
  navigator: '/navigator',
  commissioner: '/council',
  administrator: '/administrator',
}

const find = { href: '/find', key: 'find' }
const council = { href: '/council', key: 'council' }
const helpNow = { href: '/help-now', key: 'helpNow' }
const messages = { href: '/messages', key: 'messages' }

/** What stands in the header for each role, and for someone who has not signed in. */
export const navigationOf: Readonly<Record<Role | 'anyone', readonly NavigationItem[]>> = {
  anyone: [find, helpNow],
  resident: [find, { href: '/my', key: 'my' }, { href: '/my/pools', key: 'pools' }, messages, helpNow],
  provider: [{ href: '/provider', key: 'provider' }, { href: '/provider/payments', key: 'payments' }, messages, find],
  coordinator: [{ href: '/provider', key: 'provider' }, { href: '/provider/payments', key: 'payments' }, messages, find],
  navigator: [{ href: '/navigator', key: 'navigator' }, messages, find],
  commissioner: [council, { href: '/dashboard', key: 'dashboard' }, messages, find],
  administrator: [{ href: '/administrator', key: 'administrator' }, council, messages, find],
}
