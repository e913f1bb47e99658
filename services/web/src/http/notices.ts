import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Cookies } from './cookies.ts'

const keepMs = 60_000
const Notice = z.string().regex(/^[a-zA-Z.-]{1,100}$/)

/** Lets the next page say what was done: `key` is a key of words. */
export const leaveNotice = (response: Response, cookies: Cookies, key: string): void => cookies.set(response, 'notice', Notice.parse(key), keepMs)

/** The notice that was left for this page, once. */
export const takeNotice = (request: Request, response: Response, cookies: Cookies): string | undefined => {
  const left = cookies.read(request, 'notice')
  if (left === undefined) return undefined
  cookies.clear(response, 'notice')
  return Notice.safeParse(left).data
}
