import { startTestService } from '@patchwork/service-testing'
import { start } from '../index.ts'

export { type Answer, newId, type Sending } from '@patchwork/service-testing'

const directoryUrl = 'http://directory.place/api/provider-directory'

/** The service, and a directory that knows the wards of the postcodes it is told of. */
export const startPlace = async () => {
  /** What the directory says of a postcode; `away` while it cannot be reached. */
  const directory = { wards: new Map<string, string>(), isAway: false, asked: 0 }
  const wardOf = (path: string): Response => {
    directory.asked += 1
    if (directory.isAway) throw new TypeError('fetch failed')
    const wardCode = directory.wards.get(decodeURIComponent(path))
    return Response.json(wardCode === undefined ? { known: false } : { known: true, wardCode })
  }
  const place = await startTestService({
    service: 'referral',
    start: (ports, settings) => start(ports, { ...settings, serviceUrls: { 'provider-directory': directoryUrl }, deadlinesEveryMs: 50 }),
    neighbours: { [`${directoryUrl}/places/`]: wardOf },
  })
  return { ...place, directory }
}
export type Place = Awaited<ReturnType<typeof startPlace>>
