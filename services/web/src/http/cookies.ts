import { hkdfSync } from 'node:crypto'
import type { CookieOptions, Request, Response } from 'express'

const yearMs = 365 * 24 * 3_600_000

/** What a visitor keeps for themselves in their browser: offers, what they reckon with, and an invitation that they have not answered. */
export type KeptName = 'saved' | 'comparing' | 'wanted' | 'invited'
export type CookieName = 'session' | 'form' | 'attempt' | 'notice' | 'hand-over' | KeptName

export interface Cookies {
  /** What the browser brought, when it carries our signature. */
  read(request: Request, name: CookieName): string | undefined
  /** Until the browser is closed, or for `maxAgeMs`. */
  set(response: Response, name: CookieName, value: string, maxAgeMs?: number): void
  clear(response: Response, name: CookieName): void
  /** The language that was chosen: no secret, and the sign-in pages read it too. */
  setLanguage(response: Response, language: string): void
}

/** The key that signs cookies. */
export const cookieKey = (dataKey: Uint8Array): string => Buffer.from(hkdfSync('sha256', dataKey, 'patchwork', 'web/cookies', 32)).toString('hex')

/** Our cookies: signed, out of reach of scripts, sent by our own pages and by links to them; over https bound to this very host. */
export const createCookies = (publicUrl: string): Cookies => {
  const secure = publicUrl.startsWith('https:')
  const options: CookieOptions = { httpOnly: true, sameSite: 'lax', secure, signed: true, path: '/' }
  const nameOf = (name: CookieName) => `${secure ? '__Host-' : ''}patchwork_${name}`
  return {
    read: (request, name) => {
      const value: unknown = request.signedCookies?.[nameOf(name)]
      return typeof value === 'string' ? value : undefined
    },
    set: (response, name, value, maxAge) => void response.cookie(nameOf(name), value, { ...options, ...(maxAge === undefined ? {} : { maxAge }) }),
    clear: (response, name) => void response.clearCookie(nameOf(name), { ...options, signed: false }),
    setLanguage: (response, language) => void response.cookie('language', language, { ...options, signed: false, maxAge: yearMs }),
  }
}
