import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

const kinds = [
  'Lunch club',
  'Gardening',
  'Befriending',
  'Chair yoga',
  'Debt advice',
  'Community transport',
  'Choir',
  'Counselling',
  'Food bank',
  'Walking group',
]
const places = ['Sale', 'Urmston', 'Stretford', 'Altrincham', 'Hale', 'Partington', 'Timperley', 'Old Trafford']
const sentence = 'People of every age meet, cook, talk and help each other; new faces are welcome, and nobody needs a letter or an appointment to come along. '
const servicesPerOrganisation = 3

const serviceAt = (index: number) => {
  const kind = kinds[index % kinds.length]
  const place = places[index % places.length]
  const organisation = Math.floor(index / servicesPerOrganisation)
  return {
    id: `service-${index}`,
    name: `${kind} in ${place} ${index}`,
    description: `<p>${kind} in ${place}.</p><p>${sentence.repeat(1 + (index % 6))}</p>`,
    url: `https://example.org/services/${index}`,
    email: `service${index}@example.org`,
    status: 'active',
    assured_date: '2026-01-01',
    organization: { id: `organisation-${organisation}`, name: `Neighbours of ${place} ${organisation}`, description: sentence, url: 'https://example.org' },
    contacts: [{ id: `contact-${index}`, name: 'The office', phones: [{ number: '0161 496 0000' }] }],
    cost_options: index % 2 === 0 ? [] : [{ amount: 3.5 }],
    service_at_locations: [
      {
        location: {
          latitude: 53.4 + (index % 100) / 2_000,
          longitude: -2.3 - (index % 90) / 2_000,
          addresses: [{ address_1: `${index % 200} School Road`, city: place, postal_code: 'M33 7ZF' }],
        },
      },
    ],
  }
}

/** Writes an Open Referral feed of so many services, three to an organisation, about 1.2 kB each, in bounded memory. Every one is sound. */
export const writeGeneratedFeed = async (path: string, services: number): Promise<void> => {
  const file = createWriteStream(path)
  file.write('{"total_pages":1,"page_number":1,"contents":[')
  for (let index = 0; index < services; index += 1) if (!file.write(`${index === 0 ? '' : ','}${JSON.stringify(serviceAt(index))}`)) await once(file, 'drain')
  file.end(']}')
  await once(file, 'finish')
}
