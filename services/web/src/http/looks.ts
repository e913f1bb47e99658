import type { Request } from 'express'

const robots = /bot|crawl|spider|slurp|preview|fetch|monitor|scan|archiv|curl|wget|python|java\/|okhttp|go-http|axios|libwww/i

/** Whether somebody seems to look at a page: no robot that says so, no browser that loads ahead of a click, no question for the head alone. */
export const isLook = ({ method, headers }: Pick<Request, 'method' | 'headers'>): boolean => {
  const agent = headers['user-agent']
  const purpose = [headers['sec-purpose'], headers.purpose].flat().join()
  return method === 'GET' && agent !== undefined && !robots.test(agent) && !/prefetch|prerender/.test(purpose)
}
