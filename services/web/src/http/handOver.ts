import type { Sealer } from '@patchwork/encryption'
import type { Request, Response } from 'express'
import type { Cookies } from './cookies.ts'

const keepMs = 60_000

/** A secret that somebody gives to a person by hand; the words around it are `shell.handOver.<kind>`. */
export type HandOver = { kind: 'invitation-link' | 'password-link' | 'joining-code' | 'hand-over-code'; value: string; expiresAt: string }

/** What is handed over is sealed for one session: it stands in no address, no log and no other visitor's page. */
export type HandOvers = {
  /** Lets the next page show it. */
  leave(response: Response, sessionId: string, handOver: HandOver): void
  /** What was left for this page, once. */
  take(request: Request, response: Response, sessionId: string): HandOver | undefined
}

export const createHandOvers = (cookies: Cookies, sealer: Sealer): HandOvers => {
  const contextOf = (sessionId: string) => `web/hand-over/${sessionId}`
  return {
    leave: (response, sessionId, handOver) => cookies.set(response, 'hand-over', sealer.seal(handOver, contextOf(sessionId)), keepMs),
    take: (request, response, sessionId) => {
      const left = cookies.read(request, 'hand-over')
      if (left === undefined) return undefined
      cookies.clear(response, 'hand-over')
      try {
        return sealer.open<HandOver>(left, contextOf(sessionId))
      } catch {
        // Left for somebody who has signed out since.
        return undefined
      }
    },
  }
}
