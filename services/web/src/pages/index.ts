import type { AnyPage } from '../http/page.ts'
import { findPage } from './find/page.ts'
import { homePage } from './home/page.ts'
import { signedOutPage } from './signedOut/page.ts'

/** Every page, in the order in which paths are tried. */
export const pages: readonly AnyPage[] = [homePage, findPage, signedOutPage]
