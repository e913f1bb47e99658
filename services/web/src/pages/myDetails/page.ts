import { z } from 'zod'
import { choice, choices, line, optionalEmail, optionalLine, optionalLines, optionalPostcode } from '../../http/formFields.ts'
import { definePage, goTo } from '../../http/page.ts'
import { accessNeedCodes } from '../referring/forms.ts'
import { PersonDetails } from '../referring/people.ts'

const nameMax = 200
const phoneMax = 40
const noteMax = 500
const tagMax = 100

const languages = ['en', 'cy'] as const
const ways = ['email', 'phone', 'text', 'letter'] as const

const MyDetailsForm = z.strictObject({
  name: line(nameMax),
  email: optionalEmail(),
  phone: optionalLine(phoneMax),
  postcode: optionalPostcode(),
  language: choice(languages),
  accessNeeds: choices(accessNeedCodes),
  ways: choices(ways),
  note: optionalLines(noteMax),
  /** Which version of the details was shown: a newer one is not overwritten unseen. */
  version: optionalLine(tagMax),
})
type Loaded = { details: z.infer<typeof PersonDetails>; tag: string | undefined }

/** One's own details. What is emptied is forgotten. */
export const myDetailsPage = definePage({
  name: 'myDetails',
  path: '/my/details',
  for: ['resident'],
  load: async ({ services }) => {
    const { body: details, tag } = await services.getTagged('people', '/people/me', PersonDetails)
    return { details, tag, accessNeedCodes, languages, ways }
  },
  form: MyDetailsForm,
  fill: ({ details, tag }: Loaded) => ({
    name: details.name,
    email: details.email,
    phone: details.phone,
    postcode: details.postcode,
    language: details.language ?? 'en',
    accessNeeds: details.accessNeeds,
    ways: details.contactPreferences?.ways,
    note: details.contactPreferences?.note,
    version: tag,
  }),
  save: async ({ ways: chosen, note, version, ...values }, { services }) => {
    const contactPreferences = { ways: chosen, ...(note === undefined ? {} : { note }) }
    const body = JSON.parse(JSON.stringify({ ...values, contactPreferences })) as object
    await services.put('people', '/people/me', body, version === undefined ? {} : { ifMatch: version })
    return goTo('/my/details', { notice: 'shell.saved' })
  },
})
