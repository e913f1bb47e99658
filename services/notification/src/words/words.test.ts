import { Category, DeclineReason, MessageQueued } from '@patchwork/events'
import { isTemplate, type TemplateName, templates } from '../domain/templates.ts'
import { pathOf } from './links.ts'
import { languages, renderMail, renderPage, wordsIn } from './render.ts'

const names = Object.keys(templates) as TemplateName[]
const paramsOf = (text: string): string[] => [...new Set([...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, name]) => name ?? ''))].sort()
const every = languages.flatMap((language) => names.map((name) => ({ language, name })))

const canaries = {
  place: 'Place-Canary',
  name: 'Name-Canary',
  link: 'https://link-canary.invalid/?token=secret',
  settingsLink: 'https://settings-canary.invalid/',
}
const mailOf = (name: TemplateName, language: (typeof languages)[number], isOnce = false) => renderMail(name, language, { ...canaries, isOnce })

describe('every language', () => {
  test('has the same messages', () => {
    for (const language of languages) expect(Object.keys(wordsIn[language].messages).sort()).toEqual([...names].sort())
  })
  test('has the same parameters in the same places, and as many paragraphs', () => {
    for (const name of names) {
      const [en, cy] = [wordsIn.en.messages[name], wordsIn.cy.messages[name]]
      expect(paramsOf(cy.subject)).toEqual(paramsOf(en.subject))
      expect(paramsOf(cy.action)).toEqual(paramsOf(en.action))
      expect(cy.body.map(paramsOf)).toEqual(en.body.map(paramsOf))
    }
    for (const key of ['greeting', 'linkOnce', 'signedOff', 'whyYou'] as const) expect(paramsOf(wordsIn.cy[key])).toEqual(paramsOf(wordsIn.en[key]))
  })
  test('has words for everything, its own words', () => {
    for (const { language, name } of every) {
      const { subject, body, action } = wordsIn[language].messages[name]
      for (const words of [subject, action, ...body]) expect(words.trim()).not.toBe('')
      if (language !== 'en') expect(body).not.toEqual(wordsIn.en.messages[name].body)
    }
  })
  test('Welsh says that it is a draft', () => expect(wordsIn.cy.status).toBe('draft'))
})

describe('N6 a subject line', () => {
  // Whatever would tell a bystander what somebody needs, or who helps them.
  const telling = [
    ...Category.options.flatMap((category) => category.split('-')).filter((word) => word.length > 3),
    ...DeclineReason.options.flatMap((reason) => reason.split('-')).filter((word) => word.length > 5),
    ...[
      'diagnos',
      'illness',
      'disab',
      'dementia',
      'addict',
      'alcohol',
      'debt',
      'abuse',
      'carer',
      'charity',
      'clinic',
      'pharmac',
      'surgery',
      'counsel',
      'depress',
    ],
    ...['salwch', 'anabl', 'dyled', 'elusen', 'meddyg', 'gofal'],
  ]

  test.each(every)('of $name in $language holds no need, diagnosis or kind of provider', ({ name, language }) => {
    const words = wordsIn[language].messages[name].subject.toLowerCase()
    expect(telling.filter((word) => new RegExp(`\\b${word}`).test(words))).toEqual([])
  })
  test.each(every)('of $name in $language takes no parameter but the name of the place', ({ name, language }) => {
    expect(paramsOf(wordsIn[language].messages[name].subject)).toEqual(['place'])
    const { subject } = mailOf(name, language)
    expect(subject).toContain(canaries.place)
    for (const canary of [canaries.name, canaries.link, canaries.settingsLink]) expect(subject).not.toContain(canary)
    expect(subject).toBe(renderPage(name, language, canaries).subject)
  })
  test('is one short line', () => {
    for (const { name, language } of every) {
      const { subject } = renderPage(name, language, { place: 'Patchwork' })
      expect(subject).not.toMatch(/[\r\n]/)
      expect(subject.length).toBeLessThanOrEqual(90)
    }
  })
})

describe('an e-mail', () => {
  test('greets by name, and leads to the page, in both its parts', () => {
    for (const { name, language } of every) {
      const { text, html } = mailOf(name, language)
      for (const part of [text, html]) for (const canary of [canaries.name, canaries.place, canaries.link]) expect(part).toContain(canary)
      expect(text).not.toMatch(/\{\{|\}\}|undefined/)
    }
  })
  test('to somebody of whom only the address is known greets without a name', () => {
    for (const language of languages) {
      const { name: _unknown, ...rest } = canaries
      const { text } = renderMail('membership-invitation', language, { ...rest, isOnce: true })
      expect(text.startsWith(wordsIn[language].greetingUnnamed)).toBe(true)
      expect(paramsOf(wordsIn[language].greetingUnnamed)).toEqual([])
    }
  })
  test('with a one-time link does not speak of choosing e-mails', () => {
    expect(mailOf('reset-password', 'en', true).text).not.toContain(canaries.settingsLink)
    expect(mailOf('reset-password', 'en', true).text).toContain('once')
    expect(mailOf('request-accepted', 'en').text).toContain(canaries.settingsLink)
  })
  test('shows a name as it is, whatever it holds', () => {
    const name = `<img src=x onerror="alert(1)"> {{ place }} O’Neill & شريف`
    const { text, html, subject } = renderMail('request-accepted', 'en', { ...canaries, name, isOnce: false })
    expect(text).toContain(name)
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt; {{ place }} O’Neill &amp; شريف')
    expect(subject).not.toContain('img')
  })
})

describe('a message in the page', () => {
  test('says nothing of who it is for', () => {
    for (const { name, language } of every) {
      const { subject, body } = renderPage(name, language, { place: 'Patchwork' })
      expect(`${subject}${body}`).not.toMatch(/\{\{|undefined|Name-Canary/)
    }
  })
  test('leads to a page of this place, by ids only', () => {
    const about = { kind: 'referral' as const, id: '0190a000-0000-8000-8000-000000000003' }
    expect(pathOf('request-accepted', about)).toBe(`/my/referrals/${about.id}`)
    expect(pathOf('request-received', about)).toBe(`/provider/referrals/${about.id}`)
    expect(pathOf('referral-accepted', about)).toBe(`/navigator/referrals/${about.id}`)
    expect(pathOf('capacity-expired', { ...about, kind: 'offer' })).toBe(`/provider/offers/${about.id}`)
    for (const name of names) expect(pathOf(name, undefined)).toMatch(/^\/[a-z-]*$/)
  })
})

test('a template of another version is not known', () => {
  expect(isTemplate('request-accepted')).toBe(true)
  expect(isTemplate('constructor')).toBe(false)
})
test('every template name fits its event', () => {
  for (const name of names) expect(MessageQueued.data.shape.template.safeParse(name).success).toBe(true)
})
