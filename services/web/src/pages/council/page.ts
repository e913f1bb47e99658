import { definePage } from '../../http/page.ts'
import { councilRoles } from '../pooling/pools.ts'

/** Where a commissioner begins. */
export const councilPage = definePage({ name: 'council', path: '/council', for: councilRoles })
