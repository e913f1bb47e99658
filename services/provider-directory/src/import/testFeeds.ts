import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A service as an old list-shaped feed has it. */
export const oldService = (id: string, changes: object = {}) => ({
  id,
  name: `Lunch club ${id}`,
  description: '<p>A hot meal &amp; good company.</p><p>Come and eat.</p>',
  url: 'https://lunch.example.org',
  email: 'lunch@example.org',
  status: 'active',
  fees: '',
  assured_date: '2024-06-01',
  organization: { id: 'o1', name: 'Sale Neighbours', description: 'Neighbours who cook.', url: 'https://sale.example.org' },
  ...changes,
})

/** A service as version 3 of the standard has it. */
export const newService = (id: string, changes: object = {}) => ({
  id,
  name: `Chair yoga ${id}`,
  description: 'Gentle movement.',
  status: 'active',
  organization: { id: 'o2', name: 'Urmston Movers', description: 'We move.', website: 'https://movers.example.org' },
  contacts: [{ id: 'c', name: 'Ann', phones: [{ number: '+44 161 496 0000' }] }],
  schedules: [{ freq: 'WEEKLY', interval: 1, byday: 'MO,WE', opens_at: '10:00:00', closes_at: '11:30:00' }],
  cost_options: [{ amount: 4.5 }],
  service_at_locations: [
    {
      location: { latitude: 53.42, longitude: -2.32, addresses: [{ address_1: '1 School Road', city: 'Sale', postal_code: 'm33 7zf' }] },
    },
  ],
  ...changes,
})

export const pageOf = (contents: object[], { number, total }: { number: number; total: number }) => ({
  total_items: contents.length * total,
  total_pages: total,
  page_number: number,
  size: contents.length,
  first_page: number === 1,
  last_page: number === total,
  empty: contents.length === 0,
  contents,
})

/** A server on this machine that answers as it is told. */
export const serve = async (listener: RequestListener) => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
