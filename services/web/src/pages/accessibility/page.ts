import { definePage } from '../../http/page.ts'

/** The accessibility statement: what we hold to, and what to do when a page is in somebody's way. */
export const accessibilityPage = definePage({ name: 'accessibility', path: '/accessibility', for: 'anyone' })
