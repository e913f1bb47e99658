import { type Drivers, startTestService } from '@patchwork/service-testing'
import { start } from '../index.ts'

export { type Answer, type Drivers, newId, type Sending } from '@patchwork/service-testing'

const directoryUrl = 'http://directory.place/api/provider-directory'

/** The service, and a directory that knows the organisations it is told of. */
export const startPlace = async (drivers?: Drivers) => {
  const directory = { names: new Map<string, string>(), isAway: false }
  const organisation = (path: string): Response => {
    if (directory.isAway) throw new TypeError('fetch failed')
    const name = directory.names.get(path)
    return name === undefined ? Response.json({ code: 'not-found' }, { status: 404 }) : Response.json({ name })
  }
  const place = await startTestService({
    service: 'personal-budget-pooling',
    start: (ports, settings) => start(ports, { ...settings, serviceUrls: { 'provider-directory': directoryUrl }, deadlinesEveryMs: 50 }),
    neighbours: { [`${directoryUrl}/organisations/`]: organisation },
    drivers,
  })
  return { ...place, directory }
}
export type Place = Awaited<ReturnType<typeof startPlace>>
