import { definePage } from '../../http/page.ts'
import { commissioning } from '../contracting/contract.ts'

/** Where commissioners begin. */
export const councilPage = definePage({ name: 'council', path: '/council', for: commissioning })
